// The replies of a healthy server: see the header.
#include "smtp/healthy.hpp"

#include <string>

#include "smtp/extensions.hpp"
#include "smtp/verbs.hpp"

namespace smtp {

namespace {

// A multi-line reply; neither it nor the greeting carries enhanced codes (RFC 2034 4).
Reply hello(const Profile& profile) {
  Reply reply{.code = 250};
  const auto lines = ehlo_lines(profile);
  const auto add = [&](std::string_view text, bool last) {
    reply.wire.append(last ? "250 " : "250-").append(text).append("\r\n");
  };
  add(profile.hostname, lines.empty());
  for (const auto& line : lines) add(line, &line == &lines.back());
  return reply;
}

// The verbs this server knows what to do with.
Reply help(const Profile& profile) {
  std::string text = "Commands:";
  for (const auto& row : verbs()) {
    const bool served = row.extension.empty() && row.verb != Verb::lhlo && row.verb != Verb::expn &&
                        row.verb != Verb::unknown;
    if (served) text.append(" ").append(row.spelling);
  }
  return healthy_reply(profile, 214, "2.0.0", text);
}

}  // namespace

Reply healthy_reply(
    const Profile& profile, std::uint16_t code, std::string_view enhanced, std::string_view text
) {
  return make_reply(code, profile.enhanced_status_codes ? enhanced : std::string_view(), text);
}

Reply greeting(const Profile& profile) {
  return make_reply(220, {}, profile.hostname + " ESMTP failmx");
}

Reply healthy_answer(const Profile& profile, Verb verb) {
  switch (verb) {
    case Verb::ehlo: return hello(profile);
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
    case Verb::help: return help(profile);
    case Verb::lhlo:
    case Verb::bdat:
    case Verb::expn:
    case Verb::starttls:
    case Verb::auth:
    case Verb::etrn:
    case Verb::unknown: break;
  }
  return healthy_reply(
      profile, 502, "5.5.1", std::string(row_of(verb).spelling) + " not implemented"
  );
}

Reply message_taken(const Profile& profile) {
  return healthy_reply(profile, 250, "2.0.0", "Ok: message accepted");
}

Reply too_big(const Profile& profile) {
  return healthy_reply(profile, 552, "5.3.4", "Message is over the size limit");
}

}  // namespace smtp
