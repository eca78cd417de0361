// Command lines: what parses, what each fault is answered, what the journal may show.
#include "smtp/command.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using smtp::parse_command;
using smtp::Verb;

TEST_CASE("command lines parse") {
  struct Row {
    const char* line;
    Verb verb;
    std::string argument = "";
    std::string address = "";
    std::string parameters = "";  // "SIZE=1 SMTPUTF8="
  };

  const std::vector<Row> rows = {
      {"EHLO client.test", Verb::ehlo, "client.test"},
      {"ehlo [192.0.2.1]", Verb::ehlo, "[192.0.2.1]"},
      {"HELO my_host", Verb::helo, "my_host"},
      {"MAIL FROM:<a@b.test>", Verb::mail, "", "a@b.test"},
      {"mail from:<a@b.test>", Verb::mail, "", "a@b.test"},
      {"MAIL From: <a@b.test>", Verb::mail, "", "a@b.test"},
      {"MAIL  FROM:<a@b.test>", Verb::mail, "", "a@b.test"},
      {"MAIL FROM:<>", Verb::mail, "", ""},
      {"MAIL FROM:<> SIZE=12 body=8BitMime SMTPUTF8",
       Verb::mail,
       "",
       "",
       "SIZE=12 BODY=8BitMime SMTPUTF8="},
      {"MAIL FROM:<a@b.test>  SIZE=12  ", Verb::mail, "", "a@b.test", "SIZE=12"},
      {"MAIL FROM:<> X-KEY=a=b", Verb::mail, "", "", "X-KEY=a=b"},
      {"RCPT TO:<b@c.test>", Verb::rcpt, "", "b@c.test"},
      {"rcpt to:<Postmaster>", Verb::rcpt, "", "Postmaster"},
      {"RCPT TO:<@r.test:b@c.test> NOTIFY=NEVER", Verb::rcpt, "", "b@c.test", "NOTIFY=NEVER"},
      {"DATA", Verb::data},
      {"data ", Verb::data},
      {"RSET", Verb::rset},
      {"QUIT  ", Verb::quit},
      {"NOOP", Verb::noop},
      {"NOOP anything at all", Verb::noop, "anything at all"},
      {"VRFY joe", Verb::vrfy, "joe"},
      {"EXPN list", Verb::expn, "list"},
      {"HELP", Verb::help},
      {"HELP MAIL", Verb::help, "MAIL"},
      {"STARTTLS", Verb::starttls},
      {"AUTH PLAIN AGEAYg==", Verb::auth, "PLAIN AGEAYg=="},
      {"BDAT 10 LAST", Verb::bdat, "10 LAST"},
      {"ETRN b.test", Verb::etrn, "b.test"},
      {"LHLO client.test", Verb::lhlo, "client.test"},
      {"XCLIENT NAME=b.test", Verb::xclient, "NAME=b.test"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const auto command = parse_command(row.line);
    REQUIRE(command);
    CHECK(command->verb == row.verb);
    CHECK(command->name == std::string(row.line).substr(0, command->name.size()));
    CHECK(command->argument == row.argument);
    CHECK(command->address == row.address);
    std::string parameters;
    for (const auto& parameter : command->parameters) {
      parameters += (parameters.empty() ? "" : " ") + parameter.keyword + "=" + parameter.value;
    }
    // "X" and "X=" differ on the line but not in the value.
    CHECK(parameters == row.parameters);
  }
}

TEST_CASE("ill-formed command lines say which reply they get") {
  struct Row {
    std::string line;
    std::uint16_t code;
    std::string enhanced;
  };

  const std::vector<Row> rows = {
      {"", 500, "5.5.2"},
      {" ", 500, "5.5.2"},
      {" NOOP", 500, "5.5.2"},
      {"FOO", 500, "5.5.2"},
      {"MAILFROM:<a@b.test>", 500, "5.5.2"},
      {"QUITE", 500, "5.5.2"},
      {"QUI", 500, "5.5.2"},
      {"NOOP\tx", 500, "5.5.2"},
      {"GET / HTTP/1.1", 500, "5.5.2"},
      {"LHLO", 501, "5.5.4"},
      {"LHLO two words", 501, "5.5.4"},
      {"STARTTLS now", 501, "5.5.4"},
      {"AUTH", 501, "5.5.4"},
      {"BDAT", 501, "5.5.4"},
      {"BDAT ten", 501, "5.5.4"},
      {"XCLIENT", 501, "5.5.4"},
      {"XCLIENT FOO=1", 501, "5.5.4"},
      {"EHLO", 501, "5.5.4"},
      {"HELO  ", 501, "5.5.4"},
      {"EHLO two words", 501, "5.5.4"},
      {"EHLO " + std::string(256, 'x'), 501, "5.5.4"},
      {std::string("EHLO a\0b", 8), 501, "5.5.2"},
      {"MAIL", 501, "5.5.4"},
      {"MAIL <a@b.test>", 501, "5.5.4"},
      {"MAIL FROM <a@b.test>", 501, "5.5.4"},
      {"MAIL TO:<a@b.test>", 501, "5.5.4"},
      {"MAIL FROM:", 501, "5.1.7"},
      {"MAIL FROM:a@b.test", 501, "5.1.7"},
      {"MAIL FROM:<a>", 501, "5.1.7"},
      {"MAIL FROM:<a@b.test>SIZE=1", 501, "5.5.4"},
      {"MAIL FROM:<a@b.test> =1", 501, "5.5.4"},
      {"MAIL FROM:<a@b.test> SIZE=", 501, "5.5.4"},
      {"MAIL FROM:<a@b.test> -X", 501, "5.5.4"},
      {"MAIL FROM:<a@b.test> S_Z=1", 501, "5.5.4"},
      {"MAIL FROM:<a@b.test> SIZE=1 size=2", 501, "5.5.4"},
      {std::string("MAIL FROM:<a\0@b.test>", 21), 501, "5.5.2"},
      {"RCPT FROM:<a@b.test>", 501, "5.5.4"},
      {"RCPT TO:<>", 501, "5.1.3"},
      {"RCPT TO:<a b@c.test>", 501, "5.1.3"},
      {"RCPT TO:<a\r@c.test>", 501, "5.5.2"},
      {"DATA now", 501, "5.5.4"},
      {"RSET x", 501, "5.5.4"},
      {"QUIT x", 501, "5.5.4"},
      {"QUIT\r", 500, "5.5.2"},
      {"NOOP \r", 501, "5.5.2"},
      {"VRFY", 501, "5.5.4"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const auto command = parse_command(row.line);
    REQUIRE_FALSE(command);
    CHECK(command.error().code == row.code);
    CHECK(command.error().enhanced == row.enhanced);
    CHECK_FALSE(command.error().text.empty());
  }
}

TEST_CASE("an unknown verb is repeated only if it is short and harmless") {
  CHECK(parse_command("FOO bar").error().text == "Unknown command FOO");
  CHECK(parse_command("F\x1BOO").error().text == "Unknown command");
  CHECK(parse_command("F\xC3\xA9").error().text == "Unknown command");
  CHECK(parse_command(std::string(21, 'x')).error().text == "Unknown command");
}
