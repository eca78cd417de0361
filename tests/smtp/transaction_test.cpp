// Mail transactions up to DATA: the envelope, recipients, and parameters of MAIL and RCPT.
#include <string>
#include <vector>

#include "smtp/talk.hpp"
#include "support/catch.hpp"

using base::Stage;
using smtp::FindingKind;
using smtp::Question;
using smtp_test::refusing;
using smtp_test::Talk;

TEST_CASE("the envelope holds what was accepted") {
  Talk talk({}, refusing(Stage::rcpt));
  talk.send("EHLO c.test\r\nMAIL FROM:<A@b.test> SIZE=99 SMTPUTF8 BODY=8BITMIME\r\n");
  const auto& envelope = talk.session.envelope();
  CHECK(envelope.has_sender);
  CHECK(envelope.sender == "A@b.test");
  CHECK(envelope.declared_size == 99);
  CHECK(envelope.smtputf8);
  CHECK(envelope.mail_parameters.size() == 3);
  CHECK(
      talk.send("RCPT TO:<one@c.test>\r\nRCPT TO:<@r.test:Two@c.test>\r\n") ==
      "250 2.1.5, 250 2.1.5"
  );
  REQUIRE(envelope.recipients.size() == 1);
  CHECK(envelope.recipients.front().address == "Two@c.test");
}

TEST_CASE("a repeated recipient is one recipient") {
  Talk talk;
  talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\n");
  CHECK_FALSE(talk.last().repeated);
  CHECK(talk.send("RCPT TO:<b@C.TEST>\r\n") == "250 2.1.5");
  CHECK(talk.last().repeated);
  CHECK(talk.session.envelope().recipients.size() == 1);
  talk.send("RCPT TO:<B@c.test>\r\n");
  CHECK_FALSE(talk.last().repeated);
  talk.send("RCPT TO:<Postmaster>\r\nRCPT TO:<postmaster>\r\n");
  CHECK(talk.last().repeated);
  talk.send("RSET\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\n");
  CHECK_FALSE(talk.last().repeated);
}

TEST_CASE("a repeated recipient that was refused may be accepted") {
  Talk talk({}, refusing(Stage::rcpt));
  talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\n");
  CHECK(talk.session.envelope().recipients.empty());
  talk.send("RCPT TO:<b@c.test>\r\n");
  CHECK(talk.last().repeated);
  CHECK(talk.session.envelope().recipients.size() == 1);
}

TEST_CASE("recipients over the limit get 452 and rules may think otherwise") {
  Talk talk({.max_recipients = 2});
  talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<1@c.test>\r\nRCPT TO:<2@c.test>\r\n");
  CHECK(talk.send("RCPT TO:<3@c.test>\r\n") == "452 4.5.3");
  CHECK(talk.last().reaches_rules);
  CHECK(talk.send("RCPT TO:<1@c.test>\r\n") == "250 2.1.5");

  Talk generous({.max_recipients = 0}, [](const Question&, std::size_t) { return true; });
  generous.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<1@c.test>\r\n");
  CHECK(generous.session.envelope().recipients.size() == 1);
}

TEST_CASE("addresses answered in a transaction are bounded") {
  Talk talk({}, [](const Question& question, std::size_t) {
    return question.stage != Stage::rcpt;
  });
  talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n");
  for (std::size_t i = 0; i < smtp::Session::kMaxAnswered; ++i) {
    talk.send("RCPT TO:<" + std::to_string(i) + "@c.test>\r\n");
  }
  CHECK(talk.last().reaches_rules);
  CHECK(talk.send("RCPT TO:<one-more@c.test>\r\n") == "452 4.5.3");
  CHECK_FALSE(talk.last().reaches_rules);
  CHECK(talk.send("RCPT TO:<7@c.test>\r\n") == "250 2.1.5");
  CHECK(talk.last().repeated);
}

TEST_CASE("DATA after every RCPT failed has no valid recipients") {
  Talk refused({}, refusing(Stage::rcpt));
  refused.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\n");
  CHECK(refused.send("DATA\r\n") == "554 5.5.1");
  CHECK_FALSE(refused.last().reaches_rules);

  Talk malformed;
  malformed.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:b\r\n");
  CHECK(malformed.send("DATA\r\n") == "554 5.5.1");
}

