// The control server from outside, and accepting: see the header. What happens on a connection is
// in session.cpp.
#include "control/server.hpp"

#include <chrono>
#include <fcntl.h>
#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http.hpp>

#include "base/listening.hpp"
#include "control/address.hpp"
#include "control/message.hpp"
#include "control/server_state.hpp"

namespace control {

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
  // A command that the program runs must not inherit the socket.
  ::fcntl(s.acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  if (!error) s.acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) s.acceptor.bind(endpoint, error);
  if (!error) s.acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return tl::unexpected(base::cannot_listen(s.options.address, address->port, error.value()));
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
  for (Waiter* waiter : waiters) {
    if (!waiter->pausing || stopping) waiter->timer.cancel();
  }
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
    if (sessions.size() < options.max_connections + options.spare_connections) {
      asio::co_spawn(io, serve(std::move(socket)), asio::detached);
    } else {
      beast::http::write(socket, to_message(to_response(crowded()), Verb::get, 11, false), error);
    }
  }
}

}  // namespace control
