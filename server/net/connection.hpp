// The driver of one conversation: hands its octets to a socket and back, in clear or encrypted,
// wakes it in time and ends the connection the way it asks for. Knows no SMTP and no fault. At most
// one wait for input, one for output and one timer at a time; output is tried at once, and input
// goes through a buffer that all connections of the shard share. Lives on its shard's thread and is
// touched from nowhere else, so its reference count is not atomic. Whoever calls in holds a
// reference: any call may be the last.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "base/time.hpp"
#include "net/transport.hpp"
#include "receiver/conversation.hpp"

namespace net {

class Shard;

using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>,
    Executor>;

// A connection as it was accepted.
struct Arrived {
  std::shared_ptr<receiver::Receiver> receiver{};
  receiver::Peer peer{};
  const receiver::Directory* directory = nullptr;  // of a shared listener
  bool announced = false;                          // a PROXY header comes first
};

class Connection : public boost::intrusive_ref_counter<Connection, boost::thread_unsafe_counter> {
 public:
  // After our FIN: how much unread input, and for how long, may keep the socket open.
  static constexpr std::size_t kLingerOctets = 256 * 1024;
  static constexpr base::Duration kLinger = std::chrono::seconds(2);
  static constexpr base::Duration kLingerWhenDraining = std::chrono::milliseconds(500);
  // How long the last reply to a peer that fell silent may take.
  static constexpr base::Duration kLastWords = std::chrono::seconds(5);
  // How long a proxy may take to say whose connection it is.
  static constexpr base::Duration kForHeader = std::chrono::seconds(5);

  // `arrived` as the listener took it in.
  Connection(Shard& shard, Socket socket, Arrived arrived);

  // Sends what the conversation wants to say first, if no proxy must speak before. Call once, when
  // the shard knows the connection.
  void start(base::TimePoint now);

  // The shard's sweep: enforces the idle timeout and the deadlines that follow it.
  void check(base::TimePoint now);

  // The server is stopping.
  void drain(base::TimePoint now);

  // The receiver of that name is going: see Conversation::release().
  void release(std::string_view receiver, base::TimePoint now);

  // Whether the receiver of that name still has part in the conversation.
  [[nodiscard]] bool has(std::string_view receiver) const;

  // Ends the connection without another word; what was accepted and not yet sent is lost.
  void abort(base::TimePoint now);

  std::size_t place = 0;  // in the shard's list, which sets it

 private:
  // announced: a proxy has yet to say whose connection it is, so there is no conversation.
  enum class State : std::uint8_t { announced, open, lingering, closed };

  void pump(base::TimePoint now);
  [[nodiscard]] bool write(std::string_view bytes, base::TimePoint now);
  void read(base::TimePoint now);
  void read_header(base::TimePoint now);
  void refuse_header(std::string_view why, base::TimePoint now);
  void converse(base::TimePoint now);
  void start_tls(base::TimePoint now);
  void shake_hands(base::TimePoint now);
  void rename(base::TimePoint now);
  void discard(base::TimePoint now);
  void await_readable();
  void await_writable();
  void arm(base::TimePoint wake);
  void finish(wire::Ending ending, base::TimePoint now);
  void lost(base::TimePoint now);
  void close();

  Shard& shard_;
  Socket socket_;
  Timer timer_;
  Transport transport_;
  Arrived arrived_;
  std::optional<receiver::Conversation> talk_;  // none while announced
  std::string early_;  // octets behind a proxy's header, or that header's beginning
  base::TimePoint armed_ = base::kNever;     // what timer_ is set to
  base::TimePoint deadline_ = base::kNever;  // the connection is closed then, whatever it wants
  std::size_t welcome_ = 0;                  // input that may be read now
  std::size_t discarded_ = 0;                // while lingering
  State state_ = State::open;
  bool reading_ = false;     // a wait for input is outstanding
  bool blocked_ = false;     // a wait for room in the socket's send buffer is outstanding
  bool input_over_ = false;  // the peer's FIN has been read
};

using ConnectionPtr = boost::intrusive_ptr<Connection>;

}  // namespace net
