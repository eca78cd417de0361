// Fuzzes the SMTP session: any octets, given whole and one by one, must tell the same, stay within
// bounds and be answered with well-formed replies. The first octet picks the server, the second
// which answers are refusals, the third the extensions.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "smtp/session.hpp"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

constexpr std::uint8_t kImplicitTls = 128;

void add_extensions(smtp::Profile& profile, std::uint8_t choice) {
  if ((choice & 1U) != 0) {
    profile.auth.mechanisms = {"PLAIN", "LOGIN"};
    profile.auth.users.emplace().emplace_back("a", "b");
  }
  profile.auth.required = (choice & 2U) != 0;
  profile.auth.needs_tls = (choice & 4U) != 0;
  if ((choice & 8U) != 0) {
    const bool required = profile.auth.required;
    profile.starttls = required ? smtp::StartTls::required : smtp::StartTls::offered;
  }
  profile.chunking = profile.binary_mime = (choice & 16U) != 0;
  if ((choice & 32U) != 0) profile.protocol = smtp::Protocol::lmtp;
  profile.dsn = profile.xclient = (choice & 64U) != 0;
}

smtp::Profile profile_of(std::uint8_t choice, std::uint8_t extensions) {
  smtp::Profile profile;
  add_extensions(profile, extensions);
  profile.pipelining = (choice & 1U) == 0;
  if ((choice & 2U) != 0) profile.size = 64;
  if ((choice & 4U) != 0) profile.size.reset();
  profile.eight_bit_mime = (choice & 8U) == 0;
  profile.smtputf8 = (choice & 16U) == 0;
  profile.enhanced_status_codes = (choice & 32U) == 0;
  if ((choice & 64U) != 0) profile.end_of_data = smtp::EndOfData::lax;
  if ((choice & 128U) != 0) profile.max_recipients = 2;
  return profile;
}

void check_reply(const smtp::Reply& reply) {
  std::string_view rest = reply.wire;
  require(!rest.empty() || reply.positive(), "a refusal has a line");
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    require(end != std::string_view::npos && end >= 3, "a reply line has a code and CRLF");
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    require(line.size() + 2 <= 512, "a reply line is at most 512 octets");
    require(line.substr(0, 3) == std::to_string(reply.code), "all lines have the code");
    require(line.size() == 3 || line[3] == (rest.empty() ? ' ' : '-'), "the last line is marked");
    for (const char c : line) require(c >= ' ' && c <= '~', "a reply is printable ASCII");
  }
}

bool depends_on_timing(smtp::FindingKind kind) {
  return kind == smtp::FindingKind::early_talker || kind == smtp::FindingKind::illegal_pipelining ||
         kind == smtp::FindingKind::unoffered_pipelining ||
         kind == smtp::FindingKind::plaintext_after_starttls ||
         kind == smtp::FindingKind::data_without_recipients;
}

std::string told_by(const smtp::Question& question) {
  auto told = std::to_string(question.offset) + std::string(base::name_of(question.stage)) +
              question.line + question.command.address + question.command.argument +
              question.normal.wire;
  for (const bool flag :
       {question.reaches_rules, question.behind_refused_mail, question.repeated}) {
    told += flag ? "+" : "-";
  }
  if (const auto& auth = question.auth) {
    require(auth->user.size() <= 255, "a user's name is bounded");
    for (const char c : auth->user)
      require(static_cast<unsigned char>(c) >= ' ', "a user's name is text");
    told += auth->mechanism + auth->user + (auth->begins ? "b" : "-") + (auth->ends ? "e" : "-");
  }
  if (const auto& claimed = question.claimed) {
    require(!question.reaches_rules, "no rule decides on who a client is");
    told += claimed->address + claimed->ehlo + claimed->login;
  }
  if (question.recipient) told += std::to_string(*question.recipient);
  if (const auto& message = question.message) {
    require(message->headers.size() <= smtp::Message::kMaxHeaders, "headers are bounded");
    require(message->content.size() <= 100, "captured content is bounded");
    require(message->header("received").size() <= 100, "header values are bounded");
    told += std::to_string(message->size) + message->body_hash + message->message_id +
            message->headers + message->content;
  }
  return told;
}

struct Choice {
  std::uint8_t server, refusals, extensions;
};

// The whole conversation as text, up to a handshake, `piece` octets at a time.
std::string converse(std::string_view input, const Choice& choice, std::size_t piece) {
  smtp::Session session(profile_of(choice.server, choice.extensions));
  session.capture(100);
  if ((choice.extensions & kImplicitTls) != 0) session.begin_with_tls();
  std::string told;
  std::string found;
  unsigned asked = 0;
  const auto answer_all = [&] {
    while (const auto question = session.next()) {
      told += told_by(*question);
      check_reply(question->normal);
      const bool refused = asked > 0 && (choice.refusals >> (asked % 8) & 1U) != 0;
      session.answer(question->normal.positive() && !refused);
      ++asked;
    }
    for (const auto& finding : session.take_findings()) {
      if (!depends_on_timing(finding.kind))
        found += std::string(smtp::name_of(finding.kind)) + finding.detail;
      for (const char c : finding.detail) require(c >= ' ' && c <= '~', "a finding is printable");
    }
    const bool greeted = asked > 1 || session.is_secure();
    if (session.awaits_tls() && !greeted) session.secured();
    require(session.awaits_tls() || session.room() > 0, "there is room when all is answered");
    require(
        session.envelope().recipients.size() <= smtp::Session::kMaxAnswered,
        "recipients are bounded"
    );
  };
  answer_all();
  while (!input.empty() && !session.awaits_tls()) {
    const auto part = input.substr(0, std::min(piece, session.room()));
    session.received(part);
    input.remove_prefix(part.size());
    answer_all();
  }
  return told + found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 3, size - 3);
  const Choice choice{.server = data[0], .refusals = data[1], .extensions = data[2]};
  const auto whole = converse(input, choice, input.size() + 1);
  require(converse(input, choice, 1) == whole, "octet by octet is the same as whole");
  require(converse(input, choice, 7) == whole, "seven at a time is the same as whole");
  return 0;
}
