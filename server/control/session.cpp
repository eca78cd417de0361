// One connection to the control API, from its first request to its close, over Beast.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <sys/socket.h>
#include <tuple>
#include <utility>

#include <boost/beast/http.hpp>

#include "control/message.hpp"
#include "control/server_state.hpp"

namespace control {

namespace http = beast::http;

namespace {

constexpr base::Duration kSparePatience = std::chrono::seconds(2);

base::TimePoint now() {
  return std::chrono::steady_clock::now();
}

bool hung_up(tcp::socket& socket) {
  char scrap = 0;
  const auto n = ::recv(socket.native_handle(), &scrap, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace

ApiError Server::State::crowded() {
  return {
      Fault::unavailable,
      {{"connections", "too many connections to the control API", "close some, or try again"}}};
}

asio::awaitable<void> Server::State::serve(tcp::socket socket) {
  Session session(std::move(socket));
  sessions.insert(&session);
  session.spare = sessions.size() > options.max_connections;
  {
    const Finally left([this, &session] { sessions.erase(&session); });
    while (!stopping && co_await serve_one(session)) {
    }
    if (session.said_last) co_await linger(session);
  }
  if (stopping && sessions.empty()) deadline.cancel();
}

// Reads one request and answers it; false when the connection is to be closed.
asio::awaitable<bool> Server::State::serve_one(Session& session) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(options.max_header));
  parser.body_limit(options.max_body);
  session.stream.expires_after(session.spare ? kSparePatience : options.patience);
  session.idle = true;
  auto [error, octets] =
      co_await http::async_read_header(session.stream, session.buffer, parser, kTuple);
  session.idle = false;
  if (!error && wants_continue(parser.get())) {
    http::response<http::empty_body> go_on{http::status::continue_, parser.get().version()};
    std::tie(error, octets) = co_await http::async_write(session.stream, go_on, kTuple);
  }
  if (!error) {
    std::tie(error, octets) =
        co_await http::async_read(session.stream, session.buffer, parser, kTuple);
  }
  if (error) {
    // Only a client that said something wrong is told so; one that left or fell silent is not.
    if (error.category() != error_code(http::error::bad_version).category() ||
        error == http::error::end_of_stream || error == http::error::partial_message) {
      co_return false;
    }
    co_return co_await write(
        session,
        to_response(unreadable(error, options.max_header, options.max_body)),
        Verb::get,
        11,
        false
    );
  }
  const unsigned version = parser.get().version();
  const bool keep_alive = parser.get().keep_alive() && !session.spare;
  session.stream.expires_never();
  const auto request = read_request(parser.release());
  if (!request) {
    const ApiError wrong{
        Fault::malformed, {{"request", request.error().message, request.error().hint}}};
    co_return co_await write(session, to_response(wrong), Verb::get, version, false);
  }
  auto outcome = co_await respond(session, *request);
  if (outcome.feed) {
    co_return co_await stream(session, std::move(*outcome.feed), request->verb, version);
  }
  co_return co_await write(
      session, outcome.response, request->verb, version, keep_alive && !stopping
  );
}

asio::awaitable<Outcome> Server::State::respond(Session& session, const Request& request) {
  const auto found = match(request);
  const bool needs_token = !found || found->route->token == Token::needed;
  if (auto error = turn_away(options.admission, request, needs_token)) {
    co_return Outcome{to_response(*error)};
  }
  if (session.spare && needs_token) co_return Outcome{to_response(crowded())};
  if (!found) co_return Outcome{to_response(found.error())};

  const auto asked = now();
  auto began = asked;
  // Counted before the journal is read: see journal_grew().
  waiting.fetch_add(1);
  const Finally left([this] { waiting.fetch_sub(1); });
  auto outcome = answer(api, request, *found, began);
  while (outcome.wait) {
    const Wait wait = std::move(*outcome.wait);
    Looks looks{.until = asked + wait.longest};
    if (wait.spaced) looks.earliest = now() + spacing(now() - began);
    if (wait.again) looks.again = std::max(*wait.again, looks.earliest);
    const bool here = !stopping && co_await wait_for_news(session, looks);
    began = now();
    const bool last = !here || stopping || began >= looks.until;
    outcome = wait.look(began, last ? Chance::last : Chance::another);
    if (last) break;
  }
  co_return outcome;
}

// Returns when the journal has grown, at the times in `looks`, when the server stops, or when the
// client has hung up: false then.
asio::awaitable<bool> Server::State::wait_for_news(Session& session, const Looks& looks) {
  tcp::socket& socket = session.stream.socket();
  // Shared with the watch on the socket, whose end may come after this coroutine's.
  const auto waiter =
      std::make_shared<Waiter>(Waiter{asio::steady_timer(io, std::min(looks.again, looks.until))});
  const auto place = waiters.insert(waiters.end(), waiter.get());
  socket.async_wait(tcp::socket::wait_read, [waiter, &socket](error_code error) {
    if (waiter->over || error == asio::error::operation_aborted) return;
    // A next request that is there already hides whether the client left behind it.
    if (!hung_up(socket)) return;
    waiter->hung_up = true;
    waiter->timer.cancel();
  });
  co_await waiter->timer.async_wait(kTuple);
  if (!stopping && !waiter->hung_up) {
    co_await pause(*waiter, std::min(looks.earliest, looks.until));
  }
  waiters.erase(place);
  waiter->over = true;  // the socket may go before its watch is told that it is cancelled
  socket.cancel();
  co_return !waiter->hung_up;
}

// Who pauses looks at the journal afterwards in any case, so it needs no news until then.
asio::awaitable<void> Server::State::pause(Waiter& waiter, base::TimePoint until) {
  if (now() >= until) co_return;
  waiter.pausing = true;
  waiting.fetch_sub(1);
  const Finally counted([this] { waiting.fetch_add(1); });
  waiter.timer.expires_at(until);
  co_await waiter.timer.async_wait(kTuple);
}

asio::awaitable<bool> Server::State::write(
    Session& session, const Response& response, Verb verb, unsigned version, bool keep_alive
) {
  const auto out = to_message(response, verb, version, keep_alive);
  session.stream.expires_after(options.patience);
  const auto [error, octets] = co_await http::async_write(session.stream, out, kTuple);
  session.said_last = !error && !keep_alive;
  co_return !error && keep_alive;
}

// A socket closed with unread input resets the connection, and the client may lose the answer: so
// what it still sends is read for a moment and thrown away.
asio::awaitable<void> Server::State::linger(Session& session) {
  constexpr auto kMoment = std::chrono::seconds(1);
  constexpr std::size_t kMost = 8 * 1024 * 1024;
  error_code ignored;
  session.stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  session.stream.expires_after(kMoment);
  std::array<char, 16 * 1024> scrap{};
  std::size_t read = 0;
  while (read < kMost) {
    const auto [error, octets] =
        co_await session.stream.async_read_some(asio::buffer(scrap), kTuple);
    if (error) break;
    read += octets;
  }
}

}  // namespace control
