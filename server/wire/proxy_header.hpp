// The line with which a proxy begins a connection, to tell whose it is (the PROXY protocol, version
// 1). Human-readable, at most 107 octets. Pure, any thread.
// Limits: version 2, which is binary, is refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip.hpp"
#include "base/result.hpp"

namespace wire {

inline constexpr std::size_t kLongestProxyHeader = 107;  // with its CRLF

struct ProxyHeader {
  std::optional<base::IpAddress> client{};  // nullopt: UNKNOWN, the connection's own address stands
  std::size_t octets = 0;                   // of the line with its CRLF
};

// The header at the beginning of `input`; a nullopt inside: its end has not come yet. Nothing but
// the exact form will do: who believes a malformed one believes anybody.
[[nodiscard]] base::Result<std::optional<ProxyHeader>> parse_proxy_header(std::string_view input);

}  // namespace wire
