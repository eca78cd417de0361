// JSON text (RFC 8259) to the document tree. Built from parser events rather than from a finished
// value, because a value no longer knows that a key stood twice.
#include <algorithm>
#include <string>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "document/parse.hpp"

namespace document {

namespace {

namespace json = boost::json;
using json::error_code;

// One path segment as RFC 6901 3 writes it.
std::string pointer_segment(std::string_view key) {
  std::string out = "/";
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

// Receives the parser's events; the names and signatures are Boost.JSON's.
class Builder {
 public:
  static constexpr std::size_t max_object_size = kMostOctets;
  static constexpr std::size_t max_array_size = kMostOctets;
  static constexpr std::size_t max_key_size = kMostOctets;
  static constexpr std::size_t max_string_size = kMostOctets;

  Node root{};

  bool on_document_begin(error_code&) { return true; }

  bool on_document_end(error_code&) { return true; }

  bool on_object_begin(error_code&) { return open(Kind::table); }

  bool on_object_end(std::size_t, error_code&) { return close(); }

  bool on_array_begin(error_code&) { return open(Kind::list); }

  bool on_array_end(std::size_t, error_code&) { return close(); }

  bool on_key_part(json::string_view part, std::size_t, error_code&) { return collect(part); }

  bool on_key(json::string_view part, std::size_t, error_code&) {
    collect(part);
    open_.back()->members.push_back({std::move(text_), {}, {}});
    text_.clear();
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t, error_code&) { return collect(part); }

  bool on_string(json::string_view part, std::size_t, error_code&) {
    collect(part);
    Node& node = place();
    node.kind = Kind::string;
    node.text = std::move(text_);
    text_.clear();
    return true;
  }

  bool on_number_part(json::string_view, error_code&) { return true; }

  bool on_int64(std::int64_t value, json::string_view, error_code&) {
    Node& node = place();
    node.kind = Kind::integer;
    node.integer = value;
    node.number = static_cast<double>(value);
    return true;
  }

  bool on_uint64(std::uint64_t value, json::string_view, error_code&) {
    return number(static_cast<double>(value));
  }

  bool on_double(double value, json::string_view, error_code&) { return number(value); }

  bool on_bool(bool value, error_code&) {
    Node& node = place();
    node.kind = Kind::boolean;
    node.boolean = value;
    return true;
  }

  bool on_null(error_code&) {
    place();
    return true;
  }

  bool on_comment_part(json::string_view, error_code&) { return true; }

  bool on_comment(json::string_view, error_code&) { return true; }

 private:
  // Where the value at hand goes. Pointers to open tables and lists stay good: only the innermost
  // one grows.
  Node& place() {
    if (open_.empty()) return root;
    Node& parent = *open_.back();
    if (parent.is(Kind::table)) return parent.members.back().value;
    return parent.items.emplace_back();
  }

  bool open(Kind kind) {
    Node& node = place();
    node.kind = kind;
    open_.push_back(&node);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  bool collect(json::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool number(double value) {
    Node& node = place();
    node.kind = Kind::number;
    node.number = value;
    return true;
  }

  std::vector<Node*> open_{};
  std::string text_{};
};

// Numbers the values, notes how each is reached from its parent, and collects keys that stand twice
// in a table.
struct Surveyor {
  std::vector<PathStep> paths{};
  std::vector<const Member*> twice{};

  void visit(Node& node, std::uint32_t parent, std::string segment) {
    const auto order = static_cast<std::uint32_t>(paths.size());
    node.place.order = order;
    paths.push_back({parent, std::move(segment)});
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      visit(node.items[i], order, fmt::format("/{}", i));
    }
    for (auto& member : node.members) {
      visit(member.value, order, pointer_segment(member.key));
      member.place = member.value.place;
    }
    find_twins(node);
  }

  void find_twins(const Node& node) {
    std::vector<const Member*> sorted;
    for (const auto& member : node.members) sorted.push_back(&member);
    std::stable_sort(sorted.begin(), sorted.end(), [](const Member* a, const Member* b) {
      return a->key < b->key;
    });
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      if (sorted[i - 1]->key == sorted[i]->key) twice.push_back(sorted[i]);
    }
  }
};

Place place_at(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto newline = before.rfind('\n');
  const auto begin = newline == std::string_view::npos ? 0 : newline + 1;
  const auto line = std::count(before.begin(), before.end(), '\n');
  // Columns are counted in characters, as toml++ does: bytes that continue one are no place of
  // their own.
  const auto column =
      std::count_if(before.begin() + static_cast<std::ptrdiff_t>(begin), before.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
      });
  return {.line = static_cast<int>(line) + 1, .column = static_cast<int>(column) + 1};
}

}  // namespace

std::optional<Node> parse_json(std::string_view text, Diagnostics& sink) {
  if (text.size() > kMostOctets) {
    sink.error(
        {.line = 1, .column = 1}, fmt::format("a document is at most {} octets", kMostOctets)
    );
    return std::nullopt;
  }
  json::parse_options options;
  options.max_depth = static_cast<std::size_t>(kMostNesting);
  json::basic_parser<Builder> parser(options);
  error_code ec;
  const auto used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = json::error::extra_data;
  if (ec) {
    sink.error(place_at(text, used), fmt::format("not valid JSON: {}", ec.message()));
    return std::nullopt;
  }
  Node root = std::move(parser.handler().root);
  Surveyor surveyor;
  surveyor.visit(root, 0, "");
  sink.set_paths(std::move(surveyor.paths));
  for (const Member* member : surveyor.twice) {
    sink.error(
        member->place, fmt::format("the key '{}' stands twice", base::printable(member->key, 80))
    );
  }
  if (!surveyor.twice.empty()) return std::nullopt;
  return root;
}

}  // namespace document
