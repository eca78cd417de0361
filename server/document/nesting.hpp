// A look at TOML text before it is parsed: how deep would the tree be? The parser limits nested
// brackets, not dotted keys, and a key of a hundred thousand parts makes a tree too deep to walk or
// destroy. Not a parser: on ill-formed text it may stop early, for the parser will stop there too.
// Pure, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace document {

// The offset at which brackets nest deeper than `brackets`, or a key has more than `parts` parts;
// nullopt: nowhere.
[[nodiscard]] std::optional<std::size_t> too_deep(std::string_view text, int brackets, int parts);

}  // namespace document
