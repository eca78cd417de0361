// The octets of one connection on their way through its socket, in clear or inside TLS. Never
// waits: says when the socket has no room or nothing to read. Knows no SMTP and no conversation.
// Not thread-safe: belongs to a connection.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "tls/channel.hpp"

namespace net {

// blocked: wait until the socket is writable (readable), then try again. over: the peer's FIN was
// read. lost: the connection is broken.
enum class Flow : std::uint8_t { moved, blocked, over, lost };

class Transport {
 public:
  // `file` is the socket, which outlives it and is not closed by it.
  explicit Transport(int file) : file_(file) {}

  // Sends the beginning of `bytes`; `octets` says how many of them have been handed over. After
  // `blocked` the same bytes must be offered again.
  struct Sent {
    Flow flow = Flow::moved;
    std::size_t octets = 0;
  };

  [[nodiscard]] Sent send(std::string_view bytes);

  // At most `room` octets of what has come; they are good until the next call. `buffer` holds what
  // is read from the socket, `size` octets at most.
  struct Received {
    Flow flow = Flow::moved;
    std::string_view octets{};
  };

  [[nodiscard]] Received receive(std::size_t room, char* buffer, std::size_t size);

  // Octets that were read from the socket and not yet received: it need not be readable.
  [[nodiscard]] bool has_input() const { return channel_ && !channel_->input().empty(); }

  // From now on inside TLS; `early`: octets of the peer that were read before.
  void start_tls(tls::ContextPtr context, std::string_view early);

  [[nodiscard]] bool is_shaking_hands() const {
    return channel_ && channel_->state() == tls::Channel::State::handshaking;
  }

  // Goes on with the handshake as far as it can without waiting. `over` and `lost`: the peer left.
  Flow shake_hands(char* buffer, std::size_t size);

  // The TLS of this connection; nullptr: there is none.
  [[nodiscard]] const tls::Channel* tls() const { return channel_.get(); }

  // Nothing more will be sent: says close_notify if there is TLS and somebody to tell.
  void end_output();

 private:
  [[nodiscard]] Flow flush();
  [[nodiscard]] Flow fill(char* buffer, std::size_t size);

  const int file_;
  std::unique_ptr<tls::Channel> channel_;
  std::size_t owed_ = 0;  // octets of the caller's that are encrypted and not yet all sent
};

}  // namespace net
