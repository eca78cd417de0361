// Where receivers answer, as the control API needs it: implemented over the SMTP side by whoever
// puts the program together, so that nothing here knows a socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "receiver/receiver.hpp"
#include "receiver/service.hpp"
#include "wire/handshake.hpp"

namespace control {

struct Port {
  std::string address{};  // "127.0.0.1:1025", the real port
  receiver::Service service{};
};

// An address to listen on; port 0 is any free one.
struct Wished {
  std::string address{};
  receiver::Service service{};
};

class Ports {
 public:
  virtual ~Ports() = default;

  // Makes what these handshakes of a host of that name need, so that no client waits for it; may
  // take some tenths of a second. The errors tell what cannot be had, such as a cipher that nobody
  // knows; none: all of it can.
  [[nodiscard]] virtual std::vector<base::Error> prepare(
      std::string_view host_name, const std::vector<wire::Handshake>& handshakes
  ) = 0;

  // Makes the receiver answer on exactly these addresses, all or nothing. Returns once they accept;
  // an address that stays keeps its socket (and only changes how it serves), and port 0 the
  // port it had.
  [[nodiscard]] virtual base::Result<std::vector<Port>> listen(
      const std::shared_ptr<receiver::Receiver>& receiver, const std::vector<Wished>& wished
  ) = 0;

  [[nodiscard]] virtual std::vector<Port> bound(std::string_view receiver) const = 0;

  // Ends the receiver's part on the wire: its listeners close at once; connections it greeted are
  // drained, those that only reached it let it go, each after the transaction in hand. Does not
  // wait: Status::open_connections of the receiver tells how many are left.
  virtual void close(std::string_view receiver) = 0;

  // Ends what close() has left, transactions too; none is left when it returns.
  virtual void abort(std::string_view receiver) = 0;
};

}  // namespace control
