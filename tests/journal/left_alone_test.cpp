// Histories in which what the client did, or was told, does not end what it seems to end.
#include "journal/history.hpp"
#include "support/catch.hpp"

namespace {

using journal::testing::History;
using Lines = std::vector<std::string>;

TEST_CASE("a refused RSET leaves the transaction as it is") {
  const History history(
      {"connect", "ehlo", "mail a@x", "rcpt r@y", "rset 451", "data", "message m1", "quit"}
  );
  CHECK(history.attempts() == Lines{"delivery message accepted 250 +"});
}

TEST_CASE("a refused EHLO leaves the transaction as it is") {
  const History history(
      {"connect", "ehlo", "mail a@x", "rcpt r@y", "ehlo 451", "data", "message m1", "quit"}
  );
  CHECK(history.attempts() == Lines{"delivery message accepted 250 +"});
}

TEST_CASE("after a refused RSET a further RCPT belongs to the same sender") {
  const History history({"connect", "ehlo", "mail a@x", "rset 451", "rcpt r@y 452", "quit"});
  CHECK(history.deliveries.attempt(1)->sender == "a@x");
}

TEST_CASE("an ill-formed MAIL within a transaction leaves it as it is") {
  const History history(
      {"connect", "ehlo", "mail a@x", "rcpt r@y", "mail b! 501", "data", "message m1", "quit"}
  );
  CHECK(history.attempts() == Lines{"delivery message accepted 250 +"});
}

TEST_CASE("a RCPT repeated after a refused DATA does not undo the refusal") {
  const History history({"connect", "ehlo", "mail a@x", "rcpt r@y", "data 451", "rcpt r@y", "quit"}
  );
  REQUIRE_FALSE(history.attempts().empty());
  CHECK(history.attempts().front() == "delivery data deferred 451");
}

TEST_CASE("a QUIT that was answered with 221 ends in no attempt when a rule closes") {
  CHECK(History({"connect", "ehlo", "bye 221", "closed"}).attempts().empty());
}

TEST_CASE("an incomplete key that was given up does not come back as the same delivery") {
  History history;
  journal::Setup setup;
  setup.delivery_key = {"sender", "recipient", "message_id"};
  history.setup(setup);
  history.play({"connect", "ehlo", "mail a@x", "rcpt r@y"});
  const std::string first = history.deliveries.find(history.connection(), "r@y").key;
  history.play({"data", "message m1", "mail a@x", "rcpt r@y"});
  CHECK(history.deliveries.find(history.connection(), "r@y").key != first);
}

}  // namespace
