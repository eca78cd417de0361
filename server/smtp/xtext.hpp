// xtext (RFC 3461 4): how values of ESMTP parameters write any octet. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smtp {

// Octets from "!" to "~" without "+" and "=", or "+" and two hexadecimal digits in upper case. May
// be empty.
[[nodiscard]] bool is_xtext(std::string_view text);

// The octets that are meant; nullopt: not xtext.
[[nodiscard]] std::optional<std::string> decode_xtext(std::string_view text);

}  // namespace smtp
