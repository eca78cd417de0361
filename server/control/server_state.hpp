// What the control server is made of inside, for server.cpp (start, stop, accepting), session.cpp
// (one connection) and stream.cpp (an answer without an end). Everything runs on one thread; only
// journal_grew() and the flags it reads are touched from others.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
#include <set>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>

#include "control/server.hpp"

namespace control {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

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

// How long after a look that took so long the next one may begin: waiting takes at most a tenth of
// this thread's time, whatever there is to look at.
[[nodiscard]] inline base::Duration spacing(base::Duration took) {
  constexpr base::Duration kLeast = std::chrono::milliseconds(5);
  return std::max(kLeast, 10 * took);
}

struct Server::State {
  // One connection, from accept to close.
  struct Session {
    explicit Session(tcp::socket socket) : stream(std::move(socket)) {}

    beast::tcp_stream stream;
    beast::flat_buffer buffer{};
    bool idle = false;       // between two requests
    bool said_last = false;  // an answer went out that nothing may follow
    bool spare = false;      // one too many: only a probe is answered, and only one
  };

  // A request that waits.
  struct Waiter {
    asio::steady_timer timer;
    bool pausing = false;  // news do not wake it: it has had some, and looks when its pause is over
    bool hung_up = false;
    bool over = false;
  };

  // When a waiting request looks again.
  struct Looks {
    base::TimePoint earliest{};
    base::TimePoint again = base::kNever;  // without news
    base::TimePoint until{};               // the last time, whatever happens
  };

  State(ServerOptions o, Api& a) : options(std::move(o)), api(a) {}

  asio::awaitable<void> accept_all();
  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<bool> serve_one(Session& session);
  asio::awaitable<Outcome> respond(Session& session, const Request& request);
  asio::awaitable<bool> write(
      Session& session, const Response& response, Verb verb, unsigned version, bool keep_alive
  );
  // stream.cpp: an answer without an end
  asio::awaitable<bool> stream(Session& session, Feed feed, Verb verb, unsigned version);
  asio::awaitable<bool> follow(Session& session, Feed feed, bool chunked);
  asio::awaitable<bool> send(Session& session, std::string_view text, bool chunked);
  asio::awaitable<void> linger(Session& session);
  asio::awaitable<bool> wait_for_news(Session& session, const Looks& looks);
  asio::awaitable<void> pause(Waiter& waiter, base::TimePoint until);
  // What one connection too many is told.
  [[nodiscard]] static ApiError crowded();
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
  std::list<Waiter*> waiters;

  // Last but for the thread: destroying it destroys suspended coroutines, which use all of the
  // above.
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::steady_timer deadline{io};
  std::thread thread;
};

}  // namespace control
