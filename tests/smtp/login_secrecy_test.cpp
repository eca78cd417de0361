// AUTH and what must not be seen of it: credentials in clear, over-long responses, masks.
#include <string>
#include <vector>

#include "smtp/encoded.hpp"
#include "smtp/logins.hpp"
#include "smtp/talk.hpp"
#include "support/catch.hpp"

using smtp::Profile;
using smtp_test::base64;
using smtp_test::kRight;
using smtp_test::plain;
using smtp_test::Talk;
using smtp_test::users;
using smtp_test::with_auth;

namespace {

Profile needs_tls() {
  auto auth = users();
  auth.needs_tls = true;
  return {.starttls = smtp::StartTls::offered, .auth = auth};
}

}  // namespace

TEST_CASE("a login that needs TLS is not offered in clear and told so") {
  Talk talk(needs_tls());
  talk.send("EHLO c.test\r\n");
  CHECK(talk.last().normal.wire.find("AUTH") == std::string::npos);
  CHECK(talk.send("AUTH PLAIN " + kRight + "\r\n") == "538 5.7.11");
  CHECK_FALSE(talk.last().reaches_rules);
  CHECK(talk.kinds() == "auth_in_clear");
  CHECK(talk.send("STARTTLS\r\n") == "220 2.0.0");
  talk.session.secured();
  talk.send("EHLO c.test\r\n");
  CHECK(talk.last().normal.wire.find("250 AUTH PLAIN LOGIN\r\n") != std::string::npos);
  CHECK(talk.send("AUTH PLAIN " + kRight + "\r\n") == "235 2.7.0");
  CHECK(talk.kinds().empty());
}

TEST_CASE("credentials in clear are found once per exchange") {
  struct Row {
    const char* name;
    std::string lines;
    const char* kinds;
  };

  const std::vector<Row> rows = {
      {"PLAIN in one line", "AUTH PLAIN " + kRight, "auth_in_clear"},
      {"PLAIN in two lines", "AUTH PLAIN\r\n" + kRight, "auth_in_clear"},
      {"LOGIN", "AUTH LOGIN\r\n" + base64("alice") + "\r\n" + base64("x"), "auth_in_clear"},
      {"only a name", "AUTH LOGIN " + base64("alice") + "\r\n*", ""},
      {"nothing", "AUTH PLAIN\r\n*", ""},
      {"with a mechanism that is not served", "AUTH XOAUTH2 abcd", "auth_in_clear bad_syntax"},
      {"ill-formed", "AUTH PLAIN\r\n%", "auth_in_clear bad_syntax"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Talk talk(with_auth());
    talk.send("EHLO c.test\r\n");
    std::string_view lines = row.lines;
    while (!lines.empty()) {
      const auto line = lines.substr(0, lines.find("\r\n"));
      lines.remove_prefix(std::min(lines.size(), line.size() + 2));
      talk.send(std::string(line) + "\r\n");
    }
    CHECK(talk.kinds() == row.kinds);
  }
}

TEST_CASE("a response over its limit is refused and costs no command") {
  const std::size_t limit = smtp::AuthExchange::kLongestLine;
  for (const std::size_t octets : {limit, limit + 1, limit + 5000, std::size_t{200000}}) {
    CAPTURE(octets);
    Talk talk(with_auth());
    talk.send("EHLO c.test\r\nAUTH PLAIN\r\n");
    // Dividable by four or not, it is no response of PLAIN.
    const auto said = talk.send(std::string(octets - 2, 'A') + "\r\n");
    CHECK(said == (octets > limit ? "500 5.5.6" : "501 5.5.2"));
    CHECK(talk.last().line == "***");
    CHECK(talk.send("NOOP\r\n") == "250 2.0.0");
  }
}

TEST_CASE("a long password fits") {
  const std::string password(9000, 'p');
  Talk talk(with_auth({.mechanisms = {"PLAIN"}, .users = {{{"alice", password}}}}));
  talk.send("EHLO c.test\r\n");
  CHECK(talk.send("AUTH PLAIN " + plain("alice", password) + "\r\n") == "235 2.7.0");
}

TEST_CASE("no credential is in a question or a finding") {
  const std::vector<std::string> streams = {
      "AUTH PLAIN " + kRight + "\r\n",
      "AUTH PLAIN\r\n" + kRight + "\r\n",
      "AUTH LOGIN\r\n" + base64("alice") + "\r\n" + base64("secret") + "\r\n",
      "AUTH LOGIN " + base64("alice") + "\r\n" + base64("secret") + "\r\n",
      "AUTH " + kRight + "\r\n",
      "AUTH FOO " + kRight + "\r\n",
      "AUTH PLAIN " + kRight + "=\r\n",
      "AUTH PLAIN\r\n" + kRight + " \r\n",
      "AUTH PLAIN\r\n*\r\n" + kRight + "\r\n",
      "AUTH PLAIN " + kRight + std::string(13000, 'A') + "\r\n",
      "AUTH PLAIN\r\n" + kRight + std::string(13000, 'A') + "\r\n",
  };
  for (const auto& profile : {with_auth(), Profile{}, needs_tls()}) {
    for (const auto& stream : streams) {
      CAPTURE(stream);
      Talk talk(profile);
      talk.send("EHLO c.test\r\n");
      talk.send(stream + "NOOP\r\n");
      std::string told;
      for (const auto& question : talk.questions) {
        const auto& command = question.command;
        told += question.line + command.name + command.argument + command.address +
                question.normal.wire;
        if (question.auth) told += question.auth->mechanism + question.auth->user;
      }
      for (const auto& finding : talk.findings) told += finding.detail;
      CHECK(told.find(kRight) == std::string::npos);
      CHECK(told.find("secret") == std::string::npos);
      CHECK(told.find(base64("secret")) == std::string::npos);
      CHECK(told.find(base64("alice")) == std::string::npos);
    }
  }
}
