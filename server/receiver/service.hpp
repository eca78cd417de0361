// How a listener serves those who connect to it. Values only, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ip.hpp"
#include "smtp/profile.hpp"

namespace receiver {

// How a listener's connections are encrypted: not, unless the scenario offers it; from STARTTLS on
// (RFC 3207); from the first octet (RFC 8314 3.3).
enum class TlsMode : std::uint8_t { none, starttls, implicit };

struct Service {
  // Recipients whose domain another receiver owns are that receiver's.
  bool shared = false;
  smtp::Protocol protocol = smtp::Protocol::smtp;
  TlsMode tls = TlsMode::none;
  std::vector<base::IpNetwork> proxies{};  // their connections begin with a PROXY header
};

[[nodiscard]] std::string_view name_of(TlsMode mode);
[[nodiscard]] std::optional<TlsMode> tls_mode_named(std::string_view name);
[[nodiscard]] std::string_view name_of(smtp::Protocol protocol);

}  // namespace receiver
