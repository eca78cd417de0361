// Typed readers: see the header.
#include "document/read.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace document {

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 53;
constexpr std::size_t kMostNameOctets = 200;

void wrong_kind(
    const Node& node,
    std::string_view what,
    std::string_view wanted,
    Diagnostics& sink,
    std::string hint = {}
) {
  sink.error(
      node.place,
      fmt::format("'{}' must be {}, not {}", what, wanted, name_of(node.kind)),
      std::move(hint)
  );
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

std::optional<std::string> want_string(const Node& node, std::string_view what, Diagnostics& sink) {
  if (node.is(Kind::string)) return node.text;
  wrong_kind(node, what, "a string", sink);
  return std::nullopt;
}

std::optional<std::string> want_name(const Node& node, std::string_view what, Diagnostics& sink) {
  auto text = want_string(node, what, sink);
  if (!text) return std::nullopt;
  if (text->empty()) {
    sink.error(node.place, fmt::format("'{}' must not be empty", what));
    return std::nullopt;
  }
  if (text->size() > kMostNameOctets) {
    sink.error(node.place, fmt::format("'{}' has more than {} octets", what, kMostNameOctets));
    return std::nullopt;
  }
  if (std::any_of(text->begin(), text->end(), is_control)) {
    sink.error(
        node.place,
        fmt::format("'{}' has a control character: '{}'", what, base::printable(*text, 80))
    );
    return std::nullopt;
  }
  return text;
}

std::optional<bool> want_bool(const Node& node, std::string_view what, Diagnostics& sink) {
  if (node.is(Kind::boolean)) return node.boolean;
  wrong_kind(node, what, "true or false", sink);
  return std::nullopt;
}

std::optional<std::uint64_t> want_integer(
    const Node& node, std::string_view what, std::uint64_t lo, std::uint64_t hi, Diagnostics& sink
) {
  if (!node.is(Kind::integer)) {
    wrong_kind(node, what, "an integer", sink);
    return std::nullopt;
  }
  const auto value = static_cast<std::uint64_t>(node.integer);
  if (node.integer >= 0 && value >= lo && value <= hi) return value;
  constexpr std::uint64_t kNoLimit = INT64_MAX;
  const auto range =
      hi >= kNoLimit ? fmt::format("at least {}", lo) : fmt::format("{} to {}", lo, hi);
  sink.error(node.place, fmt::format("'{}' must be {}, not {}", what, range, node.integer));
  return std::nullopt;
}

std::optional<double> want_number(
    const Node& node, std::string_view what, double lo, double hi, Diagnostics& sink
) {
  if (!node.is(Kind::integer) && !node.is(Kind::number)) {
    wrong_kind(node, what, "a number", sink);
    return std::nullopt;
  }
  if (std::isfinite(node.number) && node.number >= lo && node.number <= hi) return node.number;
  sink.error(
      node.place, fmt::format("'{}' must be between {} and {}, not {}", what, lo, hi, node.number)
  );
  return std::nullopt;
}

std::optional<base::Duration> want_duration(
    const Node& node, std::string_view what, Diagnostics& sink
) {
  if (!node.is(Kind::string)) {
    const bool whole = node.is(Kind::integer) && node.integer >= 0;
    wrong_kind(
        node,
        what,
        "a duration such as \"2s\"",
        sink,
        whole ? fmt::format("write \"{}s\" for seconds", node.integer) : std::string{}
    );
    return std::nullopt;
  }
  auto value = base::parse_duration(node.text);
  if (value) return *value;
  sink.error(node.place, fmt::format("'{}': {}", what, value.error().message), value.error().hint);
  return std::nullopt;
}

std::optional<std::uint64_t> want_bytes(
    const Node& node, std::string_view what, Diagnostics& sink
) {
  if (node.is(Kind::integer)) return want_integer(node, what, 0, kMostBytes, sink);
  if (!node.is(Kind::string)) {
    wrong_kind(node, what, "a number of octets such as 1024 or \"64KiB\"", sink);
    return std::nullopt;
  }
  auto value = parse_bytes(node.text);
  if (value) return *value;
  sink.error(node.place, fmt::format("'{}': {}", what, value.error().message), value.error().hint);
  return std::nullopt;
}

std::optional<std::size_t> want_word(
    const Node& node,
    std::string_view what,
    std::span<const std::string_view> words,
    Diagnostics& sink
) {
  if (!node.is(Kind::string)) {
    wrong_kind(node, what, fmt::format("one of {}", fmt::join(words, ", ")), sink);
    return std::nullopt;
  }
  const auto found = std::find(words.begin(), words.end(), node.text);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string hint = fmt::format("use one of {}", fmt::join(words, ", "));
  if (node.text.size() <= kMostNameOctets) {
    if (const auto meant = base::nearest(node.text, words)) {
      hint = fmt::format("did you mean '{}'?", *meant);
    }
  }
  sink.error(
      node.place,
      fmt::format("'{}' cannot be '{}'", what, base::printable(node.text, 80)),
      std::move(hint)
  );
  return std::nullopt;
}

std::span<const Node> one_or_many(const Node& node) {
  if (node.is(Kind::list)) return node.items;
  return {&node, 1};
}

const Node* want_list(const Node& node, std::string_view what, Diagnostics& sink) {
  if (node.is(Kind::list)) return &node;
  wrong_kind(node, what, "a list", sink);
  return nullptr;
}

const Node* want_table(const Node& node, std::string_view what, Diagnostics& sink) {
  if (node.is(Kind::table)) return &node;
  wrong_kind(node, what, "a table", sink);
  return nullptr;
}

std::optional<std::vector<std::string>> want_strings(
    const Node& node, std::string_view what, Diagnostics& sink
) {
  const Node* list = want_list(node, what, sink);
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  bool all = true;
  for (const Node& item : list->items) {
    auto text = want_string(item, what, sink);
    if (text) {
      texts.push_back(std::move(*text));
    } else {
      all = false;
    }
  }
  if (!all) return std::nullopt;
  return texts;
}

base::Result<std::uint64_t> parse_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::uint64_t octets;
  };

  static constexpr std::array<Unit, 8> kUnits{{
      {"", 1},
      {"B", 1},
      {"KiB", 1024},
      {"MiB", 1024 * 1024},
      {"GiB", 1024 * 1024 * 1024},
      {"kB", 1000},
      {"MB", 1'000'000},
      {"GB", 1'000'000'000},
  }};
  constexpr std::string_view kHint = "write 1024, \"64KiB\" or \"20MiB\"";
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const auto known = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) {
    return base::same_text(u.name, unit);
  });
  const auto quoted = base::printable(text, 80);
  if (error == std::errc::invalid_argument || known == kUnits.end()) {
    return base::failure(fmt::format("'{}' is no number of octets", quoted), std::string(kHint));
  }
  if (error != std::errc{} || number > kMostBytes / known->octets) {
    return base::failure(fmt::format("'{}' is too large", quoted));
  }
  return number * known->octets;
}

}  // namespace document
