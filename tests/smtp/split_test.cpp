// Any split of a client's octets gives the same questions, messages and findings.
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "smtp/talk.hpp"
#include "support/catch.hpp"

using smtp::FindingKind;
using smtp::Question;
using smtp_test::Talk;
using namespace std::string_literals;

namespace {

const std::vector<std::string>& snippets() {
  static const std::vector<std::string> all = {
      "EHLO c.test\r\n",
      "EHLO c.test\r\n",
      "HELO c.test\r\n",
      "EHLO\r\n",
      "MAIL FROM:<a@b.test>\r\n",
      "MAIL FROM:<a@b.test> BODY=8BITMIME SMTPUTF8\r\n",
      "MAIL FROM:<> SIZE=200\r\n",
      "MAIL FROM:<> SIZE=9\r\n",
      "mail from: <a@b.test>\r\n",
      "RCPT TO:<b@c.test>\r\n",
      "RCPT TO:<b@C.test>\r\n",
      "RCPT TO:<@r:c@c.test>\r\n",
      "RCPT TO:<x>\r\n",
      "DATA\r\n",
      "DATA\r\n",
      "A: b\r\n\r\nc\r\n",
      "Message-ID: <1@b>\r\n\r\n",
      ".\r\n",
      ".\r\n",
      "\r\n.\r\n",
      "\n.\n",
      "\r.\r",
      "\n.\r\n",
      "..\r\n",
      ".",
      "\r",
      "\n",
      "\r\n",
      "\0"s,
      "\xC3\xA9",
      "RSET\r\n",
      "NOOP\n",
      "VRFY x\r\n",
      "AUTH PLAIN secret\r\n",
      "STARTTLS\r\n",
      "QUIT\r\n",
      "FOO\r\n",
      std::string(600, 'x') + "\r\n",
      "MAIL " + std::string(1100, 'x'),
      std::string(120, 'y'),
  };
  return all;
}

rc::Gen<std::string> streams() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(snippets())),
      [](const std::vector<std::string>& parts) {
        std::string stream;
        for (const auto& part : parts) stream += part;
        return stream;
      }
  );
}

// Everything a session told, but for what depends on when octets came.
std::string told_by(const Talk& talk) {
  std::string told;
  for (const auto& question : talk.questions) {
    told += std::to_string(question.offset) + " " + std::string(base::name_of(question.stage)) +
            " " + question.line + (question.reaches_rules ? " rules" : "") +
            (question.behind_refused_mail ? " behind" : "") +
            (question.repeated ? " repeated" : "") + " " + question.command.address + " " +
            question.normal.wire;
    if (const auto& message = question.message) {
      told += message->body_hash + " " + message->message_id + " " + std::to_string(message->size) +
              message->headers + "|" + message->content + "\n";
    }
  }
  for (const auto& finding : talk.findings) {
    const auto kind = finding.kind;
    if (kind == FindingKind::early_talker || kind == FindingKind::illegal_pipelining) continue;
    if (kind == FindingKind::unoffered_pipelining) continue;
    told += std::string(smtp::name_of(kind)) + ": " + finding.detail + "\n";
  }
  return told;
}

}  // namespace

TEST_CASE("any split of the input tells the same") {
  const bool holds = rc::check([] {
    const auto stream = *streams();
    const auto sizes = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 50))
    );
    const smtp::Profile profile{
        .size = 100,
        .end_of_data = *rc::gen::element(smtp::EndOfData::strict, smtp::EndOfData::lax),
        .max_recipients = 2,
    };
    const auto refused = *rc::gen::inRange<std::size_t>(0, 20);
    const auto decide = [refused](const Question& question, std::size_t number) {
      return question.normal.positive() && number != refused + 1;
    };
    const auto run = [&](auto give) {
      Talk talk(profile, decide);
      talk.session.capture(50);
      talk.answer_all();
      give(talk);
      return told_by(talk);
    };
    const auto whole = run([&](Talk& talk) { talk.send(stream); });
    const auto slow = run([&](Talk& talk) { talk.send_slowly(stream); });
    const auto pieces = run([&](Talk& talk) {
      std::string_view rest = stream;
      for (std::size_t turn = 0; !rest.empty(); ++turn) {
        const auto part = rest.substr(0, sizes[turn % sizes.size()]);
        talk.send(part);
        rest.remove_prefix(part.size());
      }
    });
    RC_ASSERT(whole == slow);
    RC_ASSERT(whole == pieces);
  });
  REQUIRE(holds);
}

TEST_CASE("every reply of a healthy server is well-formed") {
  const bool holds = rc::check([] {
    Talk talk;
    talk.send(*streams());
    for (const auto& question : talk.questions) {
      const auto& wire = question.normal.wire;
      RC_ASSERT(wire.ends_with("\r\n"));
      std::vector<std::string> lines;
      for (std::size_t at = 0; at < wire.size(); at = wire.find("\r\n", at) + 2) {
        lines.push_back(wire.substr(at, wire.find("\r\n", at) - at));
      }
      const auto parsed = smtp::parse_reply(lines);
      RC_ASSERT(parsed.has_value());
      RC_ASSERT(parsed->code == question.normal.code);
      RC_ASSERT(parsed->enhanced == question.normal.enhanced);
      RC_ASSERT(parsed->wire == wire);
    }
  });
  REQUIRE(holds);
}
