// The IANA registry of enhanced status codes (RFC 3463, RFC 5248 and followers): which basic reply
// codes go with which enhanced code; and the pairs that receivers send all the same. Pure, any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace smtp {

// "4.3.1" in numbers.
struct EnhancedCode {
  std::uint16_t kind = 0;  // the class: 2, 4 or 5
  std::uint16_t subject = 0;
  std::uint16_t detail = 0;
};

// Reads "4.3.1" (RFC 2034 4: classes 2, 4, 5; up to three digits each); nullopt for anything else.
[[nodiscard]] std::optional<EnhancedCode> parse_enhanced(std::string_view text);

// The enhanced code a reply's text begins with, followed by a space or the end; empty if it has
// none.
[[nodiscard]] std::string_view leading_enhanced(std::string_view text);

// The basic codes the registry lists for X.subject.detail, separated by spaces: "452", "451 550",
// "5xx" for any of that class, "any", or "" if the registry gives none. nullopt: not a registered
// code.
[[nodiscard]] std::optional<std::string_view> registered_codes(const EnhancedCode& code);

// True if receivers are widely seen to send the pair, e.g. (452, "4.2.2"), though the registry does
// not list it.
[[nodiscard]] bool is_seen_pair(std::uint16_t code, std::string_view enhanced);

// True if such a pair has this basic code: 431, which no RFC defines.
[[nodiscard]] bool is_seen_code(std::uint16_t code);

// True if SMTP or a standard extension of it defines this basic code.
[[nodiscard]] bool is_standard_code(std::uint16_t code);

}  // namespace smtp
