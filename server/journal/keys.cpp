#include "journal/keys.hpp"

#include "base/text.hpp"

namespace journal {

namespace {

std::optional<std::string_view> value_of(const Parameters* parameters, std::string_view name) {
  return parameters == nullptr ? std::nullopt : parameter_of(*parameters, name);
}

std::optional<std::string_view> parameter(const KeySource& source, std::string_view name) {
  const auto of_recipient = value_of(source.rcpt, name);
  return of_recipient ? of_recipient : value_of(source.mail, name);
}

std::optional<std::string_view> content(const KeySource& source, std::string_view part) {
  if (source.message == nullptr) return std::nullopt;
  if (part != "message_id") return parameter_of(source.message->key_fields, part);
  if (source.message->message_id.empty()) return std::nullopt;
  return source.message->message_id;
}

void append(std::string& out, std::string_view part, std::string_view value) {
  if (!out.empty()) out += ' ';
  out += part;
  out += '=';
  for (const char c : value) {
    if (c == ' ' || c == '\\') out += '\\';
    out += c;
  }
}

}  // namespace

std::optional<std::string_view> parameter_of(
    const Parameters& parameters, std::string_view keyword
) {
  for (const auto& [key, value] : parameters) {
    if (base::same_text(key, keyword)) return value;
  }
  return std::nullopt;
}

std::string delivery_key(const Setup& setup, const KeySource& source) {
  std::string out;
  out.reserve(64);
  for (const std::string& part : setup.delivery_key) {
    const std::string_view name = part;
    std::optional<std::string_view> value;
    if (name == "sender") {
      append(out, name, source.sender.empty() ? "<>" : base::fold_domain(source.sender));
    } else if (name == "recipient") {
      append(out, name, base::fold_domain(source.recipient));
    } else if (name == "envid") {
      value = parameter(source, "ENVID");
    } else if (name.substr(0, 6) == "param.") {
      value = parameter(source, name.substr(6));
    } else {
      value = content(source, name);
    }
    if (value) append(out, name, *value);
  }
  return out;
}

bool key_needs_content(const Setup& setup) {
  for (const std::string_view part : setup.delivery_key) {
    if (part == "message_id" || part.substr(0, 7) == "header.") return true;
  }
  return false;
}

}  // namespace journal
