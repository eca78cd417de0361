// Query parameters: see the header.
#include "control/query.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace control {

namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

}  // namespace

Query::Query(const Request& request, std::span<const ParameterDoc> known) : request_(request) {
  std::vector<std::string_view> names;
  for (const ParameterDoc& parameter : known) names.push_back(parameter.name);
  for (const Field& field : request.query) {
    bool found = false;
    for (const std::string_view name : names) found = found || name == field.name;
    if (found) continue;
    const auto hint = names.empty() ? std::string("it takes none") : hint_for(field.name, names);
    refuse(field.name, fmt::format("unknown query parameter '{}'", field.name), hint);
  }
}

std::optional<std::string> Query::text(std::string_view name) {
  const auto values = texts(name);
  if (values.empty()) return std::nullopt;
  if (values.size() > 1) refuse(name, fmt::format("'{}' is given twice", name), "give it once");
  return values.front();
}

std::vector<std::string> Query::texts(std::string_view name) const {
  std::vector<std::string> out;
  for (const Field& field : request_.query) {
    if (field.name == name) out.push_back(field.value);
  }
  return out;
}

std::uint64_t Query::number(
    std::string_view name, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most
) {
  const auto given = text(name);
  if (!given) return otherwise;
  const auto value = whole_number(*given);
  if (value && *value >= least && *value <= most) return *value;
  refuse(
      name,
      fmt::format("'{}' is not a number from {} to {}", base::printable(*given, 80), least, most),
      fmt::format("the default is {}", otherwise)
  );
  return otherwise;
}

std::vector<std::uint64_t> Query::numbers(std::string_view name, std::uint64_t most) {
  std::vector<std::uint64_t> out;
  for (const std::string& word : split(name)) {
    const auto value = whole_number(word);
    if (value && *value <= most) {
      out.push_back(*value);
    } else {
      refuse(
          name,
          fmt::format("'{}' is not a number up to {}", base::printable(word, 80), most),
          "separate several by commas"
      );
    }
  }
  return out;
}

base::Duration Query::duration(std::string_view name, base::Duration longest) {
  const auto given = text(name);
  if (!given) return base::Duration{0};
  const auto value = base::parse_duration(*given);
  if (!value) {
    refuse(name, value.error().message, value.error().hint);
    return base::Duration{0};
  }
  if (*value > longest) {
    refuse(
        name,
        fmt::format("'{}' is longer than {}", *given, base::format_duration(longest)),
        "ask again when it is over"
    );
    return base::Duration{0};
  }
  return *value;
}

std::vector<std::size_t> Query::choices(
    std::string_view name, const std::vector<std::string_view>& words
) {
  std::vector<std::size_t> out;
  for (const std::string& word : split(name)) {
    std::size_t i = 0;
    while (i < words.size() && words[i] != word) ++i;
    if (i < words.size()) {
      out.push_back(i);
    } else {
      const auto message = fmt::format("'{}' is no {}", base::printable(word, 80), name);
      refuse(name, message, hint_for(word, words));
    }
  }
  return out;
}

void Query::refuse(std::string_view name, std::string message, std::string hint) {
  refuse_at(fmt::format("?{}", name), std::move(message), std::move(hint));
}

void Query::refuse_at(std::string_view at, std::string message, std::string hint) {
  problems_.push_back({std::string(at), std::move(message), std::move(hint)});
}

std::optional<ApiError> Query::error() const {
  if (problems_.empty()) return std::nullopt;
  return ApiError{Fault::invalid, problems_};
}

std::vector<std::string> Query::split(std::string_view name) const {
  std::vector<std::string> out;
  for (const std::string& value : texts(name)) {
    std::size_t from = 0;
    for (std::size_t comma = 0; comma != std::string::npos; from = comma + 1) {
      comma = value.find(',', from);
      out.push_back(value.substr(from, comma == std::string::npos ? comma : comma - from));
    }
  }
  return out;
}

}  // namespace control
