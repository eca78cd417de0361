// The session: what every command is answered in every state, and what answers change.
#include "smtp/session.hpp"

#include <string>
#include <vector>

#include "smtp/talk.hpp"
#include "support/catch.hpp"

using base::Stage;
using smtp::Question;
using smtp_test::refusing;
using smtp_test::Talk;

namespace {

std::string long_line(std::size_t octets) {
  std::string line(octets, 'x');
  return line.append("\r\n");
}

}  // namespace

TEST_CASE("the greeting is asked before any input") {
  Talk talk;
  talk.answer_all();
  REQUIRE(talk.questions.size() == 1);
  CHECK(talk.last().stage == Stage::connect);
  CHECK(talk.last().normal.wire == "220 mx.receiver.test ESMTP failmx\r\n");
  CHECK(talk.last().reaches_rules);
}

TEST_CASE("EHLO lists what is offered and nothing else") {
  Talk full;
  full.send("EHLO client.test\r\n");
  CHECK(
      full.last().normal.wire ==
      "250-mx.receiver.test\r\n250-PIPELINING\r\n250-SIZE "
      "10485760\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
      "250 ENHANCEDSTATUSCODES\r\n"
  );
  CHECK(full.session.envelope().ehlo == "client.test");

  Talk bare(
      {.pipelining = false,
       .size = {},
       .eight_bit_mime = false,
       .smtputf8 = false,
       .enhanced_status_codes = false}
  );
  bare.send("EHLO client.test\r\n");
  CHECK(bare.last().normal.wire == "250 mx.receiver.test\r\n");

  Talk boundless({.size = 0});
  boundless.send("EHLO client.test\r\n");
  CHECK(boundless.last().normal.wire.find("250-SIZE\r\n") != std::string::npos);
}

TEST_CASE("HELO is answered in one line") {
  Talk talk;
  talk.send("HELO client.test\r\n");
  CHECK(talk.last().normal.wire == "250 mx.receiver.test\r\n");
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "250 2.1.0");
}

TEST_CASE("commands in every state") {
  struct State {
    const char* name;
    const char* prepare;
  };

  const std::vector<State> states = {
      {"fresh", ""},
      {"introduced", "EHLO c.test\r\n"},
      {"sender", "EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n"},
      {"recipients", "EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\n"},
  };

  struct Row {
    const char* command;
    std::vector<const char*> said;  // one per state, or one for all
    bool reaches_rules = true;      // when it is not answered 503
  };

  const std::vector<Row> rows = {
      {"EHLO c.test", {"250"}},
      {"HELO c.test", {"250"}},
      {"LHLO c.test", {"500 5.5.1"}, false},
      {"MAIL FROM:<x@y.test>", {"503 5.5.1", "250 2.1.0", "503 5.5.1", "503 5.5.1"}},
      {"RCPT TO:<x@y.test>", {"503 5.5.1", "503 5.5.1", "250 2.1.5", "250 2.1.5"}},
      {"DATA", {"503 5.5.1", "503 5.5.1", "503 5.5.1", "354"}},
      {"RSET", {"250 2.0.0"}},
      {"NOOP", {"250 2.0.0"}},
      {"VRFY joe", {"252 2.5.0"}},
      {"HELP", {"214 2.0.0"}, false},
      {"EXPN list", {"502 5.5.1"}, false},
      {"STARTTLS", {"502 5.5.1"}},
      {"AUTH PLAIN AGEAYg==", {"502 5.5.1"}},
      {"BDAT 3 LAST", {"502 5.5.1"}, false},
      {"ETRN x.test", {"502 5.5.1"}, false},
      {"QUIT", {"221 2.0.0"}},
      {"FOO", {"500 5.5.2"}, false},
      {"MAIL FROM:x", {"501 5.1.7"}, false},
      {"RCPT TO:<>", {"501 5.1.3"}, false},
      {"DATA now", {"501 5.5.4"}, false},
  };
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < states.size(); ++i) {
      CAPTURE(row.command);
      CAPTURE(states[i].name);
      Talk talk;
      talk.send(states[i].prepare);
      const std::string expected = row.said[row.said.size() == 1 ? 0 : i];
      CHECK(talk.send(std::string(row.command) + "\r\n") == expected);
      CHECK(talk.last().reaches_rules == (row.reaches_rules && expected != "503 5.5.1"));
      CHECK(
          talk.last().line == (talk.last().stage == Stage::auth ? "AUTH PLAIN ***" : row.command)
      );
    }
  }
}

