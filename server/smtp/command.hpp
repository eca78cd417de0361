// One command line to a Command (RFC 5321 4.1, 4.1.2): verbs, paths, ESMTP parameters. Syntax only:
// whether the command may come now is the session's business. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace smtp {

enum class Verb : std::uint8_t {
  ehlo,
  helo,
  lhlo,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  noop,
  quit,
  vrfy,
  expn,
  help,
  starttls,
  auth,
  etrn,
  xclient,
  unknown
};

struct Parameter {
  std::string keyword;  // upper case
  std::string value;    // as sent; empty if there was no "="
};

struct Command {
  Verb verb = Verb::unknown;
  std::string name;      // the verb as sent
  std::string argument;  // EHLO's domain, VRFY's text, ...
  // MAIL and RCPT: the mailbox, source route stripped (RFC 5321 4.1.1.3), without angle brackets;
  // "" is the null reverse-path; "postmaster" has no domain. The local part is as sent.
  std::string address;
  std::vector<Parameter> parameters;

  [[nodiscard]] const Parameter* parameter(std::string_view keyword) const;
};

// What is wrong with a line, as the reply a server gives: 500 (unknown verb, line), 501 (argument),
// 504, 555 (parameters).
struct SyntaxError {
  std::uint16_t code = 500;
  std::string enhanced;
  std::string text;
};

// Parses a line without its CRLF. Lenient where real clients are sloppy: any letter case, one space
// after the colon, trailing spaces. Which ESMTP parameters are known is the session's business
// (extensions, parameters).
[[nodiscard]] tl::expected<Command, SyntaxError> parse_command(std::string_view line);

}  // namespace smtp
