// An address and port to listen on, as users write it: "127.0.0.1:1025", "[::1]:0", "localhost:25".
// Names other than localhost are not resolved: what a server binds must not depend on a resolver.
// Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ip.hpp"
#include "base/result.hpp"

namespace control {

struct Address {
  base::IpAddress ip{};
  std::uint16_t port = 0;  // 0: any free port

  // Reachable from this machine only (127.0.0.0/8, ::1).
  [[nodiscard]] bool is_loopback() const;

  // Any of the machine's addresses (0.0.0.0, ::).
  [[nodiscard]] bool is_any() const;

  bool operator==(const Address&) const = default;
};

[[nodiscard]] base::Result<Address> parse_address(std::string_view text);

// "127.0.0.1:1025", "[::1]:0".
[[nodiscard]] std::string to_string(const Address& address);

}  // namespace control
