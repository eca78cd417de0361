// A tree back to text: see the header.
#include "document/write.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

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

// The shortest digits that read back as the same number; an exponent only where nobody could count
// the zeros.
void append_number(double number, std::string& out) {
  constexpr double kLeast = 1e-9;
  constexpr double kMost = 1e15;
  const double size = std::abs(number);
  if (number != 0 && !(size >= kLeast && size < kMost)) {
    out += boost::json::serialize(boost::json::value(number));
    return;
  }
  std::array<char, 64> digits;  // 9 zeros and 17 digits at most
  const auto [end, error] =
      std::to_chars(digits.begin(), digits.end(), number, std::chars_format::fixed);
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += text;
  if (text.find('.') == std::string_view::npos) out += ".0";
}

// As deep as the value is, which documents and answers bound.
void append_json(const boost::json::value& value, std::string& out) {
  char before = '[';
  if (value.is_double()) {
    append_number(value.get_double(), out);
  } else if (value.is_array() && !value.get_array().empty()) {
    for (const auto& item : value.get_array()) {
      out += std::exchange(before, ',');
      append_json(item, out);
    }
    out += ']';
  } else if (value.is_object() && !value.get_object().empty()) {
    before = '{';
    for (const auto& [key, member] : value.get_object()) {
      out += std::exchange(before, ',');
      out += boost::json::serialize(key);
      out += ':';
      append_json(member, out);
    }
    out += '}';
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string to_json(const Node& node) {
  return to_json(value_of(node));
}

std::string to_json(const boost::json::value& value) {
  std::string out;
  append_json(value, out);
  return out;
}

}  // namespace document
