// The document tree: see the header.
#include "document/node.hpp"

#include <algorithm>

namespace document {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::null: return "null";
    case Kind::boolean: return "a boolean";
    case Kind::integer: return "an integer";
    case Kind::number: return "a number";
    case Kind::string: return "a string";
    case Kind::date: return "a date or time";
    case Kind::list: return "a list";
    case Kind::table: return "a table";
  }
  return "";
}

const Node* Node::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& member) {
    return member.key == key;
  });
  return found == members.end() ? nullptr : &found->value;
}

}  // namespace document
