// Where receivers answer, as the control API needs it: implemented over the SMTP side by whoever
// puts the program together, so that nothing here knows a socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "receiver/receiver.hpp"

namespace control {

struct Port {
  std::string address{};  // "127.0.0.1:1025", the real port
  std::string protocol = "smtp";
  std::string tls = "none";
};

class Ports {
 public:
  virtual ~Ports() = default;

  // Makes the receiver answer on exactly these addresses, all or nothing. Returns once they accept;
  // an address that stays keeps its socket, and port 0 the port it had.
  [[nodiscard]] virtual base::Result<std::vector<Port>> listen(
      const std::shared_ptr<receiver::Receiver>& receiver, const std::vector<std::string>& addresses
  ) = 0;

  [[nodiscard]] virtual std::vector<Port> bound(std::string_view receiver) const = 0;
};

}  // namespace control