TEST_CASE("enhanced codes are left out when they are not offered") {
  Talk talk({.enhanced_status_codes = false});
  CHECK(
      talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT "
                "TO:<b@c.test>\r\nDATA\r\n.\r\nFOO\r\nMAIL FROM:x\r\nDATA\r\nVRFY x\r\n"
                "QUIT\r\n") == "250, 250, 250, 354, 250, 500, 501, 503, 252, 221"
  );
}

TEST_CASE("replies to EHLO and HELO never carry an enhanced code") {
  Talk talk;
  CHECK(talk.send("EHLO\r\nHELO a b\r\nEHLO a\rb\r\n") == "501, 501, 501");
  CHECK(talk.send("EHLO " + long_line(600)) == "500");
}

TEST_CASE("a refused greeting leaves only QUIT") {
  Talk talk({}, [](const Question& question, std::size_t) {
    return question.stage != Stage::connect;
  });
  CHECK(talk.send("EHLO c.test\r\n") == "503 5.5.1");
  CHECK_FALSE(talk.last().reaches_rules);
  CHECK(talk.send("FOO\r\n") == "503 5.5.1");
  CHECK(talk.send("MAIL FROM:x\r\n") == "503 5.5.1");
  CHECK(talk.send("NOOP\r\n") == "503 5.5.1");
  CHECK(talk.send(long_line(600)) == "503 5.5.1");
  CHECK(talk.send("QUIT\r\n") == "221 2.0.0");
  CHECK_FALSE(talk.last().reaches_rules);
  CHECK(talk.send("NOOP\r\n").empty());
}

TEST_CASE("a refused EHLO changes nothing") {
  Talk talk({}, refusing(Stage::ehlo));
  talk.send("EHLO one.test\r\n");
  CHECK(talk.session.envelope().ehlo.empty());
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "503 5.5.1");
  talk.send("HELO two.test\r\n");
  CHECK(talk.session.envelope().ehlo == "two.test");
}

TEST_CASE("EHLO and RSET end the transaction and RSET keeps the session") {
  for (const auto* command : {"EHLO again.test\r\n", "RSET\r\n"}) {
    CAPTURE(command);
    Talk talk;
    talk.prepare_data();
    CHECK(talk.session.envelope().recipients.size() == 1);
    talk.send(command);
    CHECK_FALSE(talk.session.envelope().has_sender);
    CHECK(talk.session.envelope().recipients.empty());
    CHECK_FALSE(talk.session.envelope().ehlo.empty());
    CHECK(talk.send("DATA\r\n") == "503 5.5.1");
    CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "250 2.1.0");
  }
}

TEST_CASE("a refused RSET keeps the transaction") {
  Talk talk({}, refusing(Stage::rset));
  talk.prepare_data();
  talk.send("RSET\r\n");
  CHECK(talk.send("DATA\r\n") == "354");
}

TEST_CASE("a message is taken in and asked about") {
  Talk talk;
  talk.session.capture(1000);
  talk.prepare_data();
  CHECK(talk.send("DATA\r\n") == "354");
  CHECK(talk.session.in_data());
  CHECK(talk.session.room() == smtp::Session::kMaxData);
  const auto offset = talk.last().offset + 6;
  CHECK(talk.send("Message-ID: <1@b.test>\r\n\r\n..x\r\n").empty());
  CHECK(talk.session.data_octets() == 30);
  CHECK(talk.send(".\r\n") == "250 2.0.0");
  CHECK_FALSE(talk.session.in_data());
  const auto& question = talk.last();
  CHECK(question.stage == Stage::message);
  CHECK(question.offset == offset);
  REQUIRE(question.message);
  CHECK(question.message->message_id == "1@b.test");
  CHECK(question.message->content == "Message-ID: <1@b.test>\r\n\r\n.x\r\n");
  CHECK(question.message->size == 30);
  CHECK(talk.session.data_octets() == 0);
  CHECK_FALSE(talk.session.envelope().has_sender);
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "250 2.1.0");
}

TEST_CASE("a refused message ends the transaction") {
  Talk talk({}, refusing(Stage::message));
  talk.prepare_data();
  talk.send("DATA\r\n.\r\n");
  CHECK_FALSE(talk.session.envelope().has_sender);
  CHECK(talk.send("DATA\r\n") == "503 5.5.1");
}

