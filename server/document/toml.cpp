// TOML text to the document tree, by toml++. toml++ keeps tables in key order; the tree has source
// order.
#include <algorithm>
#include <cassert>
#include <limits>
#include <string>
#include <tuple>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "document/nesting.hpp"
#include "document/parse.hpp"

namespace document {

namespace {

// A node that toml++ made up (the tables of a dotted key) may have no place: it stands where its
// parent does.
Place place_of(const toml::source_region& source, const Place& parent) {
  if (!source.begin) return parent;
  return {
      .line = static_cast<int>(source.begin.line), .column = static_cast<int>(source.begin.column)};
}

Place place_at(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto newline = before.rfind('\n');
  const auto column = newline == std::string_view::npos ? offset : offset - newline - 1;
  const auto line = std::count(before.begin(), before.end(), '\n');
  return {.line = static_cast<int>(line) + 1, .column = static_cast<int>(column) + 1};
}

Node convert(const toml::node& from, const Place& parent, int depth);

void convert_table(const toml::table& from, Node& to, int depth) {
  to.kind = Kind::table;
  to.members.reserve(from.size());
  for (const auto& [key, value] : from) {
    const Place place = place_of(key.source(), to.place);
    to.members.push_back({std::string(key.str()), place, convert(value, place, depth + 1)});
  }
  std::stable_sort(to.members.begin(), to.members.end(), [](const Member& a, const Member& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
}

Node convert(const toml::node& from, const Place& parent, int depth) {
  Node to;
  to.place = place_of(from.source(), parent);
  if (depth > kMostNesting) return to;  // parse_toml has seen to it that this does not happen
  switch (from.type()) {
    case toml::node_type::none: break;
    case toml::node_type::table: convert_table(*from.as_table(), to, depth); break;
    case toml::node_type::array:
      to.kind = Kind::list;
      to.items.reserve(from.as_array()->size());
      for (const auto& item : *from.as_array()) {
        to.items.push_back(convert(item, to.place, depth + 1));
      }
      break;
    case toml::node_type::string:
      to.kind = Kind::string;
      to.text = from.as_string()->get();
      break;
    case toml::node_type::integer:
      to.kind = Kind::integer;
      to.integer = from.as_integer()->get();
      to.number = static_cast<double>(to.integer);
      break;
    case toml::node_type::floating_point:
      to.kind = Kind::number;
      to.number = from.as_floating_point()->get();
      break;
    case toml::node_type::boolean:
      to.kind = Kind::boolean;
      to.boolean = from.as_boolean()->get();
      break;
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: to.kind = Kind::date; break;
  }
  return to;
}

// The deepest path of the tree, counted no further than just past `limit`.
int depth_of(const toml::node& node, int limit) {
  if (limit < 0) return 1;
  int deepest = 0;
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) deepest = std::max(deepest, depth_of(value, limit - 1));
  } else if (const auto* list = node.as_array()) {
    for (const auto& item : *list) deepest = std::max(deepest, depth_of(item, limit - 1));
  }
  return deepest + 1;
}

}  // namespace

std::optional<Node> parse_toml(std::string_view text, Diagnostics& sink) {
  if (text.size() > kMostOctets) {
    sink.error(
        {.line = 1, .column = 1}, fmt::format("a document is at most {} octets", kMostOctets)
    );
    return std::nullopt;
  }
  const auto too_nested = fmt::format("tables and lists nest at most {} deep", kMostNesting);
  // Each limit leaves room for the other: a few dozen of both is still safe to walk.
  if (const auto at = too_deep(text, kMostNesting, kMostNesting)) {
    sink.error(place_at(text, *at), too_nested);
    return std::nullopt;
  }
  try {
    const auto table = toml::parse(text, std::string_view{});
    if (depth_of(table, kMostNesting) > kMostNesting) {
      sink.error({.line = 1, .column = 1}, too_nested);
      return std::nullopt;
    }
    return convert(table, {.line = 1, .column = 1}, 0);
  } catch (const toml::parse_error& error) {
    sink.error(
        place_of(error.source(), {.line = 1, .column = 1}),
        fmt::format("not valid TOML: {}", error.description())
    );
    return std::nullopt;
  }
}

}  // namespace document
