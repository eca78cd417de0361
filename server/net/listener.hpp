// One listening socket: accepts, refuses what is over the limit with 421 (RFC 5321 3.8), and backs
// off when the system runs out of file descriptors. Not a policy of any scenario. On the first
// shard's thread only.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/basic_socket_acceptor.hpp>

#include "base/result.hpp"
#include "net/shard.hpp"
#include "receiver/service.hpp"

namespace net {

// Who may come in, for all listeners together, and which thread serves them.
class Admission {
 public:
  // `directory` is that of the shared listeners.
  Admission(
      Tally& tally, std::size_t max_connections, Shard& shard, const receiver::Directory& directory
  );
  ~Admission();
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  [[nodiscard]] bool full() const;

  [[nodiscard]] std::uint64_t next_connection() { return ++tally_.connections; }

  // The thread for the next connection: the only one, until a measurement asks for more.
  [[nodiscard]] Shard& next_shard() { return shard_; }

  [[nodiscard]] Tally& tally() { return tally_; }

  [[nodiscard]] const receiver::Directory& directory() const { return directory_; }

  // A file descriptor kept for the day when there is no other: given up, a waiting client can be
  // told.
  void give_up_spare();
  void take_spare();

 private:
  Tally& tally_;
  const std::size_t max_connections_;
  Shard& shard_;
  const receiver::Directory& directory_;
  int spare_ = -1;
};

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;
  static constexpr base::Duration kBackOff = std::chrono::milliseconds(100);
  static constexpr int kBatch = 64;  // accepted in a row before other work gets its turn

  // Listens at once (clients may connect), accepts after start().
  [[nodiscard]] static base::Result<std::shared_ptr<Listener>> open(
      Admission& admission, std::shared_ptr<receiver::Receiver> receiver, const Endpoint& wished
  );

  Listener(
      Admission& admission, std::shared_ptr<receiver::Receiver> receiver, const Endpoint& wished
  );

  void start();

  // Waiting clients and later ones are refused by the system; connections stay.
  void close();

  // New connections are greeted by this receiver, in this way.
  void serve(std::shared_ptr<receiver::Receiver> receiver, receiver::Service service) {
    receiver_ = std::move(receiver);
    service_ = std::move(service);
  }

  [[nodiscard]] const std::shared_ptr<receiver::Receiver>& receiver() const { return receiver_; }

  [[nodiscard]] const receiver::Service& service() const { return service_; }

  [[nodiscard]] const Endpoint& wished() const { return wished_; }

  [[nodiscard]] const Endpoint& bound() const { return bound_; }

 private:
  void listen(boost::system::error_code& error);
  void accept_waiting();
  bool accept_one();
  void refuse(int file, const Endpoint& client);
  void out_of_files();

  Admission& admission_;
  const Endpoint wished_;
  std::shared_ptr<receiver::Receiver> receiver_;
  receiver::Service service_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor> acceptor_;
  Timer back_off_;
  Endpoint bound_;
  std::string address_;      // bound_ as text
  bool refuse_all_ = false;  // the spare descriptor is in use
};

}  // namespace net
