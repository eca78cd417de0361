// BDAT that is refused, out of place or hostile: its octets are swallowed, the rest stays in step.
#include <string>
#include <vector>

#include "smtp/bdat.hpp"
#include "smtp/talk.hpp"
#include "support/catch.hpp"

using base::Stage;
using smtp::FindingKind;
using smtp_test::bdat;
using smtp_test::kChunking;
using smtp_test::kMail;
using smtp_test::kRcpt;
using smtp_test::prepare;
using smtp_test::refusing;
using smtp_test::Talk;
using namespace std::string_literals;

TEST_CASE("a chunk that says less or more than is sent") {
  Talk less(kChunking);
  prepare(less);
  CHECK(less.send("BDAT 2 LAST\r\nabRSET\r\n") == "250, 250 2.0.0, 250 2.0.0");
  Talk more(kChunking);
  prepare(more);
  CHECK(more.send("BDAT 20 LAST\r\nab\r\nRSET\r\nQUIT\r\n").empty());
  CHECK(more.session.data_octets() == 16);
  CHECK(more.send("NOOPQUIT\r\n") == "250, 250 2.0.0, 221 2.0.0");
}

TEST_CASE("BDAT out of place: its octets are swallowed") {
  struct Row {
    const char* name;
    std::string before;
    std::string said;
  };

  const std::vector<Row> rows = {
      {"before EHLO", "RSET\r\n", "502 5.5.1"},
      {"without MAIL", "EHLO c.test\r\n", "503 5.5.1"},
      {"without RCPT", "EHLO c.test\r\n" + kMail, "503 5.5.1"},
      {"every RCPT refused", "EHLO c.test\r\n" + kMail + "RCPT TO:b\r\n", "554 5.5.1"},
      {"MAIL refused", "EHLO c.test\r\nMAIL FROM:b\r\n", "503 5.5.1"},
      {"after HELO", "HELO c.test\r\n" + kMail + kRcpt, "502 5.5.1"},
      {"after LAST", "EHLO c.test\r\n" + kMail + kRcpt + bdat("x", true), "503 5.5.1"},
  };
  for (const auto& row : rows) {
    for (const bool last : {false, true}) {
      CAPTURE(row.name, last);
      Talk talk(kChunking);
      talk.send(row.before);
      CHECK(talk.send(bdat("QUIT\r\nQUIT\r\n", last)) == row.said);
      CHECK_FALSE(talk.last().reaches_rules);
      CHECK(talk.send("NOOP\r\n") == "250 2.0.0");
    }
  }
}

TEST_CASE("behind an ill-formed or unknown BDAT commands follow") {
  Talk talk(kChunking);
  prepare(talk);
  for (const auto* command :
       {"BDAT", "BDAT x", "BDAT 1 FIRST", "BDAT -1", "BDAT 99999999999999999999 LAST"}) {
    CAPTURE(command);
    CHECK(talk.send(std::string(command) + "\r\nNOOP\r\n") == "501 5.5.4, 250 2.0.0");
  }
  CHECK(talk.send("BDAT 1" + std::string(600, ' ') + "\r\nNOOP\r\n") == "500 5.5.2, 250 2.0.0");
  CHECK(talk.send(bdat("x", true)) == "250, 250 2.0.0");

  Talk without;
  without.send("EHLO c.test\r\n");
  CHECK(without.send("BDAT 6 LAST\r\nNOOP\r\n") == "502 5.5.1, 250 2.0.0");
}

TEST_CASE("what may not follow a chunk") {
  struct Row {
    const char* command;
    const char* said;
  };

  for (const auto& row : std::vector<Row>{
           {"DATA", "503 5.5.1"},
           {"RCPT TO:<c@c.test>", "503 5.5.1"},
           {"MAIL FROM:<a@b.test>", "503 5.5.1"},
           {"NOOP", "250 2.0.0"}}) {
    CAPTURE(row.command);
    Talk talk(kChunking);
    prepare(talk);
    talk.send(bdat("x"));
    CHECK(talk.send(std::string(row.command) + "\r\n") == row.said);
    CHECK(talk.session.envelope().recipients.size() == 1);
    CHECK(talk.send("BDAT 0 LAST\r\n") == "250, 250 2.0.0");
  }
}

TEST_CASE("a refused chunk fails its transaction until RSET") {
  Talk talk(kChunking, refusing(Stage::data));
  prepare(talk);
  CHECK(talk.send(bdat("one") + bdat("two")) == "250 2.0.0, 503 5.5.1");
  CHECK_FALSE(talk.last().reaches_rules);
  CHECK(talk.count(FindingKind::bad_sequence) == 0);
  CHECK(talk.send(kMail) == "503 5.5.1");
  CHECK(talk.send("DATA\r\n") == "503 5.5.1");
  CHECK(
      talk.send("RSET\r\n" + kMail + kRcpt + bdat("x", true)) ==
      "250 2.0.0, 250 2.1.0, 250 2.1.5, 250, 250 2.0.0"
  );
  CHECK(talk.last().message->content == "x");
}

TEST_CASE("the last chunk ends a failed transaction") {
  Talk talk(kChunking, refusing(Stage::data));
  prepare(talk);
  CHECK(talk.send(bdat("one") + bdat("two", true)) == "250 2.0.0, 503 5.5.1");
  CHECK_FALSE(talk.session.envelope().has_sender);
  CHECK(talk.send(kMail) == "250 2.1.0");

  Talk at_once(kChunking, refusing(Stage::data));
  prepare(at_once);
  CHECK(at_once.send(bdat("one", true)) == "250");
  CHECK_FALSE(at_once.session.envelope().has_sender);
  CHECK(at_once.send(kMail) == "250 2.1.0");
}

TEST_CASE("a message over the size limit is taken in and refused at its end") {
  Talk talk({.size = 10, .chunking = true});
  prepare(talk);
  CHECK(
      talk.send(bdat("0123456789") + bdat("x") + bdat("", true)) ==
      "250 2.0.0, 250 2.0.0, 250, 552 5.3.4"
  );
  CHECK(talk.last().message->over_size);
  CHECK(talk.last().message->content.empty());
}

TEST_CASE("a chunk of any size is bounded in memory") {
  Talk talk(kChunking);
  talk.send("EHLO c.test\r\nBDAT 9223372036854775807\r\n");
  for (int i = 0; i < 100; ++i) CHECK(talk.send(std::string(100000, '\n')).empty());
  CHECK(talk.session.data_octets() == 0);
  CHECK(talk.session.in_data());
}

TEST_CASE("a greeting that was refused serves no chunk") {
  Talk talk(kChunking, refusing(Stage::connect));
  CHECK(talk.send("BDAT 4\r\nQUIT\r\n") == "503 5.5.1, 221 2.0.0");
}
