// A parsed document, TOML or JSON alike, as a tree of values that know where they stand. Tables
// keep the order of the source. Nothing here knows what a document means. Values only; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace document {

// Where something stands. TOML: line and column, from 1. JSON: 0 and 0, and `order`, the number of
// the value in the document, from which the sink of diagnostics makes an RFC 6901 pointer.
struct Place {
  int line = 0;
  int column = 0;
  std::uint32_t order = 0;
};

enum class Kind : std::uint8_t { null, boolean, integer, number, string, date, list, table };

// "a string", "an integer": as messages say it.
[[nodiscard]] std::string_view name_of(Kind kind);

struct Member;

struct Node {
  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;   // number, and integer as well
  std::string text{};  // string
  // No initialisers: these types are complete only further down.
  std::vector<Node> items;      // list
  std::vector<Member> members;  // table
  Place place{};

  [[nodiscard]] bool is(Kind k) const { return kind == k; }

  // The member of a table with this key; nullptr if there is none, or this is no table.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Member {
  std::string key;
  Place place{};  // of the key
  Node value{};
};

}  // namespace document
