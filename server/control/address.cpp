// Addresses to listen on: see the header.
#include "control/address.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace control {

namespace {

constexpr std::string_view kHint = "write it as 127.0.0.1:1025 or [::1]:0 (0: any free port)";

base::Result<std::uint16_t> parse_port(std::string_view text, std::string_view whole) {
  std::uint16_t port = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end || text.empty()) {
    return base::failure(
        fmt::format("no port from 0 to 65535 in address '{}'", base::printable(whole, 100)),
        std::string(kHint)
    );
  }
  return port;
}

}  // namespace

bool Address::is_loopback() const {
  if (ip.is_v4()) return ip.bytes[12] == 127;
  return std::all_of(ip.bytes.begin(), ip.bytes.end() - 1, [](auto b) { return b == 0; }) &&
         ip.bytes.back() == 1;
}

bool Address::is_any() const {
  const auto from = ip.is_v4() ? ip.bytes.begin() + 12 : ip.bytes.begin();
  return std::all_of(from, ip.bytes.end(), [](auto b) { return b == 0; });
}

base::Result<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return base::failure(
        fmt::format("address '{}' has no port", base::printable(text, 100)), std::string(kHint)
    );
  }
  std::string_view host = text.substr(0, colon);
  const auto port = parse_port(text.substr(colon + 1), text);
  if (!port) return tl::unexpected(port.error());

  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool v6 = host.find(':') != std::string_view::npos;
  const auto ip = base::parse_ip(base::same_text(host, "localhost") ? "127.0.0.1" : host);
  if (!ip || bracketed != v6) {
    return base::failure(
        fmt::format("no IP address in '{}'", base::printable(text, 100)), std::string(kHint)
    );
  }
  return Address{*ip, *port};
}

std::string to_string(const Address& address) {
  const auto ip = base::to_string(address.ip);
  if (address.ip.is_v4()) return fmt::format("{}:{}", ip, address.port);
  return fmt::format("[{}]:{}", ip, address.port);
}

}  // namespace control
