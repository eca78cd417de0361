// What a receiver sees of connections that it shares with others: one that greets passes recipients
// on, one that is reached by domain joins in the middle.
#include "journal/history.hpp"
#include "support/catch.hpp"

namespace {

using journal::testing::History;
using Lines = std::vector<std::string>;

TEST_CASE("a transaction whose recipients are all elsewhere is no attempt however it ends") {
  const std::string end = GENERATE("reset", "closed", "left", "left-held", "timeout", "quit");
  INFO(end);
  History history({"connect", "ehlo", "mail a@x", "passed"});
  history.step(end);
  CHECK(history.attempts().empty());
}

TEST_CASE("without a recipient anywhere a transaction that we broke is lost as ever") {
  const History history({"connect", "ehlo", "mail a@x", "passed", "rset", "mail a@x", "reset"});
  CHECK(history.attempts() == Lines{"sender mail lost"});
}

TEST_CASE("a recipient of its own is an attempt beside those that were passed on") {
  const History history({"connect", "ehlo", "mail a@x", "passed", "rcpt r@y", "reset"});
  CHECK(history.attempts() == Lines{"delivery rcpt lost"});
}

TEST_CASE("after a transaction that was passed on the next one begins with its MAIL") {
  const History history(
      {"connect", "ehlo", "mail a@x", "passed", "+5", "mail a@x", "rcpt r@y", "quit"}
  );
  REQUIRE(history.attempts() == Lines{"delivery rcpt abandoned"});
  CHECK(history.deliveries.attempt(1)->begin > std::chrono::seconds(5));
}

TEST_CASE("an attempt on a connection that was joined begins when that did") {
  const History history({"+10", "joined 7", "mail a@x", "rcpt r@y", "data", "message m1", "quit"});
  CHECK(history.attempts() == Lines{"delivery message accepted 250 +"});
  const auto attempt = history.deliveries.attempt(1);
  REQUIRE(attempt);
  CHECK(attempt->begin > std::chrono::seconds(3));
  CHECK(attempt->begin < std::chrono::seconds(4));
  CHECK(attempt->judge_begin == attempt->begin);
}

}  // namespace
