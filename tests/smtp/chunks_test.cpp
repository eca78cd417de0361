// BDAT (RFC 3030): chunks become messages, and no octet of a chunk is ever a command.
#include <string>
#include <vector>

#include "smtp/bdat.hpp"
#include "smtp/talk.hpp"
#include "support/catch.hpp"

using base::Stage;
using smtp::FindingKind;
using smtp::Profile;
using smtp_test::bdat;
using smtp_test::kChunking;
using smtp_test::kMail;
using smtp_test::kRcpt;
using smtp_test::prepare;
using smtp_test::Talk;
using namespace std::string_literals;

TEST_CASE("CHUNKING and BINARYMIME are offered together or CHUNKING alone") {
  Talk both(kChunking);
  both.send("EHLO c.test\r\n");
  CHECK(both.last().normal.wire.find("250-CHUNKING\r\n250 BINARYMIME\r\n") != std::string::npos);
  Talk binary({.binary_mime = true});
  binary.send("EHLO c.test\r\n");
  CHECK(binary.last().normal.wire.find("BINARYMIME") == std::string::npos);
}

TEST_CASE("a message in one chunk is asked about at data and at message") {
  Talk talk(kChunking);
  prepare(talk);
  const auto before = talk.questions.size();
  const auto offset = talk.last().offset + kRcpt.size();
  CHECK(talk.send(bdat("A: b\r\n\r\nx\r\n", true)) == "250, 250 2.0.0");
  REQUIRE(talk.questions.size() == before + 2);
  const auto& data = talk.questions[before];
  CHECK(data.stage == Stage::data);
  CHECK(data.command.verb == smtp::Verb::bdat);
  CHECK(data.line == "BDAT 11 LAST");
  CHECK(data.offset == offset);
  CHECK(data.reaches_rules);
  CHECK(data.normal == smtp::Reply{.code = 250});
  const auto& question = talk.last();
  CHECK(question.stage == Stage::message);
  CHECK(question.offset == offset + 14);
  REQUIRE(question.message);
  CHECK(question.message->content == "A: b\r\n\r\nx\r\n");
  CHECK_FALSE(talk.session.envelope().has_sender);
  CHECK(talk.send(kMail) == "250 2.1.0");
  CHECK(talk.kinds().empty());
}

TEST_CASE("a message in several chunks") {
  Talk talk(kChunking);
  prepare(talk);
  CHECK(talk.send(bdat("A: b\r\n\r")) == "250 2.0.0");
  CHECK(talk.last().normal.wire == "250 2.0.0 7 octets received\r\n");
  CHECK(talk.last().reaches_rules);
  CHECK(talk.session.data_octets() == 7);
  CHECK_FALSE(talk.session.in_data());
  CHECK(talk.send(bdat("\nx\r\n")) == "250 2.0.0");
  CHECK_FALSE(talk.last().reaches_rules);
  CHECK(talk.send("NOOP\r\n") == "250 2.0.0");
  CHECK(talk.send("BDAT 3 LAST\r\n").empty());
  CHECK(talk.session.in_data());
  CHECK(talk.session.has_input());
  CHECK(talk.session.room() == smtp::Session::kMaxData);
  CHECK(talk.send("y\r\n") == "250, 250 2.0.0");
  CHECK_FALSE(talk.questions[talk.questions.size() - 2].reaches_rules);
  CHECK(talk.last().message->content == "A: b\r\n\r\nx\r\ny\r\n");
  CHECK(talk.session.data_octets() == 0);
  CHECK(talk.kinds().empty());
}

TEST_CASE("an empty last chunk ends the message") {
  Talk talk(kChunking);
  prepare(talk);
  CHECK(talk.send(bdat("x\r\n") + "BDAT 0 LAST\r\n") == "250 2.0.0, 250, 250 2.0.0");
  CHECK(talk.last().message->content == "x\r\n");
  Talk empty(kChunking);
  prepare(empty);
  CHECK(empty.send("BDAT 0\r\nBDAT 0 LAST\r\n") == "250 2.0.0, 250, 250 2.0.0");
  CHECK(empty.last().message->size == 0);
}

TEST_CASE("no octet of a chunk is a command or an end of data") {
  const auto octets = GENERATE(values<std::string>({
      "\r\n.\r\n",
      ".\r\n",
      "\n.\n",
      "..\r\n",
      "\r\n.\r\nMAIL FROM:<evil@b.test>\r\n",
      "QUIT\r\n",
      "BDAT 0 LAST\r\n",
      "\0\xFF\r"s,
  }));
  for (const auto end : {smtp::EndOfData::strict, smtp::EndOfData::lax}) {
    CAPTURE(octets);
    Talk talk({.chunking = true, .end_of_data = end});
    prepare(talk);
    CHECK(
        talk.send(bdat(octets) + bdat(octets, true) + "NOOP\r\n") ==
        "250 2.0.0, 250, 250 2.0.0, 250 2.0.0"
    );
    const auto& message = talk.questions[talk.questions.size() - 2].message;
    REQUIRE(message);
    CHECK(message->content == octets + octets);
    CHECK(talk.count(FindingKind::smuggling) == 0);
    // A chunk that is thrown away is no different.
    Talk refused({.chunking = true, .end_of_data = end});
    refused.send("EHLO c.test\r\n");
    CHECK(refused.send(bdat(octets, true) + "NOOP\r\n") == "503 5.5.1, 250 2.0.0");
  }
}

