// What is worth knowing about a client's use of the protocol, whether or not it was refused.
// Values only, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace smtp {

enum class FindingKind : std::uint8_t {
  early_talker,   // octets before the greeting was answered
  bare_lf,        // LF without CR in a command or message
  bare_cr,        // CR without LF
  nul,            // a NUL octet
  line_too_long,  // command line over its limit, or text line over 1000 octets (RFC 5321 4.5.3.1.6)
  bad_syntax,     // answered 500, 501, 504 or 555
  bad_sequence,   // answered 503, unless it was pipelined in good faith behind a refused MAIL
  unoffered_pipelining,  // sent before the reply to the last one though PIPELINING was not offered
  illegal_pipelining,  // sent behind a command that must end its group (RFC 2920 3.1), such as DATA
  unoffered_extension,  // a parameter or verb of an extension that was not offered
  eight_bit,            // 8-bit octets in an envelope or header without SMTPUTF8, in a body without
                        // BODY=8BITMIME
  smuggling,  // an end-of-data look-alike such as LF.LF or LF.CRLF (strict mode goes on reading)
};

[[nodiscard]] std::string_view name_of(FindingKind kind);

struct Finding {
  FindingKind kind;
  // Printable. A session reports each kind at most once per command or message, with its count.
  std::string detail;

  bool operator==(const Finding&) const = default;
};

}  // namespace smtp
