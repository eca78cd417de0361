#include "receiver/service.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace receiver {

namespace {

constexpr std::array<std::string_view, 3> kTlsModes{"none", "starttls", "implicit"};

}  // namespace

std::string_view name_of(TlsMode mode) {
  return kTlsModes[static_cast<std::size_t>(mode)];
}

std::optional<TlsMode> tls_mode_named(std::string_view name) {
  const auto* const found = std::find(kTlsModes.begin(), kTlsModes.end(), name);
  if (found == kTlsModes.end()) return std::nullopt;
  return static_cast<TlsMode>(found - kTlsModes.begin());
}

std::string_view name_of(smtp::Protocol protocol) {
  return protocol == smtp::Protocol::lmtp ? "lmtp" : "smtp";
}

}  // namespace receiver
