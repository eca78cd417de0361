// Text to tree: TOML 1.0 and JSON (RFC 8259). Hostile text is normal input: size and nesting are
// limited before and while parsing. A syntax error ends the parse, so it is the only finding of its
// document. Pure, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "document/diagnostics.hpp"
#include "document/node.hpp"

namespace document {

inline constexpr std::size_t kMostOctets = 1024 * 1024;
inline constexpr int kMostNesting = 32;  // tables and lists inside each other

// nullopt: an error was reported to `sink`. The root of a TOML document is always a table.
[[nodiscard]] std::optional<Node> parse_toml(std::string_view text, Diagnostics& sink);
[[nodiscard]] std::optional<Node> parse_json(std::string_view text, Diagnostics& sink);

}  // namespace document
