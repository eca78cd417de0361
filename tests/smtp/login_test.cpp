// AUTH in a session (RFC 4954): who is asked what, what is answered when, and that no credential
// shows.
#include <string>
#include <vector>

#include "smtp/encoded.hpp"
#include "smtp/logins.hpp"
#include "smtp/talk.hpp"
#include "support/catch.hpp"

using base::Stage;
using smtp::Profile;
using smtp::Question;
using smtp_test::base64;
using smtp_test::kRight;
using smtp_test::plain;
using smtp_test::refusing;
using smtp_test::Talk;
using smtp_test::users;
using smtp_test::with_auth;

namespace {

const std::string kWrong = plain("alice", "guess");

Profile required() {
  auto auth = users();
  auth.required = true;
  return with_auth(auth);
}

}  // namespace

TEST_CASE("AUTH is offered with its mechanisms") {
  Talk talk(with_auth());
  talk.send("EHLO c.test\r\n");
  CHECK(talk.last().normal.wire.find("250 AUTH PLAIN LOGIN\r\n") != std::string::npos);
}

TEST_CASE("AUTH dialogues") {
  struct Step {
    std::string line;
    std::string said;
  };

  struct Row {
    const char* name;
    std::vector<Step> steps;
    const char* user = "";  // who is then logged in
  };

  const std::string ask_user = "VXNlcm5hbWU6";
  const std::vector<Row> rows = {
      {"PLAIN in one line", {{"AUTH PLAIN " + kRight, "235 2.7.0"}}, "alice"},
      {"PLAIN in any case", {{"auth plain  " + kRight, "235 2.7.0"}}, "alice"},
      {"PLAIN in two lines", {{"AUTH PLAIN", "334"}, {kRight, "235 2.7.0"}}, "alice"},
      {"LOGIN",
       {{"AUTH LOGIN", "334"}, {base64("alice"), "334"}, {base64("secret"), "235 2.7.0"}},
       "alice"},
      {"LOGIN with its name at once",
       {{"AUTH LOGIN " + base64("alice"), "334"}, {base64("secret"), "235 2.7.0"}},
       "alice"},
      {"a wrong password, then the right one",
       {{"AUTH PLAIN " + kWrong, "535 5.7.8"}, {"AUTH PLAIN " + kRight, "235 2.7.0"}},
       "alice"},
      {"a wrong password of LOGIN",
       {{"AUTH LOGIN", "334"}, {base64("alice"), "334"}, {base64("guess"), "535 5.7.8"}}},
      {"cancelled at once", {{"AUTH PLAIN", "334"}, {"*", "501 5.7.0"}, {"NOOP", "250 2.0.0"}}},
      {"cancelled half way",
       {{"AUTH LOGIN", "334"},
        {base64("alice"), "334"},
        {"*", "501 5.7.0"},
        {"NOOP", "250 2.0.0"}}},
      {"no base64",
       {{"AUTH PLAIN", "334"}, {"%%%", "501 5.5.2"}, {"AUTH PLAIN " + kRight, "235 2.7.0"}},
       "alice"},
      {"no base64 at once", {{"AUTH PLAIN alice:secret", "501 5.5.2"}, {"NOOP", "250 2.0.0"}}},
      {"an empty response at once", {{"AUTH PLAIN =", "501 5.5.2"}}},
      {"an empty response", {{"AUTH PLAIN", "334"}, {"", "501 5.5.2"}, {"NOOP", "250 2.0.0"}}},
      {"responses that look like commands",
       {{"AUTH LOGIN", "334"}, {"QUIT", "501 5.5.2"}, {"NOOP", "250 2.0.0"}}},
      {"a command in the place of a response",
       {{"AUTH PLAIN", "334"}, {"EHLO c.test", "501 5.5.2"}, {"EHLO c.test", "250"}}},
      {"another mechanism", {{"AUTH CRAM-MD5", "504 5.5.4"}, {"AUTH FOO bar", "504 5.5.4"}}},
      {"no mechanism", {{"AUTH", "501 5.5.4"}, {"AUTH ", "501 5.5.4"}}},
      {"twice",
       {{"AUTH PLAIN " + kRight, "235 2.7.0"}, {"AUTH PLAIN " + kRight, "503 5.5.1"}},
       "alice"},
      {"in a transaction",
       {{"MAIL FROM:<a@b.test>", "250 2.1.0"},
        {"AUTH PLAIN " + kRight, "503 5.5.1"},
        {"RCPT TO:<b@c.test>", "250 2.1.5"}}},
      {"RSET and EHLO keep it",
       {{"AUTH PLAIN " + kRight, "235 2.7.0"},
        {"RSET", "250 2.0.0"},
        {"EHLO c.test", "250"},
        {"AUTH PLAIN " + kRight, "503 5.5.1"}},
       "alice"},
      {"after HELO it was not offered", {{"HELO c.test", "250"}, {"AUTH LOGIN", "502 5.5.1"}}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Talk talk(with_auth());
    talk.send("EHLO c.test\r\n");
    for (const auto& step : row.steps) {
      CAPTURE(step.line);
      CHECK(talk.send(step.line + "\r\n") == step.said);
    }
    CHECK(talk.session.envelope().auth_user == row.user);
  }
}

TEST_CASE("AUTH before EHLO is out of turn, without being offered it is not implemented") {
  Talk talk(with_auth());
  CHECK(talk.send("AUTH LOGIN\r\n") == "503 5.5.1");
  Talk without;
  CHECK(without.send("EHLO c.test\r\nAUTH PLAIN " + kRight + "\r\n") == "250, 502 5.5.1");
  REQUIRE(without.last().auth);
  CHECK(without.last().reaches_rules);
  CHECK(without.last().auth->ends);
}

TEST_CASE("a challenge keeps its space when it is empty") {
  Talk talk(with_auth());
  talk.send("EHLO c.test\r\nAUTH PLAIN\r\n");
  CHECK(talk.last().normal.wire == "334 \r\n");
  talk.send("*\r\nAUTH LOGIN\r\n");
  CHECK(talk.last().normal.wire == "334 VXNlcm5hbWU6\r\n");
}

TEST_CASE("questions of an exchange tell rules when it begins and when it ends") {
  Talk talk(with_auth());
  talk.send("EHLO c.test\r\nAUTH LOGIN\r\n");
  const auto told = [&] {
    const auto& question = talk.last();
    REQUIRE(question.auth);
    CHECK(question.stage == Stage::auth);
    CHECK(question.command.verb == smtp::Verb::auth);
    CHECK(question.auth->mechanism == "LOGIN");
    return std::string(question.auth->begins ? "begins " : "") +
           (question.auth->ends ? "ends " : "") + (question.reaches_rules ? "rules " : "") +
           question.auth->user;
  };
  CHECK(told() == "begins rules ");
  talk.send(base64("alice") + "\r\n");
  CHECK(told() == "alice");
  talk.send(base64("guess") + "\r\n");
  CHECK(told() == "ends rules alice");
  talk.send("AUTH LOGIN " + base64("alice") + "\r\n");
  CHECK(told() == "begins rules alice");
  talk.send("*\r\n");
  CHECK(told() == "alice");
  talk.send("AUTH LOGIN " + base64("alice") + "\r\n" + base64("secret") + "\r\n");
  CHECK(told() == "ends rules alice");
}

TEST_CASE("PLAIN in one line is one question") {
  Talk talk(with_auth());
  talk.send("EHLO c.test\r\nAUTH PLAIN " + kWrong + "\r\n");
  const auto& auth = talk.last().auth;
  REQUIRE(auth);
  CHECK(auth->begins);
  CHECK(auth->ends);
  CHECK(auth->user == "alice");
  CHECK(talk.last().reaches_rules);
}

TEST_CASE("a refused challenge ends the exchange") {
  Talk talk(with_auth(), refusing(Stage::auth));
  talk.send("EHLO c.test\r\n");
  talk.send("AUTH LOGIN\r\n");
  CHECK(talk.send("NOOP\r\n") == "250 2.0.0");
  CHECK(talk.send("AUTH PLAIN " + kRight + "\r\n") == "235 2.7.0");
}

TEST_CASE("what is answered decides on the login, not the password") {
  Talk lucky(with_auth(), [](const Question&, std::size_t) { return true; });
  lucky.send("EHLO c.test\r\nAUTH PLAIN " + kWrong + "\r\n");
  CHECK(lucky.session.envelope().auth_user == "alice");

  Talk unlucky(with_auth(), refusing(Stage::auth));
  CHECK(unlucky.send("EHLO c.test\r\nAUTH PLAIN " + kRight + "\r\n") == "250, 235 2.7.0");
  CHECK(unlucky.session.envelope().auth_user.empty());
}

TEST_CASE("MAIL waits for a login where that is required") {
  Talk talk(required());
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "503 5.5.1");
  talk.send("EHLO c.test\r\n");
  CHECK(talk.send("MAIL FROM:a\r\n") == "501 5.1.7");
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "530 5.7.0");
  CHECK_FALSE(talk.last().reaches_rules);
  CHECK(talk.send("RCPT TO:<b@c.test>\r\n") == "503 5.5.1");
  CHECK(talk.last().behind_refused_mail);
  CHECK(talk.send("VRFY x\r\n") == "252 2.5.0");
  talk.send("AUTH PLAIN " + kRight + "\r\n");
  CHECK(talk.send("MAIL FROM:<a@b.test>\r\n") == "250 2.1.0");
}

