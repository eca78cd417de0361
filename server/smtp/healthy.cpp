// The replies of a healthy server: see the header.
#include "smtp/healthy.hpp"

#include <string>

#include <fmt/format.h>

#include "smtp/extensions.hpp"
#include "smtp/verbs.hpp"

namespace smtp {

namespace {

// A verb of an extension is served when that is offered.
bool is_served(const VerbRow& row, Protocol protocol, const Offered& offered) {
  if (row.verb == Verb::expn || row.verb == Verb::unknown) return false;
  if (row.verb == Verb::lhlo) return protocol == Protocol::lmtp;
  if (row.verb == Verb::ehlo || row.verb == Verb::helo) return protocol == Protocol::smtp;
  return row.extension.empty() || offers(offered, row.extension);
}

}  // namespace

Reply healthy_reply(
    const Profile& profile, std::uint16_t code, std::string_view enhanced, std::string_view text
) {
  return make_reply(code, profile.enhanced_status_codes ? enhanced : std::string_view(), text);
}

Reply greeting(const Profile& profile) {
  const bool lmtp = profile.protocol == Protocol::lmtp;
  return make_reply(220, {}, profile.hostname + (lmtp ? " LMTP failmx" : " ESMTP failmx"));
}

// A multi-line reply; neither it nor the greeting carries enhanced codes (RFC 2034 4).
Reply hello(const Profile& profile, const Offered& offered) {
  Reply reply{.code = 250};
  const auto lines = ehlo_lines(profile, offered);
  const auto add = [&](std::string_view text, bool last) {
    reply.wire.append(last ? "250 " : "250-").append(text).append("\r\n");
  };
  add(profile.hostname, lines.empty());
  for (const auto& line : lines) add(line, &line == &lines.back());
  return reply;
}

Reply help(const Profile& profile, const Offered& offered) {
  std::string text = "Commands:";
  for (const auto& row : verbs()) {
    if (is_served(row, profile.protocol, offered)) text.append(" ").append(row.spelling);
  }
  return healthy_reply(profile, 214, "2.0.0", text);
}

Reply healthy_answer(const Profile& profile, Verb verb) {
  const auto offered = offered_by(profile, Transport::clear);
  const auto& row = row_of(verb);
  const bool served = row.extension.empty() || offers(offered, row.extension);
  if (!served) return not_implemented(profile, verb);
  switch (verb) {
    case Verb::ehlo:
    case Verb::lhlo: return hello(profile, offered);
    case Verb::helo: return make_reply(250, {}, profile.hostname);
    case Verb::mail: return healthy_reply(profile, 250, "2.1.0", "Ok");
    case Verb::rcpt: return healthy_reply(profile, 250, "2.1.5", "Ok");
    case Verb::data: return make_reply(354, {}, "End data with <CR><LF>.<CR><LF>");
    case Verb::rset:
    case Verb::noop: return healthy_reply(profile, 250, "2.0.0", "Ok");
    case Verb::quit:
      return healthy_reply(profile, 221, "2.0.0", profile.hostname + " closing the connection");
    case Verb::vrfy:
      return healthy_reply(profile, 252, "2.5.0", "Cannot verify, but will take mail and try");
    case Verb::help: return help(profile, offered);
    case Verb::starttls: return ready_for_tls(profile);
    case Verb::auth: return logged_in(profile);
    case Verb::bdat: return chunk_taken(profile, {});
    case Verb::xclient: return greeting(profile);
    case Verb::expn:
    case Verb::etrn:
    case Verb::unknown: break;
  }
  return not_implemented(profile, verb);
}

Reply not_implemented(const Profile& profile, Verb verb) {
  return healthy_reply(
      profile, 502, "5.5.1", std::string(row_of(verb).spelling) + " not implemented"
  );
}

Reply ready_for_tls(const Profile& profile) {
  return healthy_reply(profile, 220, "2.0.0", "Ready to start TLS");
}

// RFC 4954 4: without a challenge the space stays.
Reply auth_challenge(std::string_view base64) {
  return {.code = 334, .wire = fmt::format("334 {}\r\n", base64)};
}

Reply logged_in(const Profile& profile) {
  return healthy_reply(profile, 235, "2.7.0", "Authentication succeeded");
}

Reply bad_credentials(const Profile& profile) {
  return healthy_reply(profile, 535, "5.7.8", "Authentication credentials invalid");
}

Reply chunk_taken(const Profile& profile, const Chunk& chunk) {
  if (chunk.last) return {.code = 250};
  return healthy_reply(profile, 250, "2.0.0", fmt::format("{} octets received", chunk.octets));
}

Reply message_taken(const Profile& profile) {
  return healthy_reply(profile, 250, "2.0.0", "Ok: message accepted");
}

Reply too_big(const Profile& profile) {
  return healthy_reply(profile, 552, "5.3.4", "Message is over the size limit");
}

}  // namespace smtp
