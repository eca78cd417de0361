// STARTTLS (RFC 3207) and implicit TLS: when the handshake comes, and what is forgotten with it.
#include <string>
#include <vector>

#include "smtp/encoded.hpp"
#include "smtp/talk.hpp"
#include "support/catch.hpp"

using base::Stage;
using smtp::FindingKind;
using smtp::Profile;
using smtp::Question;
using smtp::StartTls;
using smtp_test::refusing;
using smtp_test::Talk;

namespace {

const Profile kOffered{.starttls = StartTls::offered};
const Profile kRequired{.starttls = StartTls::required};

bool lists(const Question& question, std::string_view keyword) {
  return question.normal.wire.find(keyword) != std::string::npos;
}

}  // namespace

TEST_CASE("a session begins anew behind STARTTLS") {
  Talk talk(kOffered);
  talk.send("EHLO c.test\r\n");
  CHECK(lists(talk.last(), "250 STARTTLS\r\n"));
  CHECK(talk.send("STARTTLS\r\n") == "220 2.0.0");
  CHECK(talk.last().stage == Stage::starttls);
  CHECK(talk.last().reaches_rules);
  CHECK(talk.session.awaits_tls());
  CHECK(talk.session.room() == 0);
  CHECK_FALSE(talk.session.next());
  CHECK(talk.session.envelope().ehlo.empty());
  talk.session.secured();
  CHECK(talk.session.is_secure());
  CHECK_FALSE(talk.session.awaits_tls());
  CHECK(talk.session.room() == smtp::Session::kMaxInput);
  CHECK(talk.send("EHLO c.test\r\n") == "250");
  CHECK_FALSE(lists(talk.last(), "STARTTLS"));
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "250 2.1.0");
  CHECK(talk.kinds().empty());
}

