// Header fields: see the header. One pass, line by line; a value is copied only when its name fits.
#include "smtp/headers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "smtp/message.hpp"

namespace smtp {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the next line off `rest`, without its line end.
std::string_view take_line(std::string_view& rest) {
  const auto lf = rest.find('\n');
  auto line = rest.substr(0, lf);
  rest.remove_prefix(lf == std::string_view::npos ? rest.size() : lf + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

// The value on a field's first line, if the line is a field called `name`.
const char* value_in(std::string_view line, std::string_view name) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return nullptr;
  // Blanks before the colon are obsolete but legal to read (RFC 5322 4.5).
  if (!base::same_text(trimmed(line.substr(0, colon)), name)) return nullptr;
  return line.data() + colon + 1;
}

}  // namespace

std::vector<std::string> header_values(
    std::string_view section, std::string_view name, std::size_t most
) {
  std::vector<std::string> values;
  bool inside = false;  // continuation lines belong to values.back()
  while (!section.empty()) {
    const auto line = take_line(section);
    if (line.empty()) break;
    if (is_blank(line.front())) {
      if (inside) values.back().append(line);
      continue;
    }
    const char* const value = value_in(line, name);
    inside = value != nullptr && values.size() < most;
    if (inside) values.emplace_back(value, line.data() + line.size());
    if (!inside && values.size() >= most) break;
  }
  for (auto& value : values) value = std::string(trimmed(value));
  return values;
}

std::vector<HeaderField> header_fields(std::string_view section, std::size_t most) {
  std::vector<HeaderField> fields;
  bool inside = false;  // continuation lines belong to fields.back()
  while (!section.empty()) {
    const auto line = take_line(section);
    if (line.empty()) break;
    if (is_blank(line.front())) {
      if (inside) fields.back().value.append(line);
      continue;
    }
    const auto colon = line.find(':');
    const auto name = trimmed(line.substr(0, colon));
    inside = colon != std::string_view::npos && !name.empty();
    if (!inside) continue;
    if (fields.size() == most) break;
    fields.push_back({.name = std::string(name), .value = std::string(line.substr(colon + 1))});
  }
  for (auto& field : fields) field.value = std::string(trimmed(field.value));
  return fields;
}

std::string message_id_of(std::string_view section) {
  const auto values = header_values(section, "Message-ID", 1);
  if (values.empty()) return {};
  const std::string_view value = values.front();
  const auto open = value.find('<');
  if (open == std::string_view::npos) return values.front();
  const auto close = value.find('>', open);
  return std::string(
      trimmed(value.substr(open + 1, close == std::string_view::npos ? close : close - open - 1))
  );
}

std::vector<std::string> Message::header(std::string_view name) const {
  return header_values(headers, name);
}

}  // namespace smtp
