// The server's end of TLS on one connection (RFC 8446, RFC 5246): ciphertext in and out, plain text
// in and out. Has no socket, no clock and no SMTP; never blocks and never calls back. Everything it
// holds is bounded. Not thread-safe: one per connection; Channels of one Context are independent.
//
// The driver does, after every call, what these ask for, in any order:
//   - output() is not empty: it goes to the socket, whatever the state is (an alert and the
//     close_notify come this way too); wrote() says how much of it went.
//   - wants_input(): what the socket has goes to received(), at most kBatch octets at a time; FIN
//     or RST goes to left().
//   - state() is
//       handshaking:    nothing else;
//       open:           input() goes to the conversation and take() says how much of it was used;
//                       what the conversation says goes to write();
//       closed_by_peer: the same, but when input() is used up no more will come: to the
//                       conversation it is the peer's FIN;
//       failed:         error() says why; nothing is read or written any more. Once output() is
//                       sent, FIN.
// To end the connection: write() all, close(), send output(), then FIN. For a reset or a cut
// connection: no close().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tls/context.hpp"
#include "tls/hello.hpp"

#include "wire/handshake.hpp"

struct bio_st;
struct bio_method_st;
struct ssl_st;

namespace tls {

class Channel {
 public:
  enum class State : std::uint8_t { handshaking, open, closed_by_peer, failed };

  static constexpr std::size_t kBatch = 64 * 1024;
  // Beyond these wants_input() is false: unread input (one batch more may be there) ...
  static constexpr std::size_t kUnread = 256 * 1024;
  // ... and output that is not sent. write() takes no more than this leaves room for.
  static constexpr std::size_t kUnsent = 64 * 1024;

  explicit Channel(ContextPtr context);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  [[nodiscard]] State state() const { return state_; }

  // Octets from the socket, at most kBatch. Only while wants_input().
  void received(std::string_view ciphertext);
  [[nodiscard]] bool wants_input() const;

  // The peer's FIN or RST was read.
  void left();

  // What the peer said and was not yet taken. Valid until the next call of another function.
  [[nodiscard]] std::string_view input() const;
  void take(std::size_t octets);

  // Encrypts the beginning of `plaintext` and answers how many octets that was: none unless the
  // channel can speak, fewer than given if output() is long. Each call makes records of its own
  // (29 octets or less more than the text, per 16 KiB), so pieces stay pieces on the wire.
  [[nodiscard]] std::size_t write(std::string_view plaintext);

  // What the socket is to get. Valid until the next call of another function.
  [[nodiscard]] std::string_view output() const;
  void wrote(std::size_t octets);

  // Nothing more will be written: says close_notify, unless the handshake is not over or says that
  // there is none. Input is still taken.
  void close();

  // Whether the peer said close_notify; without it, the end may be an attacker's (RFC 8446 6.1).
  [[nodiscard]] bool peer_said_close_notify() const { return close_notify_seen_; }

  // What was agreed on; before `open` and after a failure what was learned until then: the SNI and
  // ALPN of the hello, the name of the certificate.
  [[nodiscard]] wire::TlsFacts facts() const;

  // Why the state is `failed`: one printable line, else empty. It never has text of the client but
  // a verb, and versions and ciphers by name.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  static const bio_method_st* method();
  static int read_bio(bio_st* bio, char* to, std::size_t room, std::size_t* got);
  static int write_bio(bio_st* bio, const char* from, std::size_t size, std::size_t* taken);

  void advance();
  void shake_hands();
  void decrypt();
  void stopped(int result);
  void fail(std::string why);

  // Constant after construction.
  ContextPtr context_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;

  State state_ = State::handshaking;
  Hello hello_{};
  std::string_view ciphertext_{};  // during received(): the caller's octets, not yet read
  std::string first_octets_{};     // of the peer's, for error()
  std::string input_{};
  std::size_t taken_ = 0;  // of input_
  std::string output_{};
  std::size_t sent_ = 0;  // of output_
  std::string error_{};
  bool answered_ = false;  // something was put out
  bool closed_ = false;
  bool close_notify_seen_ = false;
};

}  // namespace tls
