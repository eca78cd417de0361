// Addresses as text and back. The C library's conversions do the reading and writing (RFC 4291 2.2,
// RFC 5952); they touch no resolver and no socket.
#include "base/ip.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace base {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;
constexpr int kBits = 128;

// The address with all bits after the first `prefix` cleared.
IpAddress masked(const IpAddress& address, int prefix) {
  IpAddress out = address;
  for (int i = 0; i < kBits / 8; ++i) {
    const int kept = std::clamp(prefix - 8 * i, 0, 8);
    auto& byte = out.bytes[static_cast<std::size_t>(i)];
    byte = static_cast<std::uint8_t>(byte & (0xff00U >> static_cast<unsigned>(kept)));
  }
  return out;
}

std::optional<int> parse_bits(std::string_view text, int most) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || text.front() == '-' || value > most) return std::nullopt;
  return value;
}

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
}

Result<IpAddress> parse_ip(std::string_view text) {
  IpAddress out;
  const std::string name(text);
  // A NUL would hide what follows it from the C library.
  if (name.find('\0') == std::string::npos) {
    if (::inet_pton(AF_INET6, name.c_str(), out.bytes.data()) == 1) return out;
    std::copy(kMapped.begin(), kMapped.end(), out.bytes.begin());
    if (::inet_pton(AF_INET, name.c_str(), out.bytes.data() + kMapped.size()) == 1) return out;
  }
  std::string hint = "write it as '192.0.2.1' or '2001:db8::1'";
  if (text.find('[') != std::string_view::npos) hint += ", without brackets";
  if (text.find('%') != std::string_view::npos) hint += ", without a zone";
  return failure(fmt::format("'{}' is not an IP address", text), std::move(hint));
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.is_v4();
  const std::uint8_t* const from = address.bytes.data() + (v4 ? kMapped.size() : 0);
  ::inet_ntop(v4 ? AF_INET : AF_INET6, from, text.data(), text.size());
  return text.data();
}

bool IpNetwork::contains(const IpAddress& other) const {
  if (other.is_v4() && prefix < kMappedBits) return false;
  return masked(other, prefix) == masked(address, prefix);
}

Result<IpNetwork> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) {
    return failure(
        fmt::format("'{}' is not an IP address or network", text),
        "write it as '192.0.2.0/24' or '2001:db8::/32'"
    );
  }
  if (slash == std::string_view::npos) return IpNetwork{*address, kBits};
  // An IPv4 address that was written as an IPv6 one counts its bits as IPv6.
  const bool dotted = text.substr(0, slash).find(':') == std::string_view::npos;
  const int most = dotted ? kBits - kMappedBits : kBits;
  const auto bits = parse_bits(text.substr(slash + 1), most);
  if (!bits) {
    return failure(fmt::format("'{}' has no prefix length from 0 to {} after the '/'", text, most));
  }
  const int prefix = *bits + (kBits - most);
  const IpAddress first = masked(*address, prefix);
  if (first != *address) {
    return failure(
        fmt::format("'{}' has bits set beyond its prefix", text),
        fmt::format("the network is '{}/{}'", to_string(first), *bits)
    );
  }
  return IpNetwork{*address, prefix};
}

std::string network_of(const IpAddress& address, int v4_prefix, int v6_prefix) {
  const int bits = address.is_v4() ? std::clamp(v4_prefix, 0, kBits - kMappedBits)
                                   : std::clamp(v6_prefix, 0, kBits);
  const int prefix = address.is_v4() ? bits + kMappedBits : bits;
  return fmt::format("{}/{}", to_string(masked(address, prefix)), bits);
}

}  // namespace base
