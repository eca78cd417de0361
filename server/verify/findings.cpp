#include "verify/findings.hpp"

#include <array>

namespace verify {

namespace {

using enum FindingKind::Weight;

// clang-format off
constexpr std::array kKinds{
    FindingKind{"early_talker",             fault, "the client must wait for the greeting (RFC 5321 4.3.1)"},
    FindingKind{"bare_lf",                  fault, "lines end with CRLF alone (RFC 5321 2.3.8)"},
    FindingKind{"bare_cr",                  fault, "CR stands only before LF (RFC 5321 2.3.8)"},
    FindingKind{"nul",                      fault, "no message may be made with NUL in it (RFC 5322 4)"},
    FindingKind{"line_too_long",            fault, "lines have a limit (RFC 5321 4.5.3.1)"},
    FindingKind{"bad_syntax",               fault, "the reply said so"},
    FindingKind{"bad_sequence",             fault, "the reply said so"},
    FindingKind{"unoffered_pipelining",     fault, "only for servers that offer it (RFC 2920 3.1)"},
    FindingKind{"illegal_pipelining",       fault, "some commands must end a group (RFC 2920 3.1)"},
    FindingKind{"unoffered_extension",      fault, "what was not offered must not be used (RFC 5321 2.2.1)"},
    FindingKind{"eight_bit",                habit, "\"just send eight\" is what most clients without a queue do, and what every receiver takes"},
    FindingKind{"smuggling",                fault, "other receivers may see two messages in it"},
    FindingKind{"auth_in_clear",            habit, "the server had offered it in clear"},
    FindingKind{"plaintext_after_starttls", fault, "nothing may follow STARTTLS before the handshake (RFC 3207 4)"},
    FindingKind{"ehlo_skipped",             fault, "what was said before the handshake is void (RFC 3207 4.2)"},
    FindingKind{"dot_not_stuffed",          fault, "the message arrives changed (RFC 5321 4.5.2)"},
    FindingKind{"size_wrong",               habit, "SIZE is an estimate (RFC 1870 4)"},
    FindingKind{"data_without_recipients",  habit, "only sending the message then is forbidden (RFC 5321 3.3)"},
    FindingKind{"command_after_421",        fault, "the connection is over (RFC 5321 3.8)"},
    FindingKind{"missing_date",             habit, "of the message, and a submission server may add it (RFC 6409 8)"},
    FindingKind{"missing_from",             habit, "of the message, not of the protocol"},
    FindingKind{"missing_message_id",       habit, "it should be there, and need not (RFC 5322 3.6.4)"},
    FindingKind{"message_id_reused",        habit, "of the message, not of the protocol"},
};
// clang-format on

}  // namespace

std::span<const FindingKind> finding_kinds() {
  return kKinds;
}

}  // namespace verify
