#include "net/transport.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace net {

namespace {

using State = tls::Channel::State;

// What one call encrypts: a record (RFC 8446 5.1).
constexpr std::size_t kRecord = std::size_t{16} * 1024;

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

Transport::Sent send_to(int file, std::string_view bytes) {
  for (;;) {
    const auto n = ::send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) return {.octets = static_cast<std::size_t>(n)};
    if (errno == EINTR) continue;
    return {.flow = would_block() ? Flow::blocked : Flow::lost};
  }
}

Transport::Received receive_from(int file, char* buffer, std::size_t size) {
  for (;;) {
    const auto n = ::recv(file, buffer, size, MSG_DONTWAIT);
    if (n > 0) return {.octets = {buffer, static_cast<std::size_t>(n)}};
    if (n == 0) return {.flow = Flow::over};
    if (errno == EINTR) continue;
    return {.flow = would_block() ? Flow::blocked : Flow::lost};
  }
}

}  // namespace

Transport::Sent Transport::send(std::string_view bytes) {
  if (!channel_) return send_to(file_, bytes);
  if (owed_ == 0) owed_ = channel_->write(bytes.substr(0, kRecord));
  const auto flow = flush();
  if (flow != Flow::moved) return {.flow = flow};
  // A channel that takes nothing has been closed by its peer, or has failed.
  if (owed_ == 0) return {.flow = Flow::lost};
  return {.octets = std::exchange(owed_, 0)};
}

// All that TLS has to say, caller's or its own.
Flow Transport::flush() {
  while (!channel_->output().empty()) {
    const auto sent = send_to(file_, channel_->output());
    if (sent.flow != Flow::moved) return sent.flow;
    channel_->wrote(sent.octets);
  }
  return Flow::moved;
}

// Reads from the socket into TLS.
Flow Transport::fill(char* buffer, std::size_t size) {
  const auto got = receive_from(file_, buffer, std::min(size, tls::Channel::kBatch));
  if (got.flow == Flow::blocked) return got.flow;
  if (got.flow == Flow::moved) {
    channel_->received(got.octets);
  } else {
    channel_->left();
  }
  // What TLS answers by itself is small; if the socket has no room, the next send takes it along.
  const auto flow = flush();
  if (got.flow != Flow::moved) return got.flow;
  return flow == Flow::lost ? flow : Flow::moved;
}

Transport::Received Transport::receive(std::size_t room, char* buffer, std::size_t size) {
  if (!channel_) return receive_from(file_, buffer, std::min(room, size));
  Flow flow = Flow::moved;
  if (channel_->input().empty() && channel_->state() == State::open) {
    // TLS's own answers pile up, for a peer that asks for them without end and reads none.
    if (!channel_->wants_input()) return {.flow = Flow::lost};
    flow = fill(buffer, size);
  }
  const auto input = channel_->input().substr(0, room);
  if (!input.empty()) {
    // Into the caller's buffer: the channel's own goes with take().
    const auto octets = std::min(input.size(), size);
    std::copy_n(input.begin(), octets, buffer);
    channel_->take(octets);
    return {.octets = {buffer, octets}};
  }
  if (flow == Flow::lost) return {.flow = flow};
  if (channel_->state() == State::closed_by_peer) return {.flow = Flow::over};
  if (channel_->state() == State::failed && flow == Flow::moved) return {.flow = Flow::lost};
  // Part of a record is nothing yet.
  return {.flow = flow == Flow::moved ? Flow::blocked : flow};
}

void Transport::start_tls(tls::ContextPtr context, std::string_view early) {
  channel_ = std::make_unique<tls::Channel>(std::move(context));
  if (early.empty()) return;
  channel_->received(early);
}

Flow Transport::shake_hands(char* buffer, std::size_t size) {
  auto flow = flush();
  while (flow == Flow::moved && is_shaking_hands()) flow = fill(buffer, size);
  return flow;
}

void Transport::end_output() {
  if (!channel_) return;
  channel_->close();
  // Who has no room for so little has stopped reading.
  [[maybe_unused]] const auto flow = flush();
}

}  // namespace net
