// The control API on the network: HTTP/1.1 (RFC 9112) by Beast coroutines on a thread of its own.
// Knows no route: it turns bytes into Requests, asks routes.hpp, and waits where an answer says so.
// Bounded in connections, header and body sizes, and times.
//
// Limits: a client that hangs up while it waits for events, having sent more behind that request,
// is noticed when its wait ends.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "control/admission.hpp"
#include "control/routes.hpp"

namespace control {

struct ServerOptions {
  std::string address = "127.0.0.1:8025";
  Admission admission{};
  std::size_t max_connections = 100;
  // Beyond those, for probes such as /livez: a busy server is not taken for a dead one.
  std::size_t spare_connections = 8;
  std::size_t max_header = 16 * 1024;  // octets
  std::size_t max_body = 1024 * 1024;  // octets
  base::Duration patience =
      std::chrono::seconds(30);  // for a request to come, or an answer to leave
};

class Server {
 public:
  // `api` is used by the server's thread from start() on, until stop() returns.
  Server(ServerOptions options, Api& api);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds, and answers from now on; the real address. Once.
  [[nodiscard]] base::Result<std::string> start();

  // The journal has grown: requests that wait look again. Cheap while none does. Any thread.
  void journal_grew();

  // Answers what is being asked (waits end at once), closes everything and ends the thread.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace control
