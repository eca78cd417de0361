// An IP address and a network in CIDR notation, as values: no resolver, no socket. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace base {

// IPv4 is held as its IPv4-mapped IPv6 form (RFC 4291 2.5.5.2), so one comparison serves both
// families.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] bool is_v4() const;
  bool operator==(const IpAddress&) const = default;
};

// "192.0.2.1", "2001:db8::1"; brackets and zones are errors.
[[nodiscard]] Result<IpAddress> parse_ip(std::string_view text);
[[nodiscard]] std::string to_string(const IpAddress& address);

struct IpNetwork {
  IpAddress address{};
  int prefix = 128;  // in bits of the mapped form: an IPv4 /24 is 120

  // An IPv6 network that only happens to enclose the mapped addresses (::/0) contains no IPv4
  // address.
  [[nodiscard]] bool contains(const IpAddress& other) const;
};

// "192.0.2.0/24", "2001:db8::/32"; a bare address is a network of one. Host bits set beyond the
// prefix are an error.
[[nodiscard]] Result<IpNetwork> parse_network(std::string_view text);

// "192.0.2.0/24" for an IPv4 address: its network of `v4_prefix` bits (IPv6: `v6_prefix`), as
// counter keys write it.
[[nodiscard]] std::string network_of(const IpAddress& address, int v4_prefix, int v6_prefix);

}  // namespace base
