// SMTP replies (RFC 5321 4.2, RFC 2034): text to value and back, and what is odd about one.
// Knows no stage, scenario or socket. Values only, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace smtp {

// A reply ready for the wire. `code` is that of the last line, which closes the reply; `enhanced`
// is the RFC 2034 code of its text ("4.3.1") or empty. Real receivers send odd codes and lines of
// mixed codes, so these are legal.
struct Reply {
  std::uint16_t code = 0;
  std::string enhanced{};
  std::string wire{};  // every line with its CRLF

  [[nodiscard]] bool positive() const { return code < 400; }  // 2yz, 3yz

  [[nodiscard]] bool permanent() const { return code >= 500; }

  bool operator==(const Reply&) const = default;
};

// A one-line reply; `enhanced` may be empty.
[[nodiscard]] Reply make_reply(
    std::uint16_t code, std::string_view enhanced, std::string_view text
);

// A reply written as on the wire, without CRLF: "452 4.3.1 Mail system full", or several lines
// ("431-mx.test ESMTP", "431 Mail system full"). In a list a line may leave out its "-" or " " only
// if it is just the code. A line that does not start with three digits 2-5,0-9,0-9, contains CR, LF
// or NUL, or is over 4096 bytes is an error; "-" on the last line or " " on an earlier one is an
// error.
[[nodiscard]] base::Result<Reply> parse_reply(std::span<const std::string> lines);

// Suspicious but legal points, each one sentence: the basic/enhanced pair is neither one the IANA
// registry lists nor one that receivers are known to send (452 4.2.2, 550 5.3.1); the classes
// differ (4.x.x after 5yz); codes outside RFC 5321 that nobody is known to send; lines of different
// codes; a line over 512 octets (RFC 5321 4.5.3.1.5); bytes outside ASCII.
[[nodiscard]] std::vector<std::string> oddities(const Reply& reply);

// The text of a reply for the journal: its lines without CRLF joined by "\n".
[[nodiscard]] std::string text_of(const Reply& reply);

// True if the IANA registry knows this pair, e.g. (452, "4.3.1"). A registered enhanced code for
// which it lists no basic codes goes with every code of its class.
[[nodiscard]] bool is_registered_pair(std::uint16_t code, std::string_view enhanced);

}  // namespace smtp
