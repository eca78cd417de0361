// What tables of keys share whatever they fill: see the header.
#include "document/table.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace document {

namespace {

// Longer words are not misspelt keys, and comparing them is dear.
constexpr std::size_t kLongestKey = 64;

}  // namespace

void unknown_key(
    const Member& member,
    std::string_view where,
    std::span<const std::string_view> known,
    Diagnostics& sink,
    KeyHint hint_for
) {
  std::string hint = hint_for != nullptr ? hint_for(member.key) : std::string{};
  if (hint.empty() && member.key.size() <= kLongestKey) {
    if (const auto meant = base::nearest(member.key, known)) {
      hint = fmt::format("did you mean '{}'?", *meant);
    }
  }
  sink.error(
      member.place,
      fmt::format("unknown key '{}' in {}", base::printable(member.key, 80), where),
      std::move(hint)
  );
}

void unsupported_key(const Member& member, Diagnostics& sink) {
  sink.error(member.place, fmt::format("'{}' is {}", member.key, kUnsupported));
}

void missing_key(
    const Node& table, std::string_view where, std::string_view key, Diagnostics& sink
) {
  sink.error(table.place, fmt::format("{} needs '{}'", where, key));
}

void not_a_table(const Node& node, std::string_view where, Diagnostics& sink) {
  sink.error(node.place, fmt::format("{} must be a table, not {}", where, name_of(node.kind)));
}

}  // namespace document
