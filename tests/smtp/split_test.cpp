// Any split of a client's octets gives the same questions, messages and findings.
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "smtp/talk.hpp"
#include "smtp/told.hpp"
#include "support/catch.hpp"

using smtp::Question;
using smtp_test::Talk;
using smtp_test::told_by;
using namespace std::string_literals;

namespace {

const smtp::Authentication kNoLogin;
const smtp::Authentication kLogin{.mechanisms = {"PLAIN", "LOGIN"}, .users = {{{"a", "b"}}}};
const smtp::Authentication kRequiredLogin{.mechanisms = {"LOGIN"}, .required = true};

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
      "AUTH PLAIN\r\n",
      "AUTH LOGIN\r\n",
      "AUTH LOGIN YQ==\r\n",
      "AGEAYg==\r\n",
      "AGEAeA==\r\n",
      "YQ==\r\n",
      "Yg==\r\n",
      "*\r\n",
      "STARTTLS\r\n",
      "QUIT\r\n",
      "FOO\r\n",
      "LHLO c.test\r\n",
      "BDAT 0\r\n",
      "BDAT 7\r\nA: b\r\n\r",
      "BDAT 5 LAST\r\n\nx.\r\n",
      "BDAT 30 LAST\r\n",
      "BDAT 0 LAST\r\n",
      "BDAT x\r\n",
      "MAIL FROM:<> BODY=BINARYMIME\r\n",
      "XCLIENT ADDR=192.0.2.1 LOGIN=a\r\n",
      "VRFY \xC3\xA9 SMTPUTF8\r\n",
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

}  // namespace

TEST_CASE("any split of the input tells the same") {
  const bool holds = rc::check([] {
    const auto stream = *streams();
    const auto sizes = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 50))
    );
    const smtp::Profile profile{
        .protocol =
            *rc::gen::element(smtp::Protocol::smtp, smtp::Protocol::smtp, smtp::Protocol::lmtp),
        .size = 100,
        .dsn = *rc::gen::arbitrary<bool>(),
        .chunking = *rc::gen::arbitrary<bool>(),
        .binary_mime = *rc::gen::arbitrary<bool>(),
        .starttls = *rc::gen::element(
            smtp::StartTls::never,
            smtp::StartTls::never,
            smtp::StartTls::offered,
            smtp::StartTls::required
        ),
        .auth = *rc::gen::element(kNoLogin, kLogin, kLogin, kRequiredLogin),
        .xclient = *rc::gen::arbitrary<bool>(),
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
    Talk talk({.chunking = true, .auth = kLogin, .xclient = true});
    talk.send(*streams());
    for (const auto& question : talk.questions) {
      const auto& wire = question.normal.wire;
      if (wire.empty() && question.normal.code == 250 && question.stage == base::Stage::data)
        continue;
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
