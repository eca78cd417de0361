// Command lines: see the header. A row of verbs.cpp names the verb; what follows it is parsed here.
#include "smtp/command.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "base/text.hpp"
#include "smtp/chunk.hpp"
#include "smtp/path.hpp"
#include "smtp/verbs.hpp"
#include "smtp/xclient.hpp"

namespace smtp {

namespace {

using Failure = tl::unexpected<SyntaxError>;
using Outcome = tl::expected<void, SyntaxError>;

constexpr std::size_t kLongestDomain = 255;
constexpr std::size_t kEchoed = 20;  // octets of an unknown verb that a reply repeats

Failure refused(std::uint16_t code, std::string_view enhanced, std::string text) {
  return Failure(SyntaxError{
      .code = code, .enhanced = std::string(enhanced), .text = std::move(text)});
}

constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

constexpr bool is_keyword_character(char c) {
  return (c >= '0' && c <= '9') || (base::ascii_lower(c) >= 'a' && base::ascii_lower(c) <= 'z') ||
         c == '-';
}

std::string_view without_leading_spaces(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

std::string_view without_trailing_spaces(std::string_view text) {
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

Failure unknown_verb(std::string_view line) {
  const auto word = line.substr(0, line.find(' '));
  if (word.empty()) return refused(500, "5.5.2", "Empty command");
  const bool plain =
      word.size() <= kEchoed && std::all_of(word.begin(), word.end(), is_keyword_character);
  return refused(500, "5.5.2", plain ? fmt::format("Unknown command {}", word) : "Unknown command");
}

// "KEYWORD=value KEYWORD ..." (RFC 5321 4.1.2); `text` begins with the space before the first one.
Outcome parse_parameters(std::string_view text, Command& command) {
  while (!(text = without_leading_spaces(text)).empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const auto equals = word.find('=');
    const auto keyword = word.substr(0, equals);
    const bool fits = !keyword.empty() && keyword.front() != '-' &&
                      std::all_of(keyword.begin(), keyword.end(), is_keyword_character) &&
                      equals + 1 != word.size();
    if (!fits) return refused(501, "5.5.4", "Syntax: parameters are KEYWORD or KEYWORD=value");
    auto name = base::to_upper(keyword);
    if (command.parameter(name) != nullptr) {
      return refused(
          501, "5.5.4", fmt::format("Parameter {} given twice", name.substr(0, kEchoed * 2))
      );
    }
    command.parameters.push_back(
        {.keyword = std::move(name),
         .value = std::string(
             equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1)
         )}
    );
  }
  return {};
}

// "FROM:<path> parameters" and "TO:<path> parameters".
Outcome parse_envelope(std::string_view argument, PathKind kind, Command& command) {
  const bool reverse = kind == PathKind::reverse;
  const std::string_view mark = reverse ? "FROM:" : "TO:";
  if (!base::same_text(argument.substr(0, mark.size()), mark)) {
    return refused(
        501, "5.5.4", reverse ? "Syntax: MAIL FROM:<address>" : "Syntax: RCPT TO:<address>"
    );
  }
  const auto path = parse_path(without_leading_spaces(argument.substr(mark.size())), kind);
  if (!path) {
    return refused(
        501,
        reverse ? "5.1.7" : "5.1.3",
        fmt::format("Bad {} address: {}", reverse ? "sender" : "recipient", path.error())
    );
  }
  if (!path->rest.empty() && path->rest.front() != ' ') {
    return refused(501, "5.5.4", "Syntax: a space must stand before the parameters");
  }
  command.address = path->address;
  return parse_parameters(path->rest, command);
}

Outcome parse_greeting(std::string_view argument, std::string_view spelling) {
  if (argument.empty() || argument.size() > kLongestDomain ||
      argument.find(' ') != std::string_view::npos) {
    return refused(501, "5.5.4", fmt::format("Syntax: {} domain or [address]", spelling));
  }
  return {};
}

Outcome parse_argument(const VerbRow& row, std::string_view argument, Command& command) {
  switch (row.verb) {
    case Verb::ehlo:
    case Verb::helo:
    case Verb::lhlo: return parse_greeting(argument, row.spelling);
    case Verb::mail: return parse_envelope(argument, PathKind::reverse, command);
    case Verb::rcpt: return parse_envelope(argument, PathKind::forward, command);
    case Verb::data:
    case Verb::rset:
    case Verb::quit:
    case Verb::starttls:
      if (!argument.empty())
        return refused(501, "5.5.4", fmt::format("{} takes no argument", row.spelling));
      return {};
    case Verb::vrfy:
      if (argument.empty()) return refused(501, "5.5.4", "Syntax: VRFY address");
      return {};
    case Verb::bdat:
      if (!parse_chunk(argument)) return refused(501, "5.5.4", "Syntax: BDAT octets [LAST]");
      return {};
    case Verb::xclient:
      if (const auto claimed = parse_xclient(argument); !claimed) {
        return refused(501, "5.5.4", std::string(claimed.error()));
      }
      return {};
    case Verb::noop:
    case Verb::expn:
    case Verb::help:
    case Verb::etrn: return {};
    case Verb::auth:
      if (argument.empty()) return refused(501, "5.5.4", "Syntax: AUTH mechanism [response]");
      return {};
    case Verb::unknown: break;
  }
  return unknown_verb(command.name);
}

}  // namespace

const Parameter* Command::parameter(std::string_view keyword) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& candidate) {
        return candidate.keyword == keyword;
      });
  return found == parameters.end() ? nullptr : &*found;
}

tl::expected<Command, SyntaxError> parse_command(std::string_view line) {
  const auto& row = row_of_line(line);
  if (row.verb == Verb::unknown) return unknown_verb(line);
  if (std::any_of(line.begin(), line.end(), is_control)) {
    return refused(501, "5.5.2", "Control character in the command");
  }
  Command command;
  command.verb = row.verb;
  command.name = line.substr(0, row.spelling.size());
  const auto argument =
      without_trailing_spaces(without_leading_spaces(line.substr(row.spelling.size())));
  if (auto outcome = parse_argument(row, argument, command); !outcome)
    return Failure(std::move(outcome.error()));
  // MAIL and RCPT have said theirs in address and parameters.
  if (row.verb != Verb::mail && row.verb != Verb::rcpt) command.argument = argument;
  return command;
}

}  // namespace smtp
