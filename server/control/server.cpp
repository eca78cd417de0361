// HTTP over Beast: see the header. Everything runs on one thread; only journal_grew() and the flags
// it reads are touched from others.
#include "control/server.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include "control/address.hpp"

namespace control {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

// Does `what` at the end of its scope, also when a suspended coroutine is destroyed.
template <typename What>
class Finally {
 public:
  explicit Finally(What what) : what_(std::move(what)) {}

  ~Finally() { what_(); }

  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;

 private:
  What what_;
};

base::TimePoint now() {
  return std::chrono::steady_clock::now();
}

ApiError unreadable(const error_code& error, const ServerOptions& options) {
  if (error == http::error::body_limit) {
    const auto most = fmt::format("at most {} octets are read", options.max_body);
    return {Fault::body_too_large, {{"body", "the body is too long", most}}};
  }
  if (error == http::error::header_limit) {
    const auto most = fmt::format("at most {} octets are read", options.max_header);
    return {Fault::headers_too_large, {{"headers", "the headers are too long", most}}};
  }
  const auto what = fmt::format("this is not HTTP/1.1: {}", error.message());
  return {Fault::malformed, {{"request", what, ""}}};
}

bool wants_continue(const http::request<http::string_body>& request) {
  return beast::iequals(request[http::field::expect], "100-continue");
}

base::Result<Request> read_request(http::request<http::string_body>&& from) {
  Request request;
  const auto verb = from.method_string();
  request.verb = verb_named({verb.data(), verb.size()});
  for (const auto& field : from) {
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  const auto target = from.target();
  if (auto read = read_target({target.data(), target.size()}, request); !read) {
    return tl::unexpected(std::move(read.error()));
  }
  request.body = std::move(from.body());
  return request;
}

}  // namespace

struct Server::State {
  // One connection, from accept to close.
  struct Session {
    explicit Session(tcp::socket socket) : stream(std::move(socket)) {}

    beast::tcp_stream stream;
    beast::flat_buffer buffer{};
    bool idle = false;       // between two requests
    bool said_last = false;  // an answer went out that nothing may follow
  };

  State(ServerOptions o, Api& a) : options(std::move(o)), api(a) {}

  asio::awaitable<void> accept_all();
  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<bool> serve_one(Session& session);
  asio::awaitable<Response> respond(const Request& request);
  asio::awaitable<bool> write(
      Session& session, const Response& response, Verb verb, unsigned version, bool keep_alive
  );
  asio::awaitable<void> linger(Session& session);
  asio::awaitable<void> wait_for_news(base::TimePoint until);
  void wake_waiting();
  void begin_stop();

  // Constant after construction.
  const ServerOptions options;
  Api& api;

  // Touched from any thread.
  std::atomic<int> waiting{0};    // requests that look at the journal and may wait for it
  std::atomic<bool> news{false};  // a wake-up is on its way

  // Owned by the control thread.
  bool stopping = false;
  std::set<Session*> sessions;
  std::list<asio::steady_timer*> waiters;

  // Last but for the thread: destroying it destroys suspended coroutines, which use all of the
  // above.
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::steady_timer deadline{io};
  std::thread thread;
};

// ---- from outside

Server::Server(ServerOptions options, Api& api)
    : state_(std::make_unique<State>(std::move(options), api)) {}

Server::~Server() {
  stop();
}

base::Result<std::string> Server::start() {
  State& s = *state_;
  const auto address = parse_address(s.options.address);
  if (!address) return tl::unexpected(address.error());
  const tcp::endpoint endpoint(
      address->ip.is_v4() ? asio::ip::make_address(base::to_string(address->ip))
                          : asio::ip::address(asio::ip::address_v6(address->ip.bytes)),
      address->port
  );
  error_code error;
  s.acceptor.open(endpoint.protocol(), error);
  if (!error) s.acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) s.acceptor.bind(endpoint, error);
  if (!error) s.acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    const bool taken = error == asio::error::address_in_use;
    return base::failure(
        fmt::format("cannot listen on {}: {}", s.options.address, error.message()),
        taken ? "another program listens there: choose another port, or 0 for any free one" : ""
    );
  }
  auto real = *address;
  real.port = s.acceptor.local_endpoint(error).port();
  asio::co_spawn(s.io, s.accept_all(), asio::detached);
  s.thread = std::thread([&s] { s.io.run(); });
  return to_string(real);
}

