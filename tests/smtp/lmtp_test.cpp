// LMTP (RFC 2033): LHLO, and a reply per recipient behind the message.
#include <string>
#include <vector>

#include "smtp/talk.hpp"
#include "support/catch.hpp"

using base::Stage;
using smtp::Profile;
using smtp::Protocol;
using smtp::Question;
using smtp_test::refusing;
using smtp_test::Talk;

namespace {

const Profile kLmtp{
    .protocol = Protocol::lmtp,
    .chunking = true,
    .starttls = smtp::StartTls::offered,
    .auth = {.mechanisms = {"PLAIN"}}};

void prepare(Talk& talk) {
  talk.session.capture(100);
  talk.send("LHLO c.test\r\n");
  talk.send(
      "MAIL FROM:<a@b.test>\r\nRCPT TO:<1@c.test>\r\nRCPT TO:<2@c.test>\r\nRCPT TO:<3@c.test>\r\n"
  );
}

}  // namespace

TEST_CASE("an LMTP server is greeted with LHLO") {
  Talk talk(kLmtp);
  talk.answer_all();
  CHECK(talk.last().normal.wire == "220 mx.receiver.test LMTP failmx\r\n");
  CHECK(talk.send("EHLO c.test\r\n") == "500");
  CHECK_FALSE(talk.last().reaches_rules);
  CHECK(talk.send("HELO c.test\r\n") == "500");
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "503 5.5.1");
  CHECK(talk.last().normal.wire == "503 5.5.1 Send LHLO first\r\n");
  CHECK(talk.send("STARTTLS\r\n") == "503 5.5.1");
  CHECK(talk.last().normal.wire == "503 5.5.1 Send LHLO first\r\n");
  CHECK(talk.send("LHLO c.test\r\n") == "250");
  CHECK(talk.last().stage == Stage::ehlo);
  CHECK(talk.last().reaches_rules);
  CHECK(talk.last().normal.wire.find("250-PIPELINING\r\n") != std::string::npos);
  CHECK(talk.session.envelope().ehlo == "c.test");
  CHECK(talk.send("HELP\r\n") == "214 2.0.0");
  CHECK(talk.last().normal.wire.find(" LHLO ") != std::string::npos);
  CHECK(talk.last().normal.wire.find("EHLO") == std::string::npos);
}

TEST_CASE("an SMTP server knows no LHLO") {
  Talk talk;
  CHECK(talk.send("LHLO c.test\r\n") == "500 5.5.1");
  CHECK(talk.last().normal.wire == "500 5.5.1 LHLO is for LMTP, this is SMTP\r\n");
}

TEST_CASE("behind the message every accepted recipient is answered") {
  Talk talk(kLmtp, refusing(Stage::rcpt));
  prepare(talk);
  REQUIRE(talk.session.envelope().recipients.size() == 2);
  CHECK(talk.send("DATA\r\n") == "354");
  const auto before = talk.questions.size();
  CHECK(talk.send("x\r\n.\r\n") == "250 2.0.0, 250 2.0.0");
  REQUIRE(talk.questions.size() == before + 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& question = talk.questions[before + i];
    CHECK(question.stage == Stage::message);
    CHECK(question.recipient == i);
    CHECK(question.reaches_rules);
    REQUIRE(question.message);
    CHECK(question.message == talk.last().message);
    CHECK(question.offset == talk.last().offset);
    CHECK(question.message->content == "x\r\n");
  }
  CHECK_FALSE(talk.session.envelope().has_sender);
  CHECK(talk.kinds().empty());
}

TEST_CASE("the envelope stays until the last recipient is answered, whatever the answers") {
  std::vector<std::size_t> seen;
  Talk talk(kLmtp, [&](const Question& question, std::size_t) {
    if (question.stage != Stage::message) return question.normal.positive();
    seen.push_back(talk.session.envelope().recipients.size());
    return question.recipient == 1U;
  });
  prepare(talk);
  CHECK(
      talk.send("DATA\r\nx\r\n.\r\nNOOP\r\n") == "354, 250 2.0.0, 250 2.0.0, 250 2.0.0, 250 2.0.0"
  );
  CHECK(seen == std::vector<std::size_t>{3, 3, 3});
  CHECK(talk.last().stage == Stage::noop);
}

TEST_CASE("a BDAT that is the last is answered per recipient too") {
  Talk talk(kLmtp);
  prepare(talk);
  CHECK(
      talk.send("BDAT 1\r\nxBDAT 1 LAST\r\ny") == "250 2.0.0, 250, 250 2.0.0, 250 2.0.0, 250 2.0.0"
  );
  CHECK(talk.last().message->content == "xy");
}

TEST_CASE("a message over the limit is refused to each") {
  auto profile = kLmtp;
  profile.size = 2;
  Talk talk(profile);
  prepare(talk);
  CHECK(talk.send("DATA\r\nlong\r\n.\r\n") == "354, 552 5.3.4, 552 5.3.4, 552 5.3.4");
}

TEST_CASE("without a recipient DATA is out of sequence in LMTP") {
  Talk talk(kLmtp);
  talk.send("LHLO c.test\r\nMAIL FROM:<a@b.test>\r\n");
  CHECK(talk.send("DATA\r\n") == "503 5.5.1");
  talk.send("RCPT TO:b\r\n");
  CHECK(talk.send("DATA\r\n") == "503 5.5.1");
  CHECK(talk.last().normal.wire == "503 5.5.1 No valid recipients\r\n");
}

TEST_CASE("pipelining that was not offered is told once per message") {
  auto profile = kLmtp;
  profile.pipelining = false;
  Talk talk(profile);
  talk.send("LHLO c.test\r\n");
  talk.send("MAIL FROM:<a@b.test>\r\n");
  talk.send("RCPT TO:<1@c.test>\r\n");
  talk.send("RCPT TO:<2@c.test>\r\n");
  talk.send("DATA\r\n");
  talk.send("x\r\n.\r\nQUIT\r\n");
  CHECK(talk.kinds() == "unoffered_pipelining");
}

TEST_CASE("RFC 2033 4.2 the example") {
  Talk talk(kLmtp, [](const Question& question, std::size_t) {
    const bool green = question.command.address.find("green") != std::string::npos;
    return question.normal.positive() && !green;
  });
  talk.send("LHLO foo.test\r\n");
  CHECK(
      talk.send(
          "MAIL FROM:<chris@bar.test>\r\nRCPT TO:<pat@foo.test>\r\nRCPT TO:<jones@foo.test>\r\n"
          "RCPT TO:<green@foo.test>\r\nDATA\r\n"
      ) == "250 2.1.0, 250 2.1.5, 250 2.1.5, 250 2.1.5, 354"
  );
  CHECK(talk.send("Blurdybloop\r\n.\r\nQUIT\r\n") == "250 2.0.0, 250 2.0.0, 221 2.0.0");
  CHECK(talk.kinds().empty());
}
