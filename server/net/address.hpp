// Listening addresses as users write them: "127.0.0.1:1025", "[::1]:0", "localhost:25". No
// resolver: names other than localhost are errors, so that a listener never depends on a name
// server. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "base/ip.hpp"
#include "base/result.hpp"

namespace net {

// Port 0 means any free port.
[[nodiscard]] base::Result<boost::asio::ip::tcp::endpoint> parse_address(std::string_view text);

// The reverse, with an IPv6 address in brackets.
[[nodiscard]] std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);

[[nodiscard]] base::IpAddress ip_of(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace net
