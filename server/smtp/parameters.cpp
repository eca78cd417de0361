// The table of parameters: see the header.
#include "smtp/parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/octets.hpp"
#include "smtp/xtext.hpp"

namespace smtp {

namespace {

constexpr std::size_t kLongestEnvid = 100;  // RFC 3461 4.4
constexpr std::size_t kLongestOrcpt = 500;  // RFC 3461 4.2
constexpr std::string_view kUtf8 = "SMTPUTF8";

struct ParameterRow {
  Verb verb;
  std::string_view keyword;
  std::string_view extension;
  std::string_view or_extension;  // another that has it; empty: none
  bool (*fits)(std::string_view value, const Offered& offered);
  std::string_view syntax;  // what the value should be
};

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return base::same_text(value, word);
  });
}

bool is_size(std::string_view value, const Offered&) {
  return !value.empty() && value.size() <= 20 &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_body(std::string_view value, const Offered& offered) {
  if (base::same_text(value, "BINARYMIME")) return offers(offered, "BINARYMIME");
  return is_one_of(value, {"7BIT", "8BITMIME"});
}

bool is_empty(std::string_view value, const Offered&) {
  return value.empty();
}

bool is_ret(std::string_view value, const Offered&) {
  return is_one_of(value, {"FULL", "HDRS"});
}

bool is_envid(std::string_view value, const Offered&) {
  return !value.empty() && value.size() <= kLongestEnvid && is_xtext(value);
}

// NEVER alone, or a list of the others, each at most once.
bool is_notify(std::string_view value, const Offered&) {
  if (base::same_text(value, "NEVER")) return true;
  static constexpr std::array<std::string_view, 3> kEvents = {"SUCCESS", "FAILURE", "DELAY"};
  std::array<bool, kEvents.size()> seen{};
  while (true) {
    const auto word = value.substr(0, value.find(','));
    const auto* const event =
        std::find_if(kEvents.begin(), kEvents.end(), [&](std::string_view candidate) {
          return base::same_text(candidate, word);
        });
    if (event == kEvents.end()) return false;
    auto& known = seen[static_cast<std::size_t>(event - kEvents.begin())];
    if (known) return false;
    known = true;
    if (word.size() == value.size()) return true;
    value.remove_prefix(word.size() + 1);
  }
}

// "rfc822;address in xtext". An address of the type utf-8 may stand as it is (RFC 6533 3).
bool is_orcpt(std::string_view value, const Offered& offered) {
  const auto semicolon = value.find(';');
  if (semicolon == 0 || semicolon == std::string_view::npos || value.size() > kLongestOrcpt)
    return false;
  const auto type = value.substr(0, semicolon);
  const auto address = value.substr(semicolon + 1);
  const bool atom = std::all_of(type.begin(), type.end(), [](char c) {
    return (c >= '0' && c <= '9') || (base::ascii_lower(c) >= 'a' && base::ascii_lower(c) <= 'z') ||
           c == '-';
  });
  if (!atom || address.empty()) return false;
  const bool as_it_is = base::same_text(type, "utf-8") && offers(offered, kUtf8) &&
                        has_eight_bit(address) && base::is_utf8(address);
  return as_it_is || is_xtext(address);
}

// RFC 4954 5.
bool is_submitter(std::string_view value, const Offered&) {
  return value == "<>" || (!value.empty() && is_xtext(value));
}

// clang-format off
constexpr std::array kParameters = {
    ParameterRow{Verb::mail, "SIZE",     "SIZE",     "",           is_size,      "SIZE=<number of octets>"},
    ParameterRow{Verb::mail, "BODY",     "8BITMIME", "BINARYMIME", is_body,      "BODY=7BIT or BODY=8BITMIME"},
    ParameterRow{Verb::mail, "SMTPUTF8", kUtf8,      "",           is_empty,     "SMTPUTF8 without a value"},
    ParameterRow{Verb::mail, "RET",      "DSN",      "",           is_ret,       "RET=FULL or RET=HDRS"},
    ParameterRow{Verb::mail, "ENVID",    "DSN",      "",           is_envid,     "ENVID=xtext of at most 100 octets"},
    ParameterRow{Verb::rcpt, "NOTIFY",   "DSN",      "",           is_notify,    "NOTIFY=NEVER or a list of SUCCESS, FAILURE, DELAY"},
    ParameterRow{Verb::rcpt, "ORCPT",    "DSN",      "",           is_orcpt,     "ORCPT=type;address in xtext"},
    ParameterRow{Verb::mail, "AUTH",     "AUTH",     "",           is_submitter, "AUTH=<> or AUTH=address in xtext"},
};

// clang-format on

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
  if (!offers(offered, row->extension) && !offers(offered, row->or_extension)) {
    return unsupported(
        parameter,
        fmt::format("parameter {} of {}, which was not offered", row->keyword, row->extension)
    );
  }
  if (!row->fits(parameter.value, offered)) {
    return ParameterFault{
        .reply = {.code = 501, .enhanced = "5.5.4", .text = fmt::format("Syntax: {}", row->syntax)},
        .unoffered = {}};
  }
  return std::nullopt;
}

}  // namespace

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

bool asks_for_utf8(const Command& command) {
  if (command.verb == Verb::mail) return command.parameter(kUtf8) != nullptr;
  if (command.verb != Verb::vrfy) return false;
  const std::string_view argument = command.argument;
  const auto space = argument.rfind(' ');
  return space != std::string_view::npos && base::same_text(argument.substr(space + 1), kUtf8);
}

}  // namespace smtp
