// Histories of connections that are encrypted, or should have been, and of logins: what is an
// attempt, how it comes out, and whether it was encrypted.
#include "journal/history.hpp"
#include "support/catch.hpp"

namespace {

using journal::testing::History;
using Lines = std::vector<std::string>;

// Whether each attempt was encrypted, in order.
std::vector<bool> encrypted(const History& history) {
  std::vector<bool> all;
  for (const auto& attempt : history.deliveries.attempts(0, 1000)) all.push_back(attempt.tls);
  return all;
}

TEST_CASE("attempts behind STARTTLS are encrypted, those before it are not") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "rset",
       "starttls",
       "tls",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "quit"}
  );
  CHECK(encrypted(history) == std::vector{false, true});
}

TEST_CASE("a connection that goes on from before a reset may still become encrypted") {
  const History clear({"carried", "ehlo", "mail a@x", "rcpt r@y 452", "quit"});
  CHECK(encrypted(clear) == std::vector{false});
  const History later(
      {"carried", "ehlo", "starttls", "tls", "ehlo", "mail a@x", "rcpt r@y 452", "quit"}
  );
  CHECK(encrypted(later) == std::vector{true});
  const History before({"carried TLSv1.3", "ehlo", "mail a@x", "rcpt r@y 452", "quit"});
  CHECK(encrypted(before) == std::vector{true});
}

TEST_CASE("a handshake that we broke is a lost attempt at STARTTLS") {
  CHECK(
      History({"connect", "ehlo", "starttls", "tls-broken", "closed"}).attempts() ==
      Lines{"client starttls lost"}
  );
  // Of implicit TLS no command has asked for it.
  const History implicit({"connect -", "fired broken-tls", "tls-broken", "closed"});
  CHECK(implicit.attempts() == Lines{"client starttls lost"});
  CHECK(implicit.deliveries.attempt(1)->rule == "broken-tls");
}

TEST_CASE("a client that gives a healthy handshake up has left by itself") {
  CHECK(History({"connect", "ehlo", "starttls", "tls-given-up", "left"}).attempts().empty());
  CHECK(History({"connect -", "tls-given-up", "left"}).attempts().empty());
  // Who is told by an alert can do no more than close.
  CHECK(History({"connect", "ehlo", "starttls", "tls-given-up", "closed"}).attempts().empty());
  CHECK(History({"connect -", "tls-given-up", "closed"}).attempts().empty());
}

TEST_CASE("a login that was refused stays so when the next one is given up") {
  CHECK(
      History({"connect", "ehlo", "auth 535", "auth 334", "auth! 501", "left"}).attempts() ==
      Lines{"client auth rejected 535"}
  );
  CHECK(
      History({"connect", "ehlo", "auth 454", "auth 334", "auth! 501", "left"}).attempts() ==
      Lines{"client auth deferred 454"}
  );
  CHECK(
      History({"connect", "ehlo", "auth 535", "auth! 501", "left"}).attempts() ==
      Lines{"client auth rejected 535"}
  );
  CHECK(
      History({"connect", "ehlo", "auth 454", "auth! 504", "left"}).attempts() ==
      Lines{"client auth deferred 454"}
  );
  CHECK(History({"connect", "ehlo", "auth 535", "auth! 501", "auth 235", "quit"}).attempts().empty()
  );
}

}  // namespace
