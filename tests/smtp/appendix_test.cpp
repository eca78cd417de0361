// The scenarios of RFC 5321 appendix D as transcripts: the client's lines are the RFC's, the
// replies ours.
#include <string>
#include <vector>

#include "smtp/talk.hpp"
#include "support/catch.hpp"

using smtp::Question;
using smtp_test::Talk;

namespace {

struct Step {
  std::string line;
  std::string said;
};

// The server of the RFC knows Jones and Brown, but not Green.
bool knows(const Question& question, std::size_t) {
  return question.normal.positive() && question.command.address.find("Green") == std::string::npos;
}

void play(Talk& talk, const std::vector<Step>& steps) {
  for (const auto& step : steps) {
    CAPTURE(step.line);
    CHECK(talk.send(step.line + "\r\n") == step.said);
  }
}

}  // namespace

TEST_CASE("RFC 5321 D 1 a typical transaction") {
  Talk talk({.hostname = "foo.com"}, knows);
  talk.session.capture(100);
  play(
      talk,
      {{"EHLO bar.com", "250"},
       {"MAIL FROM:<Smith@bar.com>", "250 2.1.0"},
       {"RCPT TO:<Jones@foo.com>", "250 2.1.5"},
       {"RCPT TO:<Green@foo.com>", "250 2.1.5"},
       {"RCPT TO:<Brown@foo.com>", "250 2.1.5"},
       {"DATA", "354"}}
  );
  REQUIRE(talk.session.envelope().recipients.size() == 2);
  CHECK(talk.session.envelope().recipients.back().address == "Brown@foo.com");
  play(
      talk,
      {{"Blah blah blah...", ""},
       {"...etc. etc. etc.", ""},
       {".", "250 2.0.0"},
       {"QUIT", "221 2.0.0"}}
  );
  // The example's text is not dot-stuffed, so its second line loses a dot.
  CHECK(
      talk.questions[talk.questions.size() - 2].message->content ==
      "Blah blah blah...\r\n..etc. etc. etc.\r\n"
  );
}

TEST_CASE("RFC 5321 D 2 an aborted transaction") {
  Talk talk({.hostname = "foo.com"}, knows);
  play(
      talk,
      {{"EHLO bar.com", "250"},
       {"MAIL FROM:<Smith@bar.com>", "250 2.1.0"},
       {"RCPT TO:<Jones@foo.com>", "250 2.1.5"},
       {"RCPT TO:<Green@foo.com>", "250 2.1.5"},
       {"RSET", "250 2.0.0"},
       {"QUIT", "221 2.0.0"}}
  );
  CHECK(talk.findings.empty());
}

TEST_CASE("RFC 5321 D 3 a relayed mail with a source route") {
  Talk talk({.hostname = "foo.com"}, knows);
  play(
      talk,
      {{"EHLO bar.com", "250"},
       {"MAIL FROM:<JQP@bar.com>", "250 2.1.0"},
       {"RCPT TO:<@foo.com:Jones@XYZ.COM>", "250 2.1.5"},
       {"DATA", "354"}}
  );
  CHECK(talk.session.envelope().recipients.front().address == "Jones@XYZ.COM");
  play(
      talk,
      {{"Date: Thu, 21 May 1998 05:33:29 -0700", ""},
       {"From: John Q. Public <JQP@bar.com>", ""},
       {"Subject: The Next Meeting of the Board", ""},
       {"To: Jones@xyz.com", ""},
       {"", ""},
       {"Bill:", ""},
       {".", "250 2.0.0"},
       {"QUIT", "221 2.0.0"}}
  );
  const auto& message = *talk.questions[talk.questions.size() - 2].message;
  CHECK(message.header("subject") == std::vector<std::string>{"The Next Meeting of the Board"});
}

TEST_CASE("RFC 5321 D 4 verifying and sending") {
  Talk talk({.hostname = "foo.com"}, knows);
  play(
      talk,
      {{"EHLO bar.com", "250"},
       {"VRFY Crispin", "252 2.5.0"},
       {"MAIL FROM:<EAK@bar.com>", "250 2.1.0"},
       {"RCPT TO:<Admin.MRC@foo.com>", "250 2.1.5"},
       {"DATA", "354"},
       {"Blah blah blah...", ""},
       {".", "250 2.0.0"},
       {"QUIT", "221 2.0.0"}}
  );
}