TEST_CASE("a refused DATA leaves the transaction open") {
  Talk talk({}, refusing(Stage::data));
  talk.prepare_data();
  talk.send("DATA\r\n");
  CHECK_FALSE(talk.session.in_data());
  CHECK(talk.send("NOOP\r\n") == "250 2.0.0");
  CHECK(talk.send("DATA\r\n") == "354");
}

TEST_CASE("a message over the size limit is read to its end and refused") {
  Talk talk({.size = 10});
  talk.session.capture(1000);
  talk.prepare_data();
  CHECK(talk.send("DATA\r\n0123456789\r\n.\r\n") == "354, 552 5.3.4");
  CHECK(talk.last().message->over_size);
  CHECK(talk.last().message->content.empty());
  CHECK(talk.last().reaches_rules);
}

TEST_CASE("after QUIT nothing is asked and input is thrown away") {
  Talk talk;
  CHECK(talk.send("QUIT\r\nNOOP\r\n") == "221 2.0.0");
  CHECK_FALSE(talk.session.has_input());
  CHECK(talk.session.room() > 0);
  CHECK(talk.send(long_line(300000)).empty());
  CHECK_FALSE(talk.session.has_input());
}

TEST_CASE("QUIT ends the session whatever is answered") {
  Talk talk({}, refusing(Stage::quit));
  talk.send("QUIT\r\n");
  CHECK(talk.send("NOOP\r\n").empty());
}

TEST_CASE("room shrinks to nothing while a question is not answered") {
  smtp::Session session{smtp::Profile{}};
  CHECK(session.room() == smtp::Session::kMaxInput);
  session.received(std::string(smtp::Session::kMaxInput - 5, '\n'));
  CHECK(session.room() == 5);
  session.received("NOOP\n");
  CHECK(session.room() == 0);
  CHECK(session.has_input());
  while (session.next()) {
    session.answer(true);
    CHECK(session.take_findings().size() <= 4);
  }
  CHECK(session.room() == smtp::Session::kMaxInput);
  CHECK_FALSE(session.has_input());
}

TEST_CASE("findings nobody takes are bounded") {
  smtp::Session session{smtp::Profile{}};
  std::size_t asked = 0;
  while (asked < 5000) {
    session.received("\n");
    while (session.next()) {
      session.answer(true);
      ++asked;
    }
  }
  CHECK(session.take_findings().size() < 1010);
}

TEST_CASE("commands behind the end of data are kept even if they came in one piece") {
  Talk talk;
  talk.prepare_data();
  talk.send("DATA\r\n");
  std::string bytes = "x\r\n.\r\n";
  std::string expected = "250 2.0.0";
  while (bytes.size() < 200000) {
    bytes += "NOOP\r\n";
    expected += ", 250 2.0.0";
  }
  CHECK(talk.send(bytes) == expected);
}

TEST_CASE("a changed profile counts from the next transaction on") {
  Talk talk({.size = 100});
  talk.prepare_data();
  talk.session.use({.hostname = "other.test", .size = 10, .enhanced_status_codes = false});
  CHECK(talk.send("DATA\r\n0123456789\r\n.\r\n") == "354, 250 2.0.0");
  CHECK(talk.send("NOOP\r\n") == "250");
  talk.session.use({.hostname = "third.test", .size = {}, .max_recipients = 0});
  // What EHLO offered holds until the next one.
  CHECK(talk.send("MAIL FROM:<a@b.test> SIZE=1000\r\n") == "250 2.1.0");
  CHECK(talk.send("RCPT TO:<b@c.test>\r\n") == "452 4.5.3");
  talk.send("EHLO c.test\r\n");
  CHECK(talk.send("MAIL FROM:<a@b.test> SIZE=1000\r\n") == "555 5.5.4");
}

TEST_CASE("a profile given while MAIL is asked holds for that transaction") {
  smtp::Session session{smtp::Profile{}};
  session.received("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\n");
  for (int i = 0; i < 3; ++i) {
    const auto question = session.next();
    REQUIRE(question);
    if (question->stage == Stage::mail) session.use({.max_recipients = 0});
    session.answer(true);
  }
  const auto question = session.next();
  REQUIRE(question);
  CHECK(question->normal.code == 452);
}
