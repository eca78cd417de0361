// How a delivery key finds its delivery, and what rules are told of it.
#include "journal/history.hpp"
#include "support/catch.hpp"

namespace {

using journal::testing::History;
using Lines = std::vector<std::string>;

void try_once(
    History& history, std::string_view rcpt_code, std::string_view message = "message m1"
) {
  history.play({"connect", "ehlo", "mail a@x"});
  history.step("rcpt r@y " + std::string(rcpt_code));
  if (rcpt_code.front() == '2') {
    history.step("data");
    history.step(message);
  }
  history.play({"quit", "+60"});
}

TEST_CASE("domains are folded in the key and local parts are not") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@X.Test",
       "rcpt r@Y.test 452",
       "rset",
       "mail a@x.test",
       "rcpt r@y.TEST 452",
       "rset",
       "mail A@x.test",
       "rcpt r@y.test 452",
       "quit"}
  );
  CHECK(
      history.delivered() == Lines{"a@X.Test r@Y.test deferred 1,2", "A@x.test r@y.test deferred 3"}
  );
}

TEST_CASE("a key may name the envelope identifier") {
  History history;
  history.setup({.scenario = "s", .delivery_key = {"sender", "recipient", "envid"}});
  history.play(
      {"connect",
       "ehlo",
       "mail a@x 250 e1",
       "rcpt r@y 452",
       "rset",
       "mail a@x 250 e2",
       "rcpt r@y 452",
       "rset",
       "mail a@x 250 e1",
       "rcpt r@y 452",
       "quit"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y deferred 1,3", "a@x r@y deferred 2"});
  CHECK(history.deliveries.delivery(1)->key == "sender=a@x recipient=r@y envid=e1");
}

TEST_CASE("parts of the key that are not known yet are left out until they are") {
  History history;
  history.setup({.scenario = "s", .delivery_key = {"recipient", "message_id"}});
  try_once(history, "452");
  history.play({"connect", "ehlo", "mail a@x", "rcpt r@y"});
  CHECK(history.deliveries.delivery(1)->key == "recipient=r@y");
  history.play({"data", "message m1 451", "quit"});
  CHECK(history.delivered() == Lines{"a@x r@y deferred 1,2"});
  CHECK(history.deliveries.delivery(2)->key == "recipient=r@y message_id=m1");
  try_once(history, "250", "message m2");
  try_once(history, "452");
  try_once(history, "250", "message m1");
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2,4,5", "a@x r@y accepted 3"});
}

TEST_CASE("the reference for rules is stable for one delivery and counts its attempts") {
  History history;
  const auto ref_at_rcpt = [&] {
    history.play({"connect", "ehlo", "mail a@x", "rcpt r@y -"});
    const auto ref = history.deliveries.find(history.connection(), "r@Y");
    history.play({"closed", "+60"});
    return ref;
  };
  const auto first = ref_at_rcpt();
  const auto second = ref_at_rcpt();
  CHECK(first.attempt == 1);
  CHECK(second.attempt == 2);
  CHECK(first.key == second.key);
  try_once(history, "250", "message m1");
  const auto after_acceptance = ref_at_rcpt();
  CHECK(after_acceptance.attempt == 1);
  CHECK(after_acceptance.key != first.key);
}

TEST_CASE("a number once given to a delivery of a key is not given to another") {
  History history;
  try_once(history, "250", "message m1");
  history.play({"connect", "ehlo", "mail a@x", "rcpt r@y"});
  const auto copy = history.deliveries.find(history.connection(), "r@y");
  history.play({"data", "message m1", "quit", "connect", "ehlo", "mail a@x", "rcpt r@y"});
  const auto next = history.deliveries.find(history.connection(), "r@y");
  CHECK(copy.key != next.key);
  CHECK(next.attempt == 1);
}

TEST_CASE("there is no reference without a transaction") {
  const History history({"connect", "ehlo", "mail a@x"});
  CHECK(history.deliveries.find(history.connection(), "r@y").key.empty());
  CHECK(history.deliveries.find(99, "r@y").attempt == 0);
}

TEST_CASE("a changed scenario numbers attempts anew and keeps the deliveries") {
  History history;
  history.setup({.scenario = "one"});
  try_once(history, "452");
  const auto number = [&] {
    history.play({"connect", "ehlo", "mail a@x", "rcpt r@y -"});
    const auto attempt = history.deliveries.find(history.connection(), "r@y").attempt;
    history.play({"closed"});
    return attempt;
  };
  CHECK(number() == 2);
  history.setup({.scenario = "one", .scale = 60});
  CHECK(number() == 3);
  history.setup({.scenario = "two", .scale = 60});
  CHECK(number() == 1);
  CHECK(history.delivered() == Lines{"a@x r@y lost 1,2,3,4"});
}

TEST_CASE("a transaction keeps the key with which it began") {
  History history;
  history.setup({.scenario = "one"});
  history.play({"connect", "ehlo", "mail a@x"});
  history.setup({.scenario = "two", .delivery_key = {"recipient"}});
  history.play({"rcpt r@y 452", "rset", "mail a@x", "rcpt r@y 452"});
  CHECK(history.deliveries.delivery(1)->key == "sender=a@x recipient=r@y");
  CHECK(history.deliveries.delivery(2)->key == "recipient=r@y");
}

TEST_CASE("different values never give the same key") {
  const History history({"connect", "ehlo", R"(mail "b\recipient=r@y"@x)", "rcpt s@y 452", "quit"});
  CHECK(history.deliveries.delivery(1)->key == R"(sender="b\\recipient=r@y"@x recipient=s@y)");
}

}  // namespace
