// Histories of senders that broke a first draft of the definitions: each by its name, as attempts
// and deliveries.
#include "journal/history.hpp"
#include "support/catch.hpp"

namespace {

using journal::testing::History;
using Lines = std::vector<std::string>;

TEST_CASE("EHLO 451 and then HELO 250 delivers in one attempt") {
  const History history(
      {"connect", "ehlo 451", "ehlo 250", "mail a@x", "rcpt r@y", "data", "message m1", "quit"}
  );
  CHECK(history.attempts() == Lines{"delivery message accepted 250 +"});
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1"});
}

TEST_CASE("smtplib once per campaign is one deferred attempt for each message") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "rset",
       "left",
       "connect",
       "ehlo",
       "mail a@x",
       "rcpt s@y 452",
       "rset",
       "left"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y deferred 1", "a@x s@y deferred 2"});
}

TEST_CASE("a loop of refused MAILs is a row of attempts of one sender") {
  History history;
  for (int i = 0; i < 4; ++i) history.play({"connect", "ehlo", "mail a@x 452", "quit", "+60"});
  CHECK(history.attempts() == Lines(4, "sender mail deferred 452"));
  CHECK(history.deliveries.attempt(4)->gap > std::chrono::seconds(60));
}

TEST_CASE("452 4.5.3 and then the rest at once") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "rcpt s@y! 452",
       "data",
       "message m1",
       "mail a@x",
       "rcpt s@y",
       "data",
       "message m1",
       "quit"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1", "a@x s@y accepted 2,3"});
  CHECK(history.deliveries.attempt(3)->gap < std::chrono::seconds(1));
}

TEST_CASE("two workers sending one message are one unambiguous delivery with two copies") {
  const History history(
      {"connect",
       "B connect",
       "ehlo",
       "B ehlo",
       "mail a@x",
       "B mail a@x",
       "rcpt r@y",
       "B rcpt r@y",
       "data",
       "B data",
       "message m1",
       "B message m1",
       "quit",
       "B quit"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2 x2"});
}

TEST_CASE("451 yet stored and then 250 is one delivery with two copies") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "body m1",
       "store",
       "answer 451",
       "quit",
       "connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "message m1",
       "quit"}
  );
  CHECK(
      history.attempts() ==
      Lines{"delivery message deferred 451 +", "delivery message accepted 250 +"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2 x2"});
}

TEST_CASE("250 yet discarded is delivered as far as the sender can know") {
  const History history(
      {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "body m1", "answer 250", "quit"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1"});
  CHECK(history.deliveries.delivery(1)->copies == 0);
}

TEST_CASE("after a lost final reply the second copy belongs to the same delivery") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "body m1",
       "store",
       "reset",
       "+60",
       "connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "message m1",
       "quit"}
  );
  CHECK(history.attempts() == Lines{"delivery message lost +", "delivery message accepted 250 +"});
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2 x2"});
}

TEST_CASE("a reply slower than the timeout of the client loses the attempt") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "body m1",
       "fired slow",
       "+10",
       "left-held",
       "connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "message m1",
       "quit"}
  );
  CHECK(history.attempts() == Lines{"delivery message lost", "delivery message accepted 250 +"});
  CHECK(history.deliveries.attempt(1)->rule == "slow");
}

TEST_CASE("a blackhole that the client leaves for good is one lost attempt of the client") {
  const History history({"connect -", "fired blackhole", "+300", "left-held"});
  CHECK(history.attempts() == Lines{"client connect lost"});
  CHECK(history.deliveries.attempt(1)->rule == "blackhole");
  CHECK(history.deliveries.attempt(1)->end > std::chrono::seconds(300));
}

TEST_CASE("several connections at once against a 421 greeting are one attempt each") {
  const History history(
      {"connect 421", "B connect 421", "C connect 421", "closed", "B closed", "C closed"}
  );
  CHECK(history.attempts() == Lines(3, "client connect deferred 421"));
}

TEST_CASE("a refused greeting between two attempts leaves the gap of the delivery alone") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "quit",
       "+5",
       "connect 421",
       "closed",
       "+5",
       "connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "message m1",
       "quit"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,3"});
  CHECK(history.deliveries.attempt(3)->gap > std::chrono::seconds(10));
}

TEST_CASE(
    "554 after the dot and a clean message later stay in one delivery that two Message-IDs make "
    "ambiguous"
) {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "message m1 554",
       "quit",
       "+60",
       "connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "message m2",
       "quit"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2 ?"});
}

TEST_CASE("a pipelining sender with RCPTs behind a refused MAIL is retried per recipient") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x 452",
       "rcpt r@y! 503",
       "data 503",
       "quit",
       "+60",
       "connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "message m1",
       "quit"}
  );
  CHECK(
      history.attempts() == Lines{"delivery mail deferred 452", "delivery message accepted 250 +"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2"});
  CHECK(history.deliveries.attempt(2)->gap > std::chrono::seconds(60));
}

TEST_CASE("several messages on one connection are attempts of their own deliveries") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "data",
       "message m1",
       "mail a@x",
       "rcpt s@y",
       "data",
       "message m2",
       "rset",
       "mail a@x",
       "rcpt t@y 550",
       "quit"}
  );
  CHECK(
      history.delivered() == Lines{"a@x r@y accepted 1", "a@x s@y accepted 2", "a@x t@y rejected 3"}
  );
}

TEST_CASE("a partial refusal leaves only the refused recipient to be tried again") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "rcpt s@y 452",
       "rcpt t@y 550",
       "data",
       "message m1",
       "quit",
       "+60",
       "connect",
       "ehlo",
       "mail a@x",
       "rcpt s@y",
       "data",
       "message m1",
       "quit"}
  );
  CHECK(
      history.delivered() ==
      Lines{"a@x r@y accepted 1", "a@x s@y accepted 2,4", "a@x t@y rejected 3"}
  );
  CHECK(history.deliveries.attempt(2)->message_id == "m1");
}

}  // namespace
