// Tables of keys: one row says a key's name, form, meaning, and how it is read. The loader, the
// JSON Schema and the printed reference all come from the same rows, so none can forget a key. Pure
// but for the sink; any thread with a sink of its own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/diagnostics.hpp"
#include "document/node.hpp"
#include "document/read.hpp"

namespace document {

enum class Need : std::uint8_t { optional, required };

// `Target` is what the value is written to. The strings live as long as the program.
template <typename Target>
struct Row {
  std::string_view name;
  std::string_view form;    // for people: "string", "duration, or [least, most]"
  std::string_view schema;  // a JSON Schema of the value
  std::string_view doc;     // one sentence without a full stop
  void (*read)(const Node& value, Target& target, Diagnostics& sink);
  Need need = Need::optional;
};

// A key that exists in the format but not in this version: it is refused by name, never ignored.
inline constexpr std::string_view kUnsupported = "not supported by this version";

// A hint for a key that is none of the table's; empty: look for a misspelt one.
using KeyHint = std::string (*)(std::string_view key);

// "unknown key 'delya' in [[rule]]; did you mean 'delay'?"
void unknown_key(
    const Member& member,
    std::string_view where,
    std::span<const std::string_view> known,
    Diagnostics& sink,
    KeyHint hint = nullptr
);

void unsupported_key(const Member& member, Diagnostics& sink);
void missing_key(
    const Node& table, std::string_view where, std::string_view key, Diagnostics& sink
);
void not_a_table(const Node& node, std::string_view where, Diagnostics& sink);

// Reads the members of `node` by the rows, in source order. `where` is how messages call the table:
// "[[rule]]".
template <typename Target>
void read_table(
    const Node& node,
    std::string_view where,
    std::span<const Row<Target>> rows,
    std::span<const std::string_view> unsupported,
    Target& target,
    Diagnostics& sink,
    KeyHint hint = nullptr
) {
  if (!node.is(Kind::table)) return not_a_table(node, where, sink);
  for (const Member& member : node.members) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row<Target>& r) {
      return r.name == member.key;
    });
    if (row != rows.end()) {
      row->read(member.value, target, sink);
      continue;
    }
    if (std::find(unsupported.begin(), unsupported.end(), member.key) != unsupported.end()) {
      unsupported_key(member, sink);
      continue;
    }
    std::vector<std::string_view> known;
    for (const auto& r : rows) known.push_back(r.name);
    known.insert(known.end(), unsupported.begin(), unsupported.end());
    unknown_key(member, where, known, sink, hint);
  }
  for (const auto& row : rows) {
    if (row.need == Need::optional || node.find(row.name) != nullptr) continue;
    missing_key(node, where, row.name, sink);
  }
}

}  // namespace document
