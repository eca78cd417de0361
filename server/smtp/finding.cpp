// The table of findings: see the header.
#include "smtp/finding.hpp"

#include <array>
#include <cstddef>

namespace smtp {

namespace {

using enum FindingKind;

// clang-format off
constexpr std::array kRows = {
    FindingRow{early_talker, "early_talker",
               "Octets came before the greeting (RFC 5321 4.3.1)."},
    FindingRow{bare_lf, "bare_lf",
               "A line of a command or message ended with LF without CR (RFC 5321 2.3.8)."},
    FindingRow{bare_cr, "bare_cr",
               "A command or message held CR without LF (RFC 5321 2.3.8)."},
    FindingRow{nul, "nul",
               "A command or message held NUL octets (RFC 5322 4)."},
    FindingRow{line_too_long, "line_too_long",
               "A command line was over its limit, or a text line over 1000 octets (RFC 5321 4.5.3.1)."},
    FindingRow{bad_syntax, "bad_syntax",
               "A command was answered 500, 501, 504 or 555."},
    FindingRow{bad_sequence, "bad_sequence",
               "A command was answered 503, and it was not pipelined in good faith behind one that was refused."},
    FindingRow{unoffered_pipelining, "unoffered_pipelining",
               "A command was sent before the reply to the last one though PIPELINING was not offered."},
    FindingRow{illegal_pipelining, "illegal_pipelining",
               "Octets were sent behind a command that must end its group, such as DATA (RFC 2920 3.1)."},
    FindingRow{unoffered_extension, "unoffered_extension",
               "A verb or parameter belongs to an extension that was not offered (RFC 5321 2.2.1)."},
    FindingRow{eight_bit, "eight_bit",
               "8-bit octets came without SMTPUTF8 in an envelope or header, or in a body without BODY=8BITMIME."},
    FindingRow{smuggling, "smuggling",
               "A message held what another receiver might take for its end, such as LF.LF or LF.CRLF."},
    FindingRow{auth_in_clear, "auth_in_clear",
               "Credentials were sent without TLS (RFC 4954 14)."},
    FindingRow{plaintext_after_starttls, "plaintext_after_starttls",
               "Octets in clear were sent behind STARTTLS before its reply, and were dropped (RFC 3207 4)."},
    FindingRow{ehlo_skipped, "ehlo_skipped",
               "After the TLS handshake the client went on without a new EHLO (RFC 3207 4.2)."},
    FindingRow{dot_not_stuffed, "dot_not_stuffed",
               "A line of the message began with a single dot, which is lost (RFC 5321 4.5.2)."},
    FindingRow{size_wrong, "size_wrong",
               "A message was larger than its SIZE said (RFC 1870 6)."},
    FindingRow{data_without_recipients, "data_without_recipients",
               "DATA or BDAT was sent after the replies had said that there is no valid recipient (RFC 5321 3.3)."},
    FindingRow{command_after_421, "command_after_421",
               "A command was sent after 421 had said that the channel closes (RFC 5321 3.8)."},
    FindingRow{missing_date, "missing_date",
               "A message had no Date field (RFC 5322 3.6)."},
    FindingRow{missing_from, "missing_from",
               "A message had no From field (RFC 5322 3.6)."},
    FindingRow{missing_message_id, "missing_message_id",
               "A message had no Message-ID field, which it should have (RFC 5322 3.6.4)."},
    FindingRow{message_id_reused, "message_id_reused",
               "Two messages with different bodies had the same Message-ID (RFC 5322 3.6.4)."},
};

// clang-format on

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].kind) != i) return false;
  }
  return kRows.size() == static_cast<std::size_t>(message_id_reused) + 1;
}

static_assert(in_order(), "a kind's row stands at its own number");

}  // namespace

std::span<const FindingRow> finding_rows() {
  return kRows;
}

std::string_view name_of(FindingKind kind) {
  return kRows[static_cast<std::size_t>(kind)].name;
}

}  // namespace smtp
