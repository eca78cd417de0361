// AUTH exchanges without a session: mechanisms, responses, passwords.
#include "smtp/auth_exchange.hpp"

#include <string>
#include <vector>

#include "smtp/encoded.hpp"
#include "support/catch.hpp"

using smtp::Authentication;
using smtp::AuthExchange;
using Kind = smtp::AuthStep::Kind;
using namespace std::string_literals;
using smtp_test::base64;

namespace {

const Authentication kUsers{
    .mechanisms = {"PLAIN", "LOGIN"},
    .users = std::vector<std::pair<std::string, std::string>>{
        {"alice", "secret"}, {"bob", ""}, {"j\xC3\xB6rg", "p\xC3\xA4ss"}}};
const Authentication kAnybody{.mechanisms = {"PLAIN", "LOGIN"}};

}  // namespace

TEST_CASE("PLAIN takes identity, name and password apart") {
  struct Row {
    const char* name;
    std::string message;
    Kind kind;
    bool right = false;
    const char* user = "";
  };

  const std::vector<Row> rows = {
      {"right", "\0alice\0secret"s, Kind::complete, true, "alice"},
      {"as herself", "alice\0alice\0secret"s, Kind::complete, true, "alice"},
      {"as somebody else", "bob\0alice\0secret"s, Kind::complete, false, "alice"},
      {"wrong password", "\0alice\0Secret"s, Kind::complete, false, "alice"},
      {"password and more", "\0alice\0secret "s, Kind::complete, false, "alice"},
      {"no password", "\0alice\0"s, Kind::complete, false, "alice"},
      {"an empty password that is right", "\0bob\0"s, Kind::complete, true, "bob"},
      {"unknown user", "\0carol\0secret"s, Kind::complete, false, "carol"},
      {"name in other case", "\0ALICE\0secret"s, Kind::complete, false, "ALICE"},
      {"UTF-8", "\0j\xC3\xB6rg\0p\xC3\xA4ss"s, Kind::complete, true, "j\xC3\xB6rg"},
      {"nothing", "", Kind::ill_formed},
      {"no NUL", "alice", Kind::ill_formed},
      {"one NUL", "alice\0secret"s, Kind::ill_formed},
      {"a third NUL", "\0alice\0secret\0"s, Kind::ill_formed},
      {"a NUL in the password", "\0alice\0sec\0ret"s, Kind::ill_formed},
      {"only NULs", "\0\0"s, Kind::ill_formed},
      {"a line end in the name", "\0a\r\n250 x\0secret"s, Kind::ill_formed},
      {"a name that is not UTF-8", "\0j\xF6rg\0secret"s, Kind::ill_formed},
      {"a name of 256 octets", "\0"s + std::string(256, 'a') + "\0x"s, Kind::ill_formed},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    AuthExchange exchange("PLAIN");
    const auto step = exchange.begin(base64(row.message), kUsers);
    CHECK(step.kind == row.kind);
    CHECK(step.right == row.right);
    CHECK(exchange.user() == row.user);
    if (row.kind == Kind::ill_formed) CHECK(step.fault.enhanced == "5.5.2");
    // A response on a line of its own is the same.
    AuthExchange later("PLAIN");
    CHECK(later.begin(std::nullopt, kUsers).challenge.empty());
    CHECK(later.respond(base64(row.message), kUsers).kind == row.kind);
  }
}

TEST_CASE("LOGIN asks for name and password") {
  AuthExchange exchange("LOGIN");
  auto step = exchange.begin(std::nullopt, kUsers);
  CHECK(step.kind == Kind::challenge);
  CHECK(step.challenge == base64("Username:"));
  CHECK(exchange.user().empty());
  step = exchange.respond(base64("alice"), kUsers);
  CHECK(step.kind == Kind::challenge);
  CHECK(step.challenge == base64("Password:"));
  CHECK(exchange.user() == "alice");
  step = exchange.respond(base64("secret"), kUsers);
  CHECK(step.kind == Kind::complete);
  CHECK(step.right);
}

TEST_CASE("the name of LOGIN may come with AUTH, and must be one") {
  AuthExchange early("LOGIN");
  CHECK(early.begin(base64("alice"), kUsers).challenge == base64("Password:"));
  CHECK_FALSE(early.respond(base64("alice"), kUsers).right);

  for (const auto* name : {"", "a\nb", "\xFF"}) {
    CAPTURE(name);
    AuthExchange exchange("LOGIN");
    CHECK(exchange.begin(base64(name), kUsers).kind == Kind::ill_formed);
  }
  AuthExchange empty("LOGIN");
  CHECK(empty.begin("=", kUsers).kind == Kind::ill_formed);
}

TEST_CASE("without a list of users everybody may come in as himself") {
  for (const auto& [message, right] : std::vector<std::pair<std::string, bool>>{
           {"\0x\0y"s, true}, {"\0x\0"s, true}, {"x\0x\0y"s, true}, {"y\0x\0y"s, false}}) {
    AuthExchange exchange("PLAIN");
    CHECK(exchange.begin(base64(message), kAnybody).right == right);
  }
}

TEST_CASE("an asterisk cancels and no other response does") {
  AuthExchange exchange("LOGIN");
  CHECK(exchange.begin(std::nullopt, kUsers).kind == Kind::challenge);
  const auto step = exchange.respond("*", kUsers);
  CHECK(step.kind == Kind::cancelled);
  CHECK(step.fault.code == 501);
  CHECK(step.fault.enhanced == "5.7.0");
  for (const auto* line : {"**", "* ", " *", "QUIT ", "=", "a"}) {
    CAPTURE(line);
    AuthExchange other("LOGIN");
    CHECK(other.begin(std::nullopt, kUsers).kind == Kind::challenge);
    CHECK(other.respond(line, kUsers).kind == Kind::ill_formed);
  }
}
