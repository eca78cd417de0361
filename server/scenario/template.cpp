// Placeholders: one row each. See the header.
#include "scenario/template.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "scenario/facts.hpp"

namespace scenario {

namespace {

using Retry = std::optional<base::Duration>;

struct Row {
  std::string_view name;
  Since since;
  std::string_view doc;
  std::string (*value)(const Placeholders&, Retry);
};

std::string retry_text(Retry retry_after) {
  if (!retry_after) return "later";
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*retry_after).count();
  return fmt::format("{} second{}", seconds, seconds == 1 ? "" : "s");
}

// clang-format off
constexpr std::array<Row, 9> kRows{{
    {"recipient", Since::rcpt, "the recipient's address; at data and message the first accepted one's",
     [](const Placeholders& v, Retry) { return std::string(v.recipient); }},
    {"recipient_domain", Since::rcpt, "what stands after its last @",
     [](const Placeholders& v, Retry) { return base::domain_of(v.recipient); }},
    {"sender", Since::mail, "the sender's address, empty for <>",
     [](const Placeholders& v, Retry) { return std::string(v.sender); }},
    {"client", Since::connect, "the client's IP address",
     [](const Placeholders& v, Retry) { return std::string(v.client); }},
    {"auth_user", Since::auth, "who has logged in, at auth who tries to; empty: nobody",
     [](const Placeholders& v, Retry) { return std::string(v.auth_user); }},
    {"hostname", Since::connect, "server.hostname",
     [](const Placeholders& v, Retry) { return std::string(v.hostname); }},
    {"connection", Since::connect, "the connection's number",
     [](const Placeholders& v, Retry) { return fmt::format("{}", v.connection); }},
    {"attempt", Since::rcpt, "which attempt of its delivery this is, from 1",
     [](const Placeholders& v, Retry) { return fmt::format("{}", v.attempt); }},
    {"retry_after", Since::connect,
     "until the rule's window or phase ends, as \"300 seconds\"; \"later\" if that is not known",
     [](const Placeholders&, Retry retry_after) { return retry_text(retry_after); }},
}};

// clang-format on

const Row* row_named(std::string_view name) {
  const auto* found =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.name == name; });
  return found == kRows.end() ? nullptr : found;
}

std::string without_controls(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
  }
  return out;
}

std::optional<base::Error> check_name(std::string_view name, std::optional<base::Stage> stage) {
  const Row* row = row_named(name);
  if (row != nullptr) {
    if (!stage || known_at(row->since, *stage)) return std::nullopt;
    return base::Error{
        fmt::format("'{{{}}}' is not known at {}", name, base::name_of(*stage)),
        known_hint(row->since)};
  }
  std::vector<std::string_view> names;
  names.reserve(std::size(kRows));
  for (const Row& r : kRows) names.push_back(r.name);
  const auto meant = name.size() < 64 ? base::nearest(name, names) : std::nullopt;
  return base::Error{
      fmt::format("unknown placeholder '{{{}}}'", base::printable(name, 80)),
      meant
          ? fmt::format("did you mean '{{{}}}'?", *meant)
          : fmt::format("use one of {{{}}}; a literal brace is doubled", fmt::join(names, "} {"))};
}

}  // namespace

std::optional<base::Error> check_template(std::string_view text, std::optional<base::Stage> stage) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '{' && c != '}') continue;
    if (i + 1 < text.size() && text[i + 1] == c) {
      ++i;
      continue;
    }
    const auto end = text.find('}', i);
    if (c == '}' || end == std::string_view::npos) {
      return base::Error{
          fmt::format("'{}' stands alone in '{}'", c, base::printable(text, 80)),
          "a literal brace is doubled"};
    }
    if (auto error = check_name(text.substr(i + 1, end - i - 1), stage)) return error;
    i = end;
  }
  return std::nullopt;
}

std::string fill_template(
    std::string_view text, const Placeholders& values, std::optional<base::Duration> retry_after
) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool doubled = i + 1 < text.size() && text[i + 1] == c;
    if (c != '{' || doubled) {
      out += c;
      if ((c == '{' || c == '}') && doubled) ++i;
      continue;
    }
    const auto end = text.find('}', i);
    if (end == std::string_view::npos) return out;
    if (const Row* row = row_named(text.substr(i + 1, end - i - 1))) {
      out += without_controls(row->value(values, retry_after));
    }
    i = end;
  }
  return out;
}

std::string placeholders_reference() {
  std::string out = "| placeholder | value |\n| --- | --- |\n";
  for (const Row& row : kRows) out += fmt::format("| `{{{}}}` | {} |\n", row.name, row.doc);
  return out;
}

}  // namespace scenario