TEST_CASE("STARTTLS in every state") {
  struct Row {
    const char* name;
    Profile profile;
    const char* before;
    const char* said;
    bool awaits = false;
    const char* command = "STARTTLS\r\n";
  };

  const std::vector<Row> rows = {
      {"offered", kOffered, "EHLO c.test\r\n", "220 2.0.0", true},
      {"in any case", kOffered, "EHLO c.test\r\n", "220 2.0.0", true, "starttls \r\n"},
      {"required", kRequired, "EHLO c.test\r\n", "220 2.0.0", true},
      {"with an argument", kOffered, "EHLO c.test\r\n", "501 5.5.4", false, "STARTTLS now\r\n"},
      {"not offered", {}, "EHLO c.test\r\n", "502 5.5.1"},
      {"after HELO", kOffered, "HELO c.test\r\n", "502 5.5.1"},
      {"before EHLO", kOffered, "", "503 5.5.1"},
      {"in a transaction",
       kOffered,
       "EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<b@c.test>\r\n",
       "220 2.0.0",
       true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Talk talk(row.profile, [](const Question& question, std::size_t) {
      return question.normal.positive();
    });
    talk.send(row.before);
    CHECK(talk.send(row.command) == row.said);
    CHECK(talk.session.awaits_tls() == row.awaits);
    if (!row.awaits) continue;
    CHECK_FALSE(talk.session.envelope().has_sender);
    CHECK(talk.session.envelope().recipients.empty());
  }
}

TEST_CASE("STARTTLS under TLS is out of sequence, whether or not the server offers it") {
  Talk talk(kOffered);
  talk.send("EHLO c.test\r\nSTARTTLS\r\n");
  talk.session.secured();
  CHECK(talk.send("STARTTLS\r\n") == "503 5.5.1");
  CHECK(talk.send("EHLO c.test\r\nSTARTTLS\r\n") == "250, 503 5.5.1");

  Talk implicit;
  implicit.session.begin_with_tls();
  implicit.answer_all();
  implicit.session.secured();
  CHECK(implicit.send("EHLO c.test\r\nSTARTTLS\r\n") == "250, 503 5.5.1");
}

TEST_CASE("a refused STARTTLS leaves all as it was") {
  Talk talk(kOffered, refusing(Stage::starttls));
  talk.prepare_data();
  talk.send("STARTTLS\r\nNOOP\r\n");
  CHECK_FALSE(talk.session.awaits_tls());
  CHECK(talk.session.envelope().recipients.size() == 1);
  CHECK(talk.count(FindingKind::illegal_pipelining) == 1);
  CHECK(talk.count(FindingKind::plaintext_after_starttls) == 0);
  CHECK(talk.send("DATA\r\n") == "354");
}

TEST_CASE("where TLS is required little is served in clear") {
  struct Row {
    const char* command;
    const char* said;
  };

  for (const auto& row : std::vector<Row>{
           {"MAIL FROM:<a@b.test>", "530 5.7.0"},
           {"RCPT TO:<a@b.test>", "530 5.7.0"},
           {"DATA", "530 5.7.0"},
           {"BDAT 0 LAST", "530 5.7.0"},
           {"VRFY x", "530 5.7.0"},
           {"EXPN x", "530 5.7.0"},
           {"HELP", "530 5.7.0"},
           {"AUTH LOGIN", "530 5.7.0"},
           {"ETRN x", "530 5.7.0"},
           {"MAIL FROM:a", "501 5.1.7"},
           {"FOO", "500 5.5.2"},
           {"EHLO c.test", "250"},
           {"HELO c.test", "250"},
           {"NOOP", "250 2.0.0"},
           {"RSET", "250 2.0.0"},
           {"QUIT", "221 2.0.0"}}) {
    CAPTURE(row.command);
    for (const bool introduced : {true, false}) {
      Talk talk(kRequired);
      if (introduced) talk.send("EHLO c.test\r\n");
      CHECK(talk.send(std::string(row.command) + "\r\n") == row.said);
      CHECK(talk.last().reaches_rules == (talk.last().normal.code < 500));
      CHECK(talk.count(FindingKind::bad_sequence) == 0);
    }
  }
  Talk secure(kRequired);
  secure.send("EHLO c.test\r\nSTARTTLS\r\n");
  secure.session.secured();
  CHECK(secure.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n") == "250, 250 2.1.0");
}

TEST_CASE("what was sent in clear behind STARTTLS is dropped") {
  Talk talk(kOffered);
  talk.send("EHLO c.test\r\n");
  CHECK(talk.send("STARTTLS\r\nEHLO evil.test\r\nMAIL FR") == "220 2.0.0");
  REQUIRE(talk.kinds() == "plaintext_after_starttls");
  CHECK(talk.findings.back().detail == "23 octets behind STARTTLS were dropped");
  CHECK_FALSE(talk.session.has_input());
  talk.session.secured();
  talk.answer_all();
  CHECK(talk.last().stage == Stage::starttls);
  CHECK(talk.send("OM:<a@b.test>\r\n") == "500 5.5.2");
}

TEST_CASE("a login is forgotten with the clear text") {
  Profile profile = kOffered;
  profile.auth = {.mechanisms = {"PLAIN"}};
  Talk talk(profile);
  talk.send("EHLO c.test\r\n");
  talk.send("AUTH PLAIN " + smtp_test::plain("alice", "x") + "\r\n");
  CHECK(talk.session.envelope().auth_user == "alice");
  talk.send("STARTTLS\r\n");
  CHECK(talk.session.envelope().auth_user.empty());
  talk.session.secured();
  talk.send("EHLO c.test\r\n");
  CHECK(talk.send("AUTH PLAIN " + smtp_test::plain("alice", "x") + "\r\n") == "235 2.7.0");
}

TEST_CASE("who goes on without EHLO behind STARTTLS is found out once") {
  Profile profile = kOffered;
  profile.auth = {.mechanisms = {"PLAIN"}};
  for (const auto* command : {"MAIL FROM:<a@b.test>\r\n", "AUTH PLAIN\r\n"}) {
    CAPTURE(command);
    Talk talk(profile);
    talk.send("EHLO c.test\r\n");
    talk.send("STARTTLS\r\n");
    talk.session.secured();
    CHECK(talk.send("NOOP\r\n") == "250 2.0.0");
    CHECK(talk.send(command) == "503 5.5.1");
    CHECK(talk.kinds() == "bad_sequence ehlo_skipped");
    CHECK(talk.send(command) == "503 5.5.1");
    CHECK(talk.kinds() == "bad_sequence");
    CHECK(talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n") == "250, 250 2.1.0");
  }
  Talk never(profile);
  never.send("MAIL FROM:<a@b.test>\r\n");
  CHECK(never.kinds() == "bad_sequence");
}

TEST_CASE("implicit TLS is asked about before the greeting") {
  Talk talk;
  talk.session.begin_with_tls();
  CHECK(talk.session.room() == 0);
  talk.answer_all();
  REQUIRE(talk.questions.size() == 1);
  CHECK(talk.last().stage == Stage::starttls);
  CHECK(talk.last().reaches_rules);
  CHECK(talk.last().line.empty());
  CHECK(talk.last().normal == smtp::Reply{.code = 220});
  CHECK(talk.session.awaits_tls());
  talk.session.secured();
  talk.answer_all();
  CHECK(talk.last().stage == Stage::connect);
  CHECK(talk.last().normal.wire == "220 mx.receiver.test ESMTP failmx\r\n");
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "503 5.5.1");
  CHECK(talk.count(FindingKind::ehlo_skipped) == 0);
}

TEST_CASE("a handshake of implicit TLS that may not begin ends the session") {
  Talk talk({}, refusing(Stage::starttls));
  talk.session.begin_with_tls();
  talk.answer_all();
  CHECK_FALSE(talk.session.awaits_tls());
  CHECK_FALSE(talk.session.next());
  talk.session.received("\x16\x03\x01");
  CHECK_FALSE(talk.session.next());
}

TEST_CASE("what is withheld at EHLO counts as not offered until the next one") {
  Profile profile = kOffered;
  profile.auth = {.mechanisms = {"PLAIN"}};
  smtp::Session session(profile);
  const auto say = [&](const std::string& line, const std::vector<std::string>& withheld = {}) {
    session.received(line + "\r\n");
    std::string said;
    while (const auto question = session.next()) {
      auto reply = question->normal;
      if (question->stage == Stage::ehlo) {
        session.withhold(withheld);
        reply = session.hello();
      }
      said += reply.wire;
      session.answer(reply.positive() && reply.code != 220);
    }
    return said;
  };
  session.received("");
  REQUIRE(session.next());
  session.answer(true);
  const auto all = say("EHLO c.test");
  CHECK(all.find("STARTTLS") != std::string::npos);
  const auto some = say("EHLO c.test", {"STARTTLS", "size", "AUTH", "NO-SUCH"});
  CHECK(
      some ==
      "250-mx.receiver.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
      "250 ENHANCEDSTATUSCODES\r\n"
  );
  CHECK(say("STARTTLS").starts_with("502"));
  CHECK(say("AUTH PLAIN").starts_with("502"));
  CHECK(say("HELP").find("STARTTLS") == std::string::npos);
  CHECK(say("MAIL FROM:<a@b.test> SIZE=10").starts_with("555"));
  CHECK(say("HELO c.test", {"SIZE"}) == "250 mx.receiver.test\r\n");
  CHECK(say("EHLO c.test") == all);
  CHECK(say("MAIL FROM:<a@b.test> SIZE=10").starts_with("250"));
}

TEST_CASE("STARTTLS that was withheld is served if a rule says so") {
  Talk talk(kOffered, [](const Question&, std::size_t) { return true; });
  talk.send("HELO c.test\r\n");
  CHECK(talk.send("STARTTLS\r\n") == "502 5.5.1");
  CHECK(talk.session.awaits_tls());

  Talk without({}, [](const Question&, std::size_t) { return true; });
  without.send("EHLO c.test\r\nSTARTTLS\r\n");
  CHECK_FALSE(without.session.awaits_tls());
}

TEST_CASE("HELP names what is served now") {
  Talk talk(kOffered);
  talk.send("EHLO c.test\r\nHELP\r\n");
  CHECK(lists(talk.last(), " STARTTLS"));
  CHECK_FALSE(lists(talk.last(), " AUTH"));
}
