// Writes one JSON object to a string, field by field: separators, numbers, and fields that may have
// no value. Builds nothing; names are written as they are and must need no escape.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/time.hpp"
#include "journal/json.hpp"

namespace journal {

// some(): left out without a value; x_or_null(): null without one.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }

  std::string& field(std::string_view name) {
    out_ += first_ ? "\"" : ",\"";
    first_ = false;
    out_ += name;
    out_ += "\":";
    return out_;
  }

  void text(std::string_view name, std::string_view value) { append_quoted(field(name), value); }

  void some(std::string_view name, std::string_view value) {
    if (!value.empty()) text(name, value);
  }

  void text_or_null(std::string_view name, std::string_view value) {
    value.empty() ? null(name) : text(name, value);
  }

  void number(std::string_view name, std::uint64_t value) {
    const fmt::format_int digits(value);
    field(name).append(digits.data(), digits.size());
  }

  void some(std::string_view name, std::uint64_t value) {
    if (value != 0) number(name, value);
  }

  void number_or_null(std::string_view name, std::uint64_t value) {
    value == 0 ? null(name) : number(name, value);
  }

  // Seconds with as many of six decimals as are needed.
  void seconds(std::string_view name, base::Micros value) {
    std::string& out = field(name);
    const bool negative = value.count() < 0;
    const auto size = static_cast<std::uint64_t>(negative ? -value.count() : value.count());
    if (negative) out += '-';
    const fmt::format_int whole(size / 1'000'000);
    out.append(whole.data(), whole.size());
    const fmt::format_int rest(1'000'000 + size % 1'000'000);
    std::size_t digits = 7;
    while (digits > 1 && rest.data()[digits - 1] == '0') --digits;
    if (digits > 1) out.append(1, '.').append(rest.data() + 1, digits - 1);
  }

  void some(std::string_view name, base::Micros value) {
    if (value.count() != 0) seconds(name, value);
  }

  void seconds_or_null(std::string_view name, const std::optional<base::Micros>& value) {
    value ? seconds(name, *value) : null(name);
  }

  void boolean(std::string_view name, bool value) { field(name) += value ? "true" : "false"; }

  void null(std::string_view name) { field(name) += "null"; }

  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

template <typename List, typename Append>
void append_array(std::string& out, const List& list, Append append) {
  out += '[';
  for (const auto& item : list) {
    append(item);
    out += ',';
  }
  if (out.back() == ',') out.pop_back();
  out += ']';
}

}  // namespace journal
