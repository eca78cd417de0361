// The SMTP side of the process: one thread with an io_context (more are a later, measured step
// behind next_shard()), the listeners, the connections and their limit. The only folder besides
// control/ and app/ that includes Asio. Public functions may be called from any thread; they are
// executed on the SMTP thread and wait for it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tls/authority.hpp"

#include "base/result.hpp"
#include "base/time.hpp"
#include "receiver/directory.hpp"
#include "receiver/receiver.hpp"
#include "receiver/registry.hpp"
#include "receiver/service.hpp"

namespace net {

// An address to listen on; port 0 is any free one.
struct Wished {
  std::string address{};
  receiver::Service service{};
};

struct Bound {
  std::string address;  // "127.0.0.1:1025", the real port
  receiver::Service service{};
};

struct ServerOptions {
  std::size_t max_connections = 15'000;  // over all listeners; more are refused with 421
  base::Duration drain =
      std::chrono::seconds(10);  // how long open transactions may take at the end
};

class SmtpServer {
 public:
  // Keeps the clocks of all receivers in the registry going, looks recipients of shared listeners
  // up in the directory, and has its certificates from the authority. All must outlive it.
  SmtpServer(
      ServerOptions options,
      const receiver::Registry& registry,
      const receiver::Directory& directory,
      tls::Authority& authority
  );
  ~SmtpServer();  // stops without draining

  // Makes `receiver` answer on exactly these addresses ("127.0.0.1:0": any free port); all or
  // nothing: on an error what was in force stays. A wished address that is already bound for this
  // receiver keeps its socket, and port 0 keeps the port it had. Returns once the listeners accept.
  // How an address serves its clients holds for connections accepted from then on.
  [[nodiscard]] base::Result<std::vector<Bound>> listen(
      std::shared_ptr<receiver::Receiver> receiver, const std::vector<Wished>& wished
  );
  [[nodiscard]] std::vector<Bound> bound(std::string_view receiver) const;

  // Stops accepting for the receiver of that name and lets it go from its connections: those it
  // greeted are drained, those that only reached it go on without it, each after the transaction in
  // hand. Does not wait.
  void close(std::string_view receiver);

  // Ends the connections that close() has left, whatever they are at.
  void abort(std::string_view receiver);

  // Stops accepting, lets open transactions finish (bounded by ServerOptions::drain), 421s the idle
  // ones; returns when all are gone.
  void drain();

  struct Counts {
    std::uint64_t accepted = 0, open = 0, refused = 0, out_of_files = 0;
  };

  [[nodiscard]] Counts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace net
