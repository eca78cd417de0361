#include "net/address.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::string_view kHint =
    "write ADDRESS:PORT, such as 127.0.0.1:1025, [::1]:0 or localhost:0";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

base::Result<tcp::endpoint> parse_address(std::string_view text) {
  const auto wrong = [&](std::string_view what) {
    return base::failure(
        fmt::format("{} in listening address '{}'", what, text), std::string(kHint)
    );
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("no port");
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return wrong("bad port");

  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost" && !bracketed) host = "127.0.0.1";

  boost::system::error_code error;
  const auto address = asio::ip::make_address(std::string(host), error);
  // An IPv6 address without brackets would make "::1:25" ambiguous.
  if (error || address.is_v6() != bracketed) return wrong("bad IP address");
  return tcp::endpoint(address, *port);
}

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  if (endpoint.address().is_v6()) return fmt::format("[{}]:{}", host, endpoint.port());
  return fmt::format("{}:{}", host, endpoint.port());
}

base::IpAddress ip_of(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  const auto bytes =
      (address.is_v6() ? address.to_v6()
                       : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()))
          .to_bytes();
  base::IpAddress result;
  std::copy(bytes.begin(), bytes.end(), result.bytes.begin());
  return result;
}

}  // namespace net
