// Parameters of DSN (RFC 3461), and what SMTPUTF8 (RFC 6531) does to VRFY.
#include "smtp/parameters.hpp"

#include <string>
#include <vector>

#include "smtp/talk.hpp"
#include "support/catch.hpp"

using smtp::FindingKind;
using smtp_test::Talk;

namespace {

struct Row {
  std::string parameters;
  const char* said;
};

const smtp::Profile kDsn{.dsn = true};

}  // namespace

TEST_CASE("parameters of MAIL for DSN") {
  const std::string ok = "250 2.1.0";
  for (const auto& row : std::vector<Row>{
           {"RET=FULL", "250 2.1.0"},
           {"ret=hdrs ENVID=QQ314159", "250 2.1.0"},
           {"ENVID=" + std::string(100, 'x'), "250 2.1.0"},
           {"ENVID=a+2Bb+3D", "250 2.1.0"},
           {"ENVID=" + std::string(101, 'x'), "501 5.5.4"},
           {"ENVID=a+b", "501 5.5.4"},
           {"ENVID=a=b", "501 5.5.4"},
           {"ENVID", "501 5.5.4"},
           {"RET=BODY", "501 5.5.4"},
           {"RET", "501 5.5.4"},
           {"RET=FULL RET=FULL", "501 5.5.4"},
           {"ENVID=a RET=HDRS ENVID=b", "501 5.5.4"},
           {"NOTIFY=NEVER", "555 5.5.4"},
           {"ORCPT=rfc822;a@b.test", "555 5.5.4"},
       }) {
    CAPTURE(row.parameters);
    Talk talk(kDsn);
    talk.send("EHLO c.test\r\n");
    CHECK(talk.send("MAIL FROM:<a@b.test> " + row.parameters + "\r\n") == row.said);
    CHECK(talk.last().reaches_rules == (row.said == ok));
  }
}

TEST_CASE("parameters of RCPT for DSN") {
  for (const auto& row : std::vector<Row>{
           {"NOTIFY=NEVER", "250 2.1.5"},
           {"NOTIFY=SUCCESS", "250 2.1.5"},
           {"notify=success,FAILURE,Delay ORCPT=rfc822;Bob@b.test", "250 2.1.5"},
           {"ORCPT=x-type;+20", "250 2.1.5"},
           {"ORCPT=rfc822;" + std::string(493, 'x'), "250 2.1.5"},
           {"ORCPT=utf-8;j\\x{F6}rg@b.test", "250 2.1.5"},
           {"ORCPT=utf-8;j\xC3\xB6rg@b.test", "250 2.1.5"},
           {"ORCPT=rfc822;j\xC3\xB6rg@b.test", "501 5.5.4"},
           {"ORCPT=utf-8;j\xF6rg@b.test", "501 5.5.4"},
           {"ORCPT=rfc822;" + std::string(494, 'x'), "501 5.5.4"},
           {"ORCPT=Bob@b.test", "501 5.5.4"},
           {"ORCPT=;Bob@b.test", "501 5.5.4"},
           {"ORCPT=rfc822;", "501 5.5.4"},
           {"ORCPT=rfc/822;a", "501 5.5.4"},
           {"ORCPT=rfc822;a+b", "501 5.5.4"},
           {"ORCPT", "501 5.5.4"},
           {"NOTIFY=NEVER,SUCCESS", "501 5.5.4"},
           {"NOTIFY=SUCCESS,NEVER", "501 5.5.4"},
           {"NOTIFY=SUCCESS,SUCCESS", "501 5.5.4"},
           {"NOTIFY=SUCCESS,", "501 5.5.4"},
           {"NOTIFY=,DELAY", "501 5.5.4"},
           {"NOTIFY=ALWAYS", "501 5.5.4"},
           {"NOTIFY", "501 5.5.4"},
           {"NOTIFY=NEVER NOTIFY=NEVER", "501 5.5.4"},
           {"RET=FULL", "555 5.5.4"},
       }) {
    CAPTURE(row.parameters);
    Talk talk(kDsn);
    talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n");
    CHECK(talk.send("RCPT TO:<b@c.test> " + row.parameters + "\r\n") == row.said);
  }
}

TEST_CASE("parameters of DSN are kept for who asks") {
  Talk talk(kDsn);
  talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test> RET=HDRS ENVID=QQ314159\r\n");
  talk.send("RCPT TO:<b@c.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob@b.test\r\n");
  const auto& envelope = talk.session.envelope();
  REQUIRE(envelope.mail_parameters.size() == 2);
  CHECK(envelope.mail_parameters[1].value == "QQ314159");
  REQUIRE(envelope.recipients.size() == 1);
  CHECK(envelope.recipients[0].parameters[1].value == "rfc822;Bob@b.test");
}

TEST_CASE("the longest line of MAIL and RCPT with all their parameters fits") {
  Talk talk({.dsn = true, .auth = {.mechanisms = {"PLAIN"}}});
  talk.send("EHLO c.test\r\n");
  std::string address(64, 'l');
  address += "@";
  for (const std::size_t label : {63U, 63U, 56U}) address.append(label, 'd').append(".");
  address += "test";
  CHECK(
      talk.send(
          "MAIL FROM:<" + address + "> SIZE=10000000 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=" +
          std::string(100, 'x') + " AUTH=" + std::string(495, 'x') + "\r\n"
      ) == "250 2.1.0"
  );
  CHECK(
      talk.send(
          "RCPT TO:<" + address + "> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;" +
          std::string(493, 'x') + "\r\n"
      ) == "250 2.1.5"
  );
}

TEST_CASE("VRFY of an address outside ASCII needs SMTPUTF8") {
  Talk talk;
  talk.send("EHLO c.test\r\n");
  CHECK(talk.send("VRFY j\xC3\xB6rg\r\n") == "553 5.6.7");
  CHECK(talk.kinds() == "eight_bit");
  CHECK(talk.send("VRFY j\xC3\xB6rg SMTPUTF8\r\n") == "252 2.5.0");
  CHECK(talk.send("VRFY joe smtputf8\r\n") == "252 2.5.0");
  CHECK(talk.kinds().empty());
  Talk without({.smtputf8 = false});
  without.send("EHLO c.test\r\n");
  CHECK(without.send("VRFY joe SMTPUTF8\r\n") == "555 5.5.4");
  CHECK(without.kinds() == "unoffered_extension bad_syntax");
}

TEST_CASE("RFC 3461 10 an envelope that asks for notifications") {
  Talk talk(kDsn);
  CHECK(talk.send("EHLO example.test\r\n") == "250");
  CHECK(talk.last().normal.wire.find("250 DSN\r\n") != std::string::npos);
  CHECK(
      talk.send("MAIL FROM:<Alice@example.test> RET=HDRS ENVID=QQ314159\r\n"
                "RCPT TO:<Bob@example.test> NOTIFY=SUCCESS ORCPT=rfc822;Bob@example.test\r\n"
                "RCPT TO:<Carol@ivory.test> NOTIFY=FAILURE ORCPT=rfc822;Carol@ivory.test\r\n"
                "RCPT TO:<Dana@ivory.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Dana@ivory.test\r\n"
                "RCPT TO:<George@tax.test> NOTIFY=NEVER\r\nDATA\r\n"
      ) == "250 2.1.0, 250 2.1.5, 250 2.1.5, 250 2.1.5, 250 2.1.5, 354"
  );
}