TEST_CASE("RCPT behind a refused MAIL says so and is not held against the client") {
  struct Row {
    const char* name;
    const char* mail;
    Stage refused;
  };

  for (const auto& row :
       {Row{"by a rule", "MAIL FROM:<a@b.test>\r\n", Stage::mail},
        Row{"for its syntax", "MAIL FROM:a\r\n", Stage::vrfy},
        Row{"for its parameters", "MAIL FROM:<a@b.test> X=1\r\n", Stage::vrfy}}) {
    CAPTURE(row.name);
    Talk talk({}, refusing(row.refused));
    talk.send("EHLO c.test\r\n");
    CHECK(
        talk.send(std::string(row.mail) + "RCPT TO:<b@c.test>\r\n").find("503 5.5.1") !=
        std::string::npos
    );
    CHECK(talk.last().behind_refused_mail);
    CHECK_FALSE(talk.last().reaches_rules);
    CHECK(talk.send("DATA\r\n") == "503 5.5.1");
    CHECK(talk.count(FindingKind::bad_sequence) == 0);
    talk.send("RSET\r\nRCPT TO:<b@c.test>\r\n");
    CHECK_FALSE(talk.last().behind_refused_mail);
    CHECK(talk.count(FindingKind::bad_sequence) == 1);
  }
}

TEST_CASE("parameters need their extension and a good value") {
  struct Row {
    const char* parameters;
    const char* said;
    bool unoffered = false;
  };

  const std::vector<Row> rows = {
      {"SIZE=1000", "250 2.1.0"},
      {"size=1000 body=8bitmime smtputf8", "250 2.1.0"},
      {"SIZE=10485760", "250 2.1.0"},
      {"SIZE=10485761", "552 5.3.4"},
      {"SIZE=99999999999999999999", "552 5.3.4"},
      {"SIZE=123456789012345678901", "501 5.5.4"},
      {"SIZE=many", "501 5.5.4"},
      {"SIZE", "501 5.5.4"},
      {"BODY=7BIT", "250 2.1.0"},
      {"BODY=BINARYMIME", "501 5.5.4"},
      {"BODY", "501 5.5.4"},
      {"SMTPUTF8=yes", "501 5.5.4"},
      {"RET=FULL", "555 5.5.4", true},
      {"AUTH=<>", "555 5.5.4", true},
      {"X-NEW=1", "555 5.5.4", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.parameters);
    Talk talk;
    talk.send("EHLO c.test\r\n");
    CHECK(talk.send("MAIL FROM:<a@b.test> " + std::string(row.parameters) + "\r\n") == row.said);
    CHECK(talk.count(FindingKind::unoffered_extension) == (row.unoffered ? 1 : 0));
  }
  Talk talk;
  talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n");
  CHECK(talk.send("RCPT TO:<b@c.test> SIZE=1\r\n") == "555 5.5.4");
  CHECK(talk.send("RCPT TO:<b@c.test> NOTIFY=NEVER\r\n") == "555 5.5.4");
}

TEST_CASE("after HELO or without the extension parameters are refused") {
  Talk helo;
  helo.send("EHLO c.test\r\nHELO c.test\r\n");
  CHECK(helo.send("MAIL FROM:<a@b.test> SIZE=10\r\n") == "555 5.5.4");
  CHECK(helo.count(FindingKind::unoffered_extension) == 1);

  Talk without({.size = {}});
  without.send("EHLO c.test\r\n");
  CHECK(without.send("MAIL FROM:<a@b.test> SIZE=10\r\n") == "555 5.5.4");
}

TEST_CASE("a declared size over the maximum reaches the rules and may be accepted") {
  Talk talk({.size = 100}, [](const Question&, std::size_t) { return true; });
  talk.send("EHLO c.test\r\n");
  CHECK(talk.send("MAIL FROM:<a@b.test> SIZE=101\r\n") == "552 5.3.4");
  CHECK(talk.last().reaches_rules);
  CHECK(talk.session.envelope().has_sender);
}

TEST_CASE("an address outside ASCII needs SMTPUTF8") {
  Talk talk;
  talk.send("EHLO c.test\r\n");
  CHECK(talk.send("MAIL FROM:<j\xC3\xBC@b.test>\r\n") == "553 5.6.7");
  CHECK_FALSE(talk.last().reaches_rules);
  CHECK(talk.kinds() == "eight_bit");
  CHECK(talk.send("MAIL FROM:<j\xC3\xBC@b.test> SMTPUTF8\r\n") == "250 2.1.0");
  CHECK(talk.send("RCPT TO:<j\xC3\xBC@c.test>\r\n") == "250 2.1.5");
  CHECK(talk.kinds().empty());
  talk.send("RSET\r\nMAIL FROM:<a@b.test>\r\n");
  CHECK(talk.send("RCPT TO:<j\xC3\xBC@c.test>\r\n") == "553 5.6.7");
}