TEST_CASE("somebody who has logged in elsewhere may send") {
  Talk talk(required());
  talk.session.trust("carol");
  CHECK(talk.send("EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n") == "250, 250 2.1.0");
  CHECK(talk.session.envelope().auth_user == "carol");
}

TEST_CASE("MAIL may name who has submitted a message") {
  struct Row {
    const char* parameter;
    const char* said;
  };

  for (const auto& row : std::vector<Row>{
           {"AUTH=<>", "250 2.1.0"},
           {"AUTH=e+3Dmc2@client.test", "250 2.1.0"},
           {"AUTH=", "501 5.5.4"},
           {"AUTH", "501 5.5.4"},
           {"AUTH=e+3mc2@client.test", "501 5.5.4"},
           {"AUTH=<a@b.test> AUTH=<>", "501 5.5.4"}}) {
    CAPTURE(row.parameter);
    Talk talk(with_auth());
    talk.send("EHLO c.test\r\n");
    CHECK(talk.send("MAIL FROM:<a@b.test> " + std::string(row.parameter) + "\r\n") == row.said);
  }
}

TEST_CASE("a profile without AUTH that comes in between is answered") {
  Talk talk(with_auth());
  talk.send("EHLO c.test\r\n");
  talk.session.use({});
  CHECK(talk.send("AUTH FOO\r\n") == "504 5.5.4");
  CHECK(talk.send("AUTH LOGIN\r\n") == "504 5.5.4");
}