void Server::journal_grew() {
  State& s = *state_;
  // A request counts itself before it reads the journal, so one that has missed this event is seen.
  if (s.waiting.load() == 0 || s.news.exchange(true)) return;
  asio::post(s.io, [&s] {
    s.news.store(false);
    s.wake_waiting();
  });
}

void Server::stop() {
  State& s = *state_;
  if (!s.thread.joinable()) return;
  asio::post(s.io, [&s] { s.begin_stop(); });
  s.thread.join();
}

// ---- on the control thread

void Server::State::begin_stop() {
  constexpr auto kAnswersWithin = std::chrono::seconds(2);
  stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  wake_waiting();
  for (Session* session : sessions) {
    if (session->idle) session->stream.cancel();
  }
  deadline.expires_after(kAnswersWithin);
  deadline.async_wait([this](error_code error) {
    if (!error) io.stop();
  });
  if (sessions.empty()) deadline.cancel();
}

void Server::State::wake_waiting() {
  for (auto* timer : waiters) timer->cancel();
}

asio::awaitable<void> Server::State::accept_all() {
  constexpr auto kPause = std::chrono::milliseconds(100);
  while (!stopping) {
    auto [error, socket] = co_await acceptor.async_accept(kTuple);
    if (stopping) break;
    if (error) {
      // Out of file descriptors, mostly: trying again at once would only spin.
      asio::steady_timer pause(io, kPause);
      co_await pause.async_wait(kTuple);
      continue;
    }
    if (sessions.size() < options.max_connections) {
      asio::co_spawn(io, serve(std::move(socket)), asio::detached);
    } else {
      socket.write_some(asio::buffer(kFull.data(), kFull.size()), error);
    }
  }
}

asio::awaitable<void> Server::State::serve(tcp::socket socket) {
  Session session(std::move(socket));
  sessions.insert(&session);
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
  session.stream.expires_after(options.patience);
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
        session, to_response(unreadable(error, options)), Verb::get, 11, false
    );
  }
  const unsigned version = parser.get().version();
  const bool keep_alive = parser.get().keep_alive();
  session.stream.expires_never();
  const auto request = read_request(parser.release());
  if (!request) {
    const ApiError wrong{
        Fault::malformed, {{"request", request.error().message, request.error().hint}}};
    co_return co_await write(session, to_response(wrong), Verb::get, version, false);
  }
  const auto response = co_await respond(*request);
  co_return co_await write(session, response, request->verb, version, keep_alive && !stopping);
}

asio::awaitable<Response> Server::State::respond(const Request& request) {
  const auto found = match(request);
  const bool needs_token = !found || found->route->token == Token::needed;
  if (auto error = turn_away(options.admission, request, needs_token)) {
    co_return to_response(*error);
  }
  if (!found) co_return to_response(found.error());

  const auto asked = now();
  std::uint64_t seen = 0;
  // Counted before the journal is read: see journal_grew().
  waiting.fetch_add(1);
  const Finally left([this] { waiting.fetch_sub(1); });
  for (;;) {
    auto outcome = answer(api, request, *found, now(), seen);
    if (!outcome.wait || stopping || now() >= asked + outcome.wait->longest) {
      co_return std::move(outcome.response);
    }
    seen = outcome.wait->seen;
    co_await wait_for_news(asked + outcome.wait->longest);
  }
}

// Returns when the journal has grown, at `until`, or when the server stops.
asio::awaitable<void> Server::State::wait_for_news(base::TimePoint until) {
  asio::steady_timer timer(io, std::chrono::time_point_cast<asio::steady_timer::duration>(until));
  const auto place = waiters.insert(waiters.end(), &timer);
  co_await timer.async_wait(kTuple);
  waiters.erase(place);
}

asio::awaitable<bool> Server::State::write(
    Session& session, const Response& response, Verb verb, unsigned version, bool keep_alive
) {
  http::response<http::string_body> out{static_cast<http::status>(response.status), version};
  out.set(http::field::server, "failmx");
  out.set(http::field::content_type, response.content_type);
  out.set(http::field::cache_control, "no-store");
  for (const Field& field : response.headers) out.set(field.name, field.value);
  out.keep_alive(keep_alive);
  out.content_length(response.body.size());
  // HEAD gets the headers of GET without the body (RFC 9110 9.3.2).
  if (verb != Verb::head) out.body() = response.body;
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
