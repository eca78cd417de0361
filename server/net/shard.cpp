#include "net/shard.hpp"

#include <unistd.h>
#include <utility>

namespace net {

using base::TimePoint;

Shard::Shard(Tally& tally, tls::Authority& tls, std::function<void(TimePoint)> swept)
    : tally_(tally), tls_(tls), swept_(std::move(swept)), buffer_(new char[kBuffer]) {}

TimePoint Shard::now() {
  return std::chrono::steady_clock::now();
}

void Shard::run() {
  sweeper_.expires_at(now());
  schedule_sweep();
  io_.run();
}

void Shard::adopt(int file, Arrived arrived) {
  Socket socket(io_);
  boost::system::error_code error;
  const auto family =
      arrived.peer.client.is_v4() ? boost::asio::ip::tcp::v4() : boost::asio::ip::tcp::v6();
  socket.assign(family, file, error);
  if (error) {  // the kernel has no room to watch it
    ::close(file);
    tally_.out_of_files.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  tally_.open.fetch_add(1, std::memory_order_relaxed);
  const TimePoint at = now();
  const ConnectionPtr connection(new Connection(*this, std::move(socket), std::move(arrived)));
  connection->place = connections_.size();
  connections_.push_back(connection);
  connection->start(at);
  if (draining()) connection->drain(at);
}

void Shard::forget(Connection& connection) {
  // The last one takes the place of the one that goes.
  const std::size_t place = connection.place;
  connections_.back()->place = place;
  std::swap(connections_[place], connections_.back());
  connections_.pop_back();
  tally_.open.fetch_sub(1, std::memory_order_relaxed);
  tell_if_drained();
}

void Shard::schedule_sweep() {
  sweeper_.expires_at(sweeper_.expiry() + kSweep);
  sweeper_.async_wait([this](const auto& error) {
    // A sweep that was due when stop() cancelled comes without an error.
    if (error || !work_.owns_work()) return;
    const TimePoint at = now();
    sweep(at);
    // After a pause of the whole process there is nothing to catch up with.
    if (at - sweeper_.expiry() > kSweep) sweeper_.expires_at(at);
    schedule_sweep();
  });
}

void Shard::sweep(TimePoint at) {
  // Backwards: a connection that ends is replaced by one that has been looked at.
  for (std::size_t i = connections_.size(); i-- > 0;) ConnectionPtr(connections_[i])->check(at);
  if (at >= drain_limit_) abort_all(at);
  swept_(at);
}

void Shard::drain(TimePoint limit, std::function<void()> done) {
  drain_limit_ = limit;
  when_drained_.push_back(std::move(done));
  const TimePoint at = now();
  for (std::size_t i = connections_.size(); i-- > 0;) ConnectionPtr(connections_[i])->drain(at);
  tell_if_drained();
}

void Shard::tell_if_drained() {
  if (!connections_.empty()) return;
  for (const auto& done : std::exchange(when_drained_, {})) done();
}

void Shard::abort_all(TimePoint at) {
  while (!connections_.empty()) ConnectionPtr(connections_.back())->abort(at);
}

void Shard::release(std::string_view receiver) {
  const TimePoint at = now();
  for (std::size_t i = connections_.size(); i-- > 0;) {
    const ConnectionPtr connection(connections_[i]);
    // Those too that it is no party of yet: they must not have it join any more.
    connection->release(receiver, at);
  }
}

void Shard::abort(std::string_view receiver) {
  const TimePoint at = now();
  for (std::size_t i = connections_.size(); i-- > 0;) {
    const ConnectionPtr connection(connections_[i]);
    if (connection->has(receiver)) connection->abort(at);
  }
}

void Shard::stop() {
  abort_all(now());
  sweeper_.cancel();
  work_.reset();
}

}  // namespace net
