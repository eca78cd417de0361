// Media ranges against the forms there are: see the header.
#include "control/accept.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace control {

namespace {

struct Range {
  std::string type;         // "text/*", in lower case
  unsigned quality = 1000;  // in thousandths
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const auto from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

// Takes what stands before the next `separator` off `text`; quoted strings are of one piece.
std::string_view next(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == separator) {
      break;
    }
  }
  const auto piece = text.substr(0, i);
  text.remove_prefix(i < text.size() ? i + 1 : text.size());
  return trimmed(piece);
}

// "0.25" in thousandths; nullopt when it is no weight (RFC 9110 12.4.2).
std::optional<unsigned> weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  unsigned value = text[0] == '1' ? 1000 : 0;
  unsigned unit = 100;
  for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value += static_cast<unsigned>(text[i] - '0') * unit;
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
}

std::vector<Range> ranges_of(const Request& request) {
  std::vector<Range> ranges;
  for (const Field& field : request.headers) {
    if (!base::same_text(field.name, "Accept")) continue;
    std::string_view list = field.value;
    while (!list.empty()) {
      auto item = next(list, ',');
      Range range{base::to_lower(next(item, ';'))};
      if (range.type.find('/') == std::string::npos) continue;
      while (!item.empty()) {
        const auto parameter = next(item, ';');
        const bool is_weight = parameter.starts_with("q=") || parameter.starts_with("Q=");
        if (is_weight) range.quality = weight(parameter.substr(2)).value_or(1000);
      }
      ranges.push_back(std::move(range));
    }
  }
  return ranges;
}

// How narrowly a range names the form; 0: it does not.
int precision(std::string_view range, std::string_view form) {
  if (range == form) return 3;
  if (range == "*/*") return 1;
  const bool all_subtypes = range.ends_with("/*");
  return all_subtypes && form.starts_with(range.substr(0, range.size() - 1)) ? 2 : 0;
}

unsigned quality_of(std::string_view form, const std::vector<Range>& ranges) {
  int best = 0;
  unsigned quality = 0;
  for (const Range& range : ranges) {
    const int precise = precision(range.type, form);
    if (precise <= best) continue;
    best = precise;
    quality = range.quality;
  }
  return quality;
}

}  // namespace

std::optional<std::size_t> preferred(
    const Request& request, std::span<const std::string_view> forms
) {
  const auto ranges = ranges_of(request);
  if (ranges.empty()) return 0;
  std::optional<std::size_t> found;
  unsigned best = 0;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const unsigned quality = quality_of(forms[i], ranges);
    if (quality <= best) continue;
    best = quality;
    found = i;
  }
  return found;
}

ApiError not_acceptable(const Request& request, std::span<const std::string_view> forms) {
  const auto asked = base::printable(request.header("Accept").value_or(""), 200);
  return {
      Fault::not_acceptable,
      {{"Accept",
        fmt::format("'{}' is none of the forms of this answer", asked),
        fmt::format("there is: {}", fmt::join(forms, ", "))}}};
}

}  // namespace control
