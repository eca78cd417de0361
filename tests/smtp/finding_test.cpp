// Findings: what clients do that is worth knowing.
#include "smtp/finding.hpp"

#include <set>
#include <string>
#include <vector>

#include "smtp/talk.hpp"
#include "support/catch.hpp"

using smtp::FindingKind;
using smtp_test::Talk;
using namespace std::string_literals;

namespace {

// "NOOP xxx": a command or a line of text.
std::string long_line(std::size_t octets) {
  std::string line = "NOOP ";
  line.resize(octets, 'x');
  return line.append("\r\n");
}

}  // namespace

TEST_CASE("every kind of finding has a name of its own and a sentence") {
  std::set<std::string_view> names;
  for (const auto& row : smtp::finding_rows()) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(smtp::name_of(row.kind) == row.name);
    CHECK(row.doc.size() > 20);
    CHECK(row.doc.ends_with('.'));
  }
}

TEST_CASE("commands and their findings") {
  struct Row {
    const char* name;
    std::string line;
    const char* kinds;
  };

  const std::vector<Row> rows = {
      {"nothing", "NOOP\r\n", ""},
      {"bare LF", "NOOP\n", "bare_lf"},
      {"bare CR", "NOOP a\rb\r\r\n", "bare_cr bad_syntax"},
      {"NUL", "NOOP \0\0\r\n"s, "nul bad_syntax"},
      {"8-bit", "NOOP \xE9\r\n", "eight_bit"},
      {"long", long_line(600), "line_too_long bad_syntax"},
      {"unknown", "FOO\r\n", "bad_syntax"},
      {"ill-formed", "MAIL FROM:a\r\n", "bad_syntax"},
      {"out of sequence", "RCPT TO:<a@b.test>\r\n", "bad_sequence"},
      {"verb of an extension", "STARTTLS\r\n", "unoffered_extension"},
      {"BDAT", "BDAT 0 LAST\r\n", "unoffered_extension"},
      {"parameter of an extension",
       "MAIL FROM:<a@b.test> RET=HDRS\r\n",
       "unoffered_extension bad_syntax"},
      {"not implemented is no fault", "EXPN x\r\n", ""},
      {"all at once", "F\xE9\0\r\n\n"s, "nul eight_bit bad_syntax bare_lf bad_syntax"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Talk talk;
    talk.send("EHLO c.test\r\n");
    talk.send(row.line);
    CHECK(talk.kinds() == row.kinds);
  }
}

TEST_CASE("messages and their findings") {
  struct Row {
    const char* name;
    std::string parameters;
    std::string data;
    std::vector<std::string> findings;
  };

  const std::vector<Row> rows = {
      {"nothing", "", "A: b\r\n\r\nc\r\n", {}},
      {"bare LF", "", "A: b\n\nc\n\r\n", {"bare_lf: LF without CR in the message, 3 times"}},
      {"bare CR", "", "A: b\r\n\r\nc\rd\r\n", {"bare_cr: CR without LF in the message, once"}},
      {"NUL", "", "A: b\r\n\r\nc\0\r\n"s, {"nul: NUL in the message, once"}},
      {"long line",
       "",
       long_line(999),
       {"line_too_long: a line over 1000 octets in the message, once"}},
      {"8-bit body",
       "",
       "A: b\r\n\r\n\xE9\r\n",
       {"eight_bit: 8-bit octets: 0 in the header without SMTPUTF8, 1 in the body without "
        "BODY=8BITMIME"}},
      {"8-bit body announced", " BODY=8BITMIME", "A: b\r\n\r\n\xE9\r\n", {}},
      {"8-bit header",
       " BODY=8BITMIME",
       "A: \xE9\xE9\r\n\r\n\xE9\r\n",
       {"eight_bit: 8-bit octets: 2 in the header without SMTPUTF8, 0 in the body without "
        "BODY=8BITMIME"}},
      {"8-bit header announced", " SMTPUTF8", "A: \xE9\xE9\r\n\r\nx\r\n", {}},
      {"a dot that is not stuffed",
       "",
       "A: b\r\n\r\n.x\r\n..y\r\n...\r\n",
       {"dot_not_stuffed: a line that began with a single dot in the message, once"}},
      {"a dot in the middle of a line", "", "A: .b\r\n\r\nx.\r\n", {}},
      {"as large as it said", " SIZE=11", "A: b\r\n\r\nx\r\n", {}},
      {"smaller than it said", " SIZE=1000", "A: b\r\n\r\nx\r\n", {}},
      {"larger than it said",
       " SIZE=10",
       "A: b\r\n\r\nx\r\n",
       {"size_wrong: a message of 11 octets, its SIZE said 10"}},
      {"look-alike",
       "",
       "A: b\r\n\r\nc\r.\r\n",
       {"bare_cr: CR without LF in the message, once",
        "smuggling: looks like the end of data: CR.CRLF once"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Talk talk;
    talk.send("EHLO c.test\r\n");
    talk.send("MAIL FROM:<a@b.test>" + row.parameters + "\r\nRCPT TO:<b@c.test>\r\n");
    talk.send("DATA\r\n");
    CHECK(talk.send(row.data + ".\r\n") == "250 2.0.0");
    std::vector<std::string> findings;
    for (const auto& finding : talk.findings) {
      findings.push_back(std::string(smtp::name_of(finding.kind)) + ": " + finding.detail);
    }
    CHECK(findings == row.findings);
  }
}

TEST_CASE("in lax mode a look-alike ends the message and is told") {
  Talk talk({.end_of_data = smtp::EndOfData::lax});
  talk.prepare_data();
  talk.send("DATA\r\n");
  CHECK(talk.send("x\n.\nNOOP\r\n") == "250 2.0.0, 250 2.0.0");
  CHECK(talk.kinds() == "bare_lf smuggling");
}

TEST_CASE("talk before the greeting is early") {
  Talk talk;
  talk.session.received("EHLO c.test\r\n");
  talk.answer_all();
  CHECK(talk.kinds() == "early_talker");
  CHECK(talk.findings.front().detail == "13 octets before the greeting");
  CHECK(talk.last().normal.code == 250);
}

TEST_CASE("pipelining in order is no finding") {
  Talk talk;
  talk.send("EHLO c.test\r\n");
  talk.send("MAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\nRCPT TO:<c@c.test>\r\nDATA\r\n");
  talk.send("x\r\n.\r\nRSET\r\nMAIL FROM:<a@b.test>\r\nQUIT\r\n");
  CHECK(talk.kinds().empty());
}

TEST_CASE("nothing may follow the last command of a group before its reply") {
  for (const auto* command :
       {"EHLO c.test", "HELO c.test", "DATA", "NOOP", "VRFY x", "STARTTLS", "QUIT"}) {
    CAPTURE(command);
    Talk talk;
    talk.prepare_data();
    talk.send(std::string(command) + "\r\nx");
    CHECK(talk.count(FindingKind::illegal_pipelining) == 1);
    CHECK(talk.count(FindingKind::unoffered_pipelining) == 0);
  }
}

TEST_CASE("octets behind DATA are data") {
  Talk talk;
  talk.session.capture(100);
  talk.prepare_data();
  CHECK(talk.send("DATA\r\nRSET\r\n.\r\nNOOP\r\n") == "354, 250 2.0.0, 250 2.0.0");
  CHECK(talk.questions[talk.questions.size() - 2].message->content == "RSET\r\n");
  CHECK(talk.kinds() == "illegal_pipelining");
}

TEST_CASE("pipelining that was not offered is told for every command") {
  Talk talk({.pipelining = false});
  talk.send("EHLO c.test\r\n");
  talk.send("MAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\nDATA\r\n");
  CHECK(talk.kinds() == "unoffered_pipelining unoffered_pipelining");
  talk.send("x\r\n.\r\nQUIT\r\n");
  CHECK(talk.kinds() == "unoffered_pipelining");

  Talk helo;
  helo.send("HELO c.test\r\n");
  helo.send("MAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\n");
  CHECK(helo.kinds() == "unoffered_pipelining");
}

TEST_CASE("fields that a message must have are missed") {
  struct Row {
    const char* name;
    std::string message;
    const char* kinds;
  };

  const std::vector<Row> rows = {
      {"all there", "Date: x\r\nFROM: x\r\nmessage-id: <x@b.test>\r\n\r\n", ""},
      {"an empty one is there", "Date:\r\nFrom:\r\nMessage-ID:\r\n\r\n", ""},
      {"no date", "From: x\r\nMessage-ID: <x@b.test>\r\n\r\nDate: x\r\n", "missing_date"},
      {"no author", "Date: x\r\nSender: x\r\nMessage-ID: <x@b.test>\r\n\r\n", "missing_from"},
      {"no identity", "Date: x\r\nFrom: x\r\n\r\nx\r\n", "missing_message_id"},
      {"nothing", "", "missing_date missing_from missing_message_id"},
      {"more than is kept", "A: " + std::string(70000, 'x') + "\r\n\r\n", "line_too_long"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Talk talk;
    talk.tells_missing_fields = true;
    talk.prepare_data();
    talk.send("DATA\r\n");
    talk.send(row.message + ".\r\n");
    CHECK(talk.kinds() == row.kinds);
  }
}

TEST_CASE("missing fields are told once for all recipients of LMTP") {
  Talk talk({.protocol = smtp::Protocol::lmtp});
  talk.tells_missing_fields = true;
  talk.send("LHLO c.test\r\n");
  talk.send("MAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\nRCPT TO:<c@c.test>\r\nDATA\r\n");
  talk.send("x\r\n.\r\n");
  CHECK(talk.kinds() == "missing_date missing_from missing_message_id");
}

TEST_CASE("DATA without a recipient is a fault of who has read the replies") {
  for (const auto* command : {"DATA\r\n", "BDAT 0 LAST\r\n"}) {
    CAPTURE(command);
    Talk reader({.chunking = true});
    reader.send("EHLO c.test\r\n");
    reader.send("MAIL FROM:<a@b.test>\r\nRCPT TO:<b>\r\n");
    CHECK(reader.kinds() == "bad_syntax");
    CHECK(reader.send(command) == "554 5.5.1");
    CHECK(reader.kinds() == "data_without_recipients");

    Talk pipeliner({.chunking = true});
    pipeliner.send("EHLO c.test\r\n");
    pipeliner.send("MAIL FROM:<a@b.test>\r\nRCPT TO:<b>\r\n" + std::string(command));
    CHECK(pipeliner.kinds() == "bad_syntax");

    Talk nobody({.chunking = true});
    nobody.send("EHLO c.test\r\n");
    nobody.send("MAIL FROM:<a@b.test>\r\n");
    CHECK(nobody.send(command) == "503 5.5.1");
    CHECK(nobody.kinds() == "data_without_recipients bad_sequence");
  }
}

TEST_CASE("chunks are measured against SIZE and have no dots to stuff") {
  Talk talk({.chunking = true});
  talk.send("EHLO c.test\r\n");
  talk.send("MAIL FROM:<a@b.test> SIZE=3\r\nRCPT TO:<b@c.test>\r\n");
  talk.send("BDAT 3\r\n.x\rBDAT 1 LAST\r\n\n");
  CHECK(talk.kinds() == "size_wrong");
}
