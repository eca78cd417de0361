// A tree back to text: see the header.
#include "document/write.hpp"

#include <boost/json.hpp>

namespace document {

namespace {

boost::json::value value_of(const Node& node) {
  switch (node.kind) {
    case Kind::null:
    case Kind::date: return nullptr;
    case Kind::boolean: return node.boolean;
    case Kind::integer: return node.integer;
    case Kind::number: return node.number;
    case Kind::string: return boost::json::value(node.text);
    case Kind::list: {
      boost::json::array items;
      for (const Node& item : node.items) items.push_back(value_of(item));
      return items;
    }
    case Kind::table: {
      boost::json::object members;
      for (const Member& member : node.members) members.emplace(member.key, value_of(member.value));
      return members;
    }
  }
  return nullptr;
}

}  // namespace

std::string to_json(const Node& node) {
  return boost::json::serialize(value_of(node));
}

}  // namespace document
