// The tables of extensions and their parameters: see the header.
#include "smtp/extensions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"

namespace smtp {

namespace {

struct Extension {
  std::string_view keyword;
  bool (*offered)(const Profile&);          // nullptr: never
  std::string (*argument)(const Profile&);  // nullptr: none
};

struct ParameterRow {
  Verb verb;
  std::string_view keyword;
  std::string_view extension;
  bool (*fits)(const Parameter&);  // is the value well-formed? nullptr: not looked at
  std::string_view syntax;         // what it should be
};

bool is_size(const Parameter& parameter) {
  const auto& value = parameter.value;
  return !value.empty() && value.size() <= 20 &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_body(const Parameter& parameter) {
  return base::same_text(parameter.value, "7BIT") || base::same_text(parameter.value, "8BITMIME");
}

bool is_empty(const Parameter& parameter) {
  return parameter.value.empty();
}

// clang-format off
constexpr std::array kExtensions = {
    Extension{"PIPELINING",          [](const Profile& p) { return p.pipelining; },            nullptr},
    Extension{"SIZE",                [](const Profile& p) { return p.size.has_value(); },
              [](const Profile& p) { return p.size.value_or(0) == 0 ? std::string() : std::to_string(*p.size); }},
    Extension{"8BITMIME",            [](const Profile& p) { return p.eight_bit_mime; },        nullptr},
    Extension{"SMTPUTF8",            [](const Profile& p) { return p.smtputf8; },              nullptr},
    Extension{"ENHANCEDSTATUSCODES", [](const Profile& p) { return p.enhanced_status_codes; }, nullptr},
    Extension{"DSN",                 nullptr,                                                  nullptr},
    Extension{"AUTH",                nullptr,                                                  nullptr},
    Extension{"CHUNKING",            nullptr,                                                  nullptr},
    Extension{"STARTTLS",            nullptr,                                                  nullptr},
};

constexpr std::array kParameters = {
    ParameterRow{Verb::mail, "SIZE",     "SIZE",     is_size,  "SIZE=<number of octets>"},
    ParameterRow{Verb::mail, "BODY",     "8BITMIME", is_body,  "BODY=7BIT or BODY=8BITMIME"},
    ParameterRow{Verb::mail, "SMTPUTF8", "SMTPUTF8", is_empty, "SMTPUTF8 without a value"},
    ParameterRow{Verb::mail, "RET",      "DSN",      nullptr,  ""},
    ParameterRow{Verb::mail, "ENVID",    "DSN",      nullptr,  ""},
    ParameterRow{Verb::rcpt, "NOTIFY",   "DSN",      nullptr,  ""},
    ParameterRow{Verb::rcpt, "ORCPT",    "DSN",      nullptr,  ""},
    ParameterRow{Verb::mail, "AUTH",     "AUTH",     nullptr,  ""},
};
// clang-format on

static_assert(kExtensions.size() <= Offered().size());

const ParameterRow* parameter_row(Verb verb, std::string_view keyword) {
  const auto* const row =
      std::find_if(kParameters.begin(), kParameters.end(), [&](const ParameterRow& candidate) {
        return candidate.verb == verb && candidate.keyword == keyword;
      });
  return row == kParameters.end() ? nullptr : row;
}

ParameterFault unsupported(const Parameter& parameter, std::string_view finding) {
  // At most what fits the reply line; keywords are letters, digits and hyphens.
  return {
      .reply =
          {.code = 555,
           .enhanced = "5.5.4",
           .text = fmt::format("Parameter {} not supported", parameter.keyword.substr(0, 40))},
      .unoffered = std::string(finding),
  };
}

std::optional<ParameterFault> fault_of(
    Verb verb, const Parameter& parameter, const Offered& offered
) {
  const auto* const row = parameter_row(verb, parameter.keyword);
  if (row == nullptr)
    return unsupported(
        parameter,
        fmt::format("parameter {} of an unknown extension", parameter.keyword.substr(0, 40))
    );
  if (!offers(offered, row->extension)) {
    return unsupported(
        parameter,
        fmt::format("parameter {} of {}, which was not offered", row->keyword, row->extension)
    );
  }
  if (row->fits != nullptr && !row->fits(parameter)) {
    return ParameterFault{
        .reply = {.code = 501, .enhanced = "5.5.4", .text = fmt::format("Syntax: {}", row->syntax)},
        .unoffered = {}};
  }
  return std::nullopt;
}

}  // namespace

Offered offered_by(const Profile& profile) {
  Offered offered;
  for (std::size_t i = 0; i < kExtensions.size(); ++i) {
    const auto& row = kExtensions[i];
    offered[i] = row.offered != nullptr && row.offered(profile);
  }
  return offered;
}

bool offers(const Offered& offered, std::string_view keyword) {
  for (std::size_t i = 0; i < kExtensions.size(); ++i) {
    if (kExtensions[i].keyword == keyword) return offered[i];
  }
  return false;
}

std::vector<std::string> ehlo_lines(const Profile& profile) {
  std::vector<std::string> lines;
  for (const auto& row : kExtensions) {
    if (row.offered == nullptr || !row.offered(profile)) continue;
    auto& line = lines.emplace_back(row.keyword);
    const auto argument = row.argument == nullptr ? std::string() : row.argument(profile);
    if (!argument.empty()) line.append(" ").append(argument);
  }
  return lines;
}

std::optional<ParameterFault> check_parameters(const Command& command, const Offered& offered) {
  for (const auto& parameter : command.parameters) {
    if (auto fault = fault_of(command.verb, parameter, offered)) return fault;
  }
  return std::nullopt;
}

std::uint64_t declared_size(const Command& command) {
  const auto* const parameter = command.parameter("SIZE");
  if (parameter == nullptr) return 0;
  const auto& text = parameter->value;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  // Twenty digits may say more than 64 bits hold: too large for any limit.
  return error == std::errc::result_out_of_range ? std::numeric_limits<std::uint64_t>::max() : size;
}

}  // namespace smtp