TEST_CASE("RSET and EHLO forget the chunks") {
  for (const auto* command : {"RSET\r\n", "EHLO c.test\r\n"}) {
    CAPTURE(command);
    Talk talk(kChunking);
    prepare(talk);
    talk.send(bdat("lost"));
    talk.send(command);
    CHECK(talk.session.data_octets() == 0);
    CHECK(talk.send(bdat("x", true)) == "503 5.5.1");
    talk.send(kMail + kRcpt);
    CHECK(talk.send(bdat("kept", true)) == "250, 250 2.0.0");
    CHECK(talk.last().message->content == "kept");
    talk.send(kMail + kRcpt);
    CHECK(talk.send("DATA\r\n") == "354");
  }
}

TEST_CASE("BODY=BINARYMIME needs its offer, and BDAT") {
  Talk talk(kChunking);
  prepare(talk, " BODY=BINARYMIME");
  CHECK(talk.send("DATA\r\n") == "503 5.5.1");
  CHECK(talk.send(bdat("A: b\r\n\r\n\0\xFF\n\r\n.\r\r"s, true)) == "250, 250 2.0.0");
  CHECK(talk.count(FindingKind::bare_lf) == 0);
  CHECK(talk.count(FindingKind::nul) == 0);
  CHECK(talk.count(FindingKind::eight_bit) == 0);
  CHECK(talk.last().message->content == "A: b\r\n\r\n\0\xFF\n\r\n.\r\r"s);

  for (const auto& profile : {Profile{.chunking = true}, Profile{}}) {
    Talk without(profile);
    without.send("EHLO c.test\r\n");
    CHECK(without.send("MAIL FROM:<a@b.test> BODY=BINARYMIME\r\n") == "501 5.5.4");
  }
  Talk only({.eight_bit_mime = false, .chunking = true, .binary_mime = true});
  only.send("EHLO c.test\r\n");
  CHECK(only.send("MAIL FROM:<a@b.test> BODY=BINARYMIME\r\n") == "250 2.1.0");
}

TEST_CASE("lines of text in chunks are looked at") {
  struct Row {
    const char* name;
    std::vector<std::string> chunks;
    const char* kinds;
  };

  const std::vector<Row> rows = {
      {"nothing", {"A: b\r\n", "\r\nx\r\n"}, ""},
      {"no line end", {"A: b\r\n\r\nx"}, ""},
      {"dots", {"A: b\r\n\r\n.\r\n.x\r\n"}, ""},
      {"CRLF in two chunks", {"A: b\r", "\n\r\nx\r\n"}, ""},
      {"bare LF", {"A: b\n"}, "bare_lf"},
      {"bare CR", {"A: b\r", "x\r\n"}, "bare_cr"},
      {"bare CR at the end", {"A: b\r\n\r"}, "bare_cr"},
      {"NUL", {"A: b\r\n\r\n\0"s}, "nul"},
      {"8-bit", {"A: b\r\n\r\n\xFF\r\n"}, "eight_bit"},
      {"a long line", {std::string(600, 'x'), std::string(600, 'x') + "\r\n"}, "line_too_long"},
      {"a long last line", {std::string(600, 'x'), std::string(600, 'x')}, "line_too_long"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Talk talk(kChunking);
    prepare(talk);
    for (const auto& chunk : row.chunks) talk.send(bdat(chunk));
    talk.send("BDAT 0 LAST\r\n");
    CHECK(talk.kinds() == row.kinds);
  }
}

TEST_CASE("chunks count as offered until the next EHLO") {
  Talk talk(kChunking);
  talk.send("EHLO c.test\r\n");
  talk.session.use({});
  talk.session.capture(10);
  talk.send(kMail + kRcpt);
  CHECK(talk.send(bdat("x", true)) == "250, 250 2.0.0");
}

TEST_CASE("RFC 3030 4.1 a message in chunks, pipelined") {
  Talk talk(kChunking);
  const std::string one(86, 'a');
  const std::string two(57, 'b');
  CHECK(talk.send("EHLO ymail.test\r\n") == "250");
  CHECK(
      talk.send(
          "MAIL FROM:<sam@ymail.test>\r\nRCPT TO:<susan@cnri.test>\r\nRCPT TO:<jim@cnri.test>\r\n" +
          bdat(one) + bdat(two, true)
      ) == "250 2.1.0, 250 2.1.5, 250 2.1.5, 250 2.0.0, 250, 250 2.0.0"
  );
  CHECK(talk.last().message->size == 143);
  CHECK(talk.send("QUIT\r\n") == "221 2.0.0");
  CHECK(talk.kinds().empty());
}
