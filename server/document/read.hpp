// Typed readers: a node to a value, or nullopt and an error at its place. `what` is how the message
// calls the node, mostly its key: "'delay' must be a duration such as \"2s\", not an integer". Pure
// but for the sink; any thread with a sink of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "document/diagnostics.hpp"
#include "document/node.hpp"

namespace document {

[[nodiscard]] std::optional<std::string> want_string(
    const Node& node, std::string_view what, Diagnostics& sink
);

// A string of 1 to 200 octets without control characters: a name, a title.
[[nodiscard]] std::optional<std::string> want_name(
    const Node& node, std::string_view what, Diagnostics& sink
);

[[nodiscard]] std::optional<bool> want_bool(
    const Node& node, std::string_view what, Diagnostics& sink
);

// lo <= n <= hi.
[[nodiscard]] std::optional<std::uint64_t> want_integer(
    const Node& node, std::string_view what, std::uint64_t lo, std::uint64_t hi, Diagnostics& sink
);

// lo <= x <= hi; integers count as numbers, inf and nan do not.
[[nodiscard]] std::optional<double> want_number(
    const Node& node, std::string_view what, double lo, double hi, Diagnostics& sink
);

// "250ms", "1h30m".
[[nodiscard]] std::optional<base::Duration> want_duration(
    const Node& node, std::string_view what, Diagnostics& sink
);

// An integer of octets, or "64KiB" (see parse_bytes).
[[nodiscard]] std::optional<std::uint64_t> want_bytes(
    const Node& node, std::string_view what, Diagnostics& sink
);

// One of the given words, as its index.
[[nodiscard]] std::optional<std::size_t> want_word(
    const Node& node,
    std::string_view what,
    std::span<const std::string_view> words,
    Diagnostics& sink
);

// The items of a list; the node itself if it is none: for keys that take "a" and ["a", "b"] alike.
[[nodiscard]] std::span<const Node> one_or_many(const Node& node);

// A list, or nullptr and an error.
[[nodiscard]] const Node* want_list(const Node& node, std::string_view what, Diagnostics& sink);

[[nodiscard]] const Node* want_table(const Node& node, std::string_view what, Diagnostics& sink);

// Every item as a string; what is none is reported. nullopt if anything was.
[[nodiscard]] std::optional<std::vector<std::string>> want_strings(
    const Node& node, std::string_view what, Diagnostics& sink
);

// "1500", "64KiB", "20MiB", "1GiB" (powers of 1024), "10kB", "10MB" (powers of 1000); case and a
// space before the unit do not matter. Anything over 2^53 is an error.
[[nodiscard]] base::Result<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace document
