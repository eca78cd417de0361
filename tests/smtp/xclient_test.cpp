// XCLIENT: what may be claimed, and that a session begins anew with it.
#include "smtp/xclient.hpp"

#include <string>
#include <vector>

#include "smtp/talk.hpp"
#include "support/catch.hpp"

using smtp::parse_xclient;
using smtp_test::Talk;

namespace {

const smtp::Profile kTrusting{.xclient = true};

}  // namespace

TEST_CASE("attributes of XCLIENT") {
  struct Row {
    const char* argument;
    const char* address;
    const char* ehlo;
    const char* login;
  };

  for (const auto& row : std::vector<Row>{
           {"NAME=mx.test ADDR=192.0.2.1", "192.0.2.1", "", ""},
           {"addr=IPV6:2001:DB8::1", "2001:db8::1", "", ""},
           {"ADDR=ipv6:2001:db8::1 PORT=25", "2001:db8::1", "", ""},
           {"ADDR=[UNAVAILABLE] NAME=[TEMPUNAVAIL] HELO=[unavailable] PORT=[UNAVAILABLE]",
            "",
            "",
            ""},
           {"HELO=client.test PROTO=ESMTP", "", "client.test", ""},
           {"HELO=+5B192.0.2.1+5D   LOGIN=al+2Bice", "", "[192.0.2.1]", "al+ice"},
           {"DESTADDR=192.0.2.2 DESTPORT=65535 PROTO=smtp", "", "", ""},
       }) {
    CAPTURE(row.argument);
    const auto claimed = parse_xclient(row.argument);
    REQUIRE(claimed);
    CHECK(claimed->address == row.address);
    CHECK(claimed->ehlo == row.ehlo);
    CHECK(claimed->login == row.login);
  }
}

TEST_CASE("bad attributes of XCLIENT") {
  const auto argument = GENERATE(values<std::string>({
      "",
      "FOO=1",
      "NAME",
      "NAME=",
      "=mx.test",
      "ADDR=mx.test",
      "ADDR=[192.0.2.1]",
      "ADDR=2001:db8::1",
      "ADDR=IPV6:192.0.2.1",
      "ADDR=192.0.2.1 ADDR=192.0.2.2",
      "ADDR=192.0.2.256",
      "PORT=65536",
      "PORT=-1",
      "PORT=25x",
      "PROTO=LMTP",
      "NAME=a+b",
      "NAME=a=b",
      "LOGIN=a+0D+0Ab",
      "LOGIN=+FF",
      "HELO=+00",
  }));
  CAPTURE(argument);
  CHECK_FALSE(parse_xclient(argument));
  CHECK_FALSE(parse_xclient("NAME=mx.test " + (argument.empty() ? "NAME=" : argument)));
}

TEST_CASE("a text of XCLIENT is at most 255 octets") {
  CHECK(parse_xclient("LOGIN=" + std::string(255, 'a')));
  CHECK_FALSE(parse_xclient("LOGIN=" + std::string(256, 'a')));
}

TEST_CASE("XCLIENT is answered with a greeting and begins anew") {
  Talk talk(kTrusting);
  talk.send("EHLO proxy.test\r\n");
  CHECK(
      talk.last().normal.wire.find(
          "250 XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n"
      ) != std::string::npos
  );
  CHECK(talk.send("XCLIENT ADDR=192.0.2.1 HELO=c.test LOGIN=alice\r\n") == "220");
  const auto& question = talk.last();
  CHECK(question.normal.wire == "220 mx.receiver.test ESMTP failmx\r\n");
  CHECK_FALSE(question.reaches_rules);
  REQUIRE(question.claimed);
  CHECK(question.claimed->address == "192.0.2.1");
  CHECK(question.claimed->ehlo == "c.test");
  CHECK(talk.session.envelope().ehlo.empty());
  CHECK(talk.session.envelope().auth_user == "alice");
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "503 5.5.1");
  CHECK(talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n") == "250, 250 2.1.0");
}

TEST_CASE("inside TLS the session that follows XCLIENT is encrypted from its greeting on") {
  Talk talk({.starttls = smtp::StartTls::required, .xclient = true});
  talk.session.begin_secure();
  talk.answer_all();
  CHECK(talk.last().normal.wire == "220 mx.receiver.test ESMTP failmx\r\n");
  CHECK(talk.session.is_secure());
  CHECK_FALSE(talk.session.awaits_tls());
  CHECK(talk.send("EHLO c.test\r\n") == "250");
  CHECK(talk.last().normal.wire.find("STARTTLS") == std::string::npos);
  CHECK(talk.send("STARTTLS\r\n") == "503 5.5.1");
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "250 2.1.0");
  // Nothing was said before a handshake that it would have to repeat.
  CHECK(talk.kinds() == "bad_sequence");
}

TEST_CASE("XCLIENT out of place") {
  struct Row {
    const char* name;
    smtp::Profile profile;
    const char* before;
    const char* command;
    const char* said;
  };

  for (const auto& row : std::vector<Row>{
           {"not offered", {}, "EHLO c.test\r\n", "XCLIENT NAME=mx.test", "502 5.5.1"},
           {"before EHLO", kTrusting, "", "XCLIENT NAME=mx.test", "502 5.5.1"},
           {"ill-formed", kTrusting, "EHLO c.test\r\n", "XCLIENT ADDR=1", "501 5.5.4"},
           {"in a transaction",
            kTrusting,
            "EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n",
            "XCLIENT NAME=mx.test",
            "503 5.5.1"}}) {
    CAPTURE(row.name);
    Talk talk(row.profile);
    talk.send(row.before);
    CHECK(talk.send(std::string(row.command) + "\r\n") == row.said);
    CHECK_FALSE(talk.last().reaches_rules);
    CHECK_FALSE(talk.last().claimed);
  }
}
