// Base64 (RFC 4648 4) as AUTH uses it: padded, no white space. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smtp {

// nullopt: not base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace smtp
