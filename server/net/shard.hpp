// One SMTP thread: its event loop, its connections, and the sweep that looks at them every 250 ms
// instead of a timer for each read. Everything but post(), run(), the constructor and the
// destructor happens on that thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tls/authority.hpp"
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "base/time.hpp"
#include "net/connection.hpp"
#include "receiver/receiver.hpp"

namespace net {

// What is counted over all shards and listeners. Written by the SMTP threads, read by any.
struct Tally {
  std::atomic<std::uint64_t> accepted{0}, open{0}, refused{0}, out_of_files{0};
  std::atomic<std::uint64_t> connections{0};  // numbers given to them
};

class Shard {
 public:
  static constexpr std::size_t kBuffer = wire::Player::kReadAtOnce;
  static constexpr base::Duration kSweep = std::chrono::milliseconds(250);

  // `swept` is called after each sweep of the connections. `tls` has the certificates, and outlives
  // it.
  Shard(Tally& tally, tls::Authority& tls, std::function<void(base::TimePoint)> swept);

  // The one place where SMTP threads read the clock: once per completion.
  [[nodiscard]] static base::TimePoint now();

  [[nodiscard]] boost::asio::io_context& io() { return io_; }

  // Serves until stop(); the body of the thread.
  void run();

  // Makes the accepted `file` a connection; it is closed if that fails.
  void adopt(int file, Arrived arrived);

  // For connections: the certificates, and a number for one that goes on as another's.
  [[nodiscard]] tls::Authority& tls() { return tls_; }

  [[nodiscard]] std::uint64_t next_connection() { return ++tally_.connections; }

  // Connections end as their transactions do, and those that take until `limit` are aborted; then
  // `done` is called.
  void drain(base::TimePoint limit, std::function<void()> done);

  // The receiver of that name leaves the connections it has part in, as soon as each allows.
  void release(std::string_view receiver);

  // Aborts the connections it still has part in.
  void abort(std::string_view receiver);

  // Aborts all connections; run() returns.
  void stop();

  // For connections: the buffer for what was just received, valid until the next read of any of
  // them.
  [[nodiscard]] char* buffer() { return buffer_.get(); }

  [[nodiscard]] bool draining() const { return drain_limit_ != base::kNever; }

  void forget(Connection& connection);

 private:
  void schedule_sweep();
  void sweep(base::TimePoint now);
  void abort_all(base::TimePoint now);
  void tell_if_drained();

  // Constant after construction.
  Tally& tally_;
  tls::Authority& tls_;
  const std::function<void(base::TimePoint)> swept_;
  const std::unique_ptr<char[]> buffer_;

  // Owned by the thread.
  boost::asio::io_context io_{1};
  // Without it a loop that has nothing to wait for would end.
  boost::asio::executor_work_guard<Executor> work_{io_.get_executor()};
  Timer sweeper_{io_};
  std::vector<ConnectionPtr> connections_;
  base::TimePoint drain_limit_ = base::kNever;
  std::vector<std::function<void()>> when_drained_;
};

}  // namespace net
