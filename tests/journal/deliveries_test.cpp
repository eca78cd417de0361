// Which attempts belong together, and the histories of real senders that a judge must understand.
#include "journal/deliveries.hpp"

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

TEST_CASE("attempts with the same sender and recipient are one delivery until it is accepted") {
  History history;
  try_once(history, "452");
  try_once(history, "550");
  try_once(history, "250");
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2,3"});
}

TEST_CASE("acceptance closes a delivery and the next RCPT opens another") {
  History history;
  try_once(history, "250", "message m1");
  try_once(history, "452");
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1", "a@x r@y deferred 2"});
}

TEST_CASE("the same Message-ID joins a later delivery back as a copy") {
  History history;
  try_once(history, "250", "message m1");
  try_once(history, "452");
  try_once(history, "250", "message m1");
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2,3 x2"});
  CHECK(history.deliveries.attempt(2)->gap.has_value());
}

TEST_CASE("a copy leaves behind what another connection had accepted beside it") {
  History history;
  try_once(history, "250", "message m1");
  history.play({"connect", "ehlo", "mail a@x", "rcpt r@y", "data"});
  history.play({"B connect", "B ehlo", "B mail a@x", "B rcpt r@y", "B data", "B message m2"});
  history.play({"message m1", "quit", "B quit"});
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2 x2 ?", "a@x r@y accepted 3 ?"});
}

TEST_CASE("a key that was seen with two Message-IDs is ambiguous") {
  History history;
  try_once(history, "250", "message m1");
  CHECK_FALSE(history.deliveries.delivery(1)->ambiguous);
  try_once(history, "250", "message m2");
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1 ?", "a@x r@y accepted 2 ?"});
}

TEST_CASE("an application that resends with a new Message-ID makes an ambiguous delivery") {
  History history;
  try_once(history, "250", "message m1 451");
  try_once(history, "250", "message m2");
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2 ?"});
}

TEST_CASE("the same text twice without Message-ID proves nothing") {
  History history;
  try_once(history, "250", "message -");
  try_once(history, "250", "message -");
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1", "a@x r@y accepted 2"});
}

TEST_CASE("two connections at once are ambiguous unless the same Message-ID is on both") {
  const auto both = [](std::string_view one, std::string_view other) {
    History history(
        {"connect",
         "ehlo",
         "mail a@x",
         "rcpt r@y",
         "B connect",
         "B ehlo",
         "B mail a@x",
         "B rcpt r@y",
         "data",
         "B data"}
    );
    history.step(one);
    history.step(other);
    history.play({"quit", "B quit"});
    return history.delivered();
  };
  CHECK(both("message m1", "B message m1") == Lines{"a@x r@y accepted 1,2 x2"});
  CHECK(both("message m1", "B message m2") == Lines{"a@x r@y accepted 1,2 x2 ?"});
  CHECK(both("message m1", "B message -") == Lines{"a@x r@y accepted 1,2 x2 ?"});
  CHECK(both("message m1 451", "B message m1 451") == Lines{"a@x r@y deferred 1,2"});
}

TEST_CASE("two connections at once that never show their content are ambiguous") {
  const History history(
      {"connect",
       "B connect",
       "ehlo",
       "B ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "B mail a@x",
       "B rcpt r@y 452",
       "quit",
       "B quit"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y deferred 1,2 ?"});
}

TEST_CASE("a promise of one message per key keeps every attempt in one delivery") {
  History history;
  history.setup({.scenario = "s", .delivery_unique = true});
  try_once(history, "250", "message m1");
  try_once(history, "452");
  try_once(history, "250", "message -");
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2,3 x2"});
}

TEST_CASE("the null sender has deliveries as well") {
  const History history(
      {"connect",
       "ehlo",
       "mail <>",
       "rcpt r@y 452",
       "rset",
       "mail <>",
       "rcpt r@y",
       "data",
       "message d1",
       "quit"}
  );
  CHECK(history.delivered() == Lines{"<> r@y accepted 1,2"});
}

TEST_CASE("the count of copies is of what was stored") {
  History history;
  history.play(
      {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "body m1", "store", "answer 451", "quit"}
  );
  try_once(history, "250", "message m1");
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1,2 x2"});
}

TEST_CASE("counts cover the whole run") {
  History history;
  try_once(history, "452");
  try_once(history, "250");
  history.play({"connect 554", "quit", "connect", "ehlo", "mail a@x", "rcpt s@y -", "closed"});
  history.play({"connect", "ehlo", "mail a@x", "rcpt s@y", "left"});
  const auto& counts = history.deliveries.counts();
  CHECK(counts.connections == 5);
  CHECK(counts.messages == 1);
  CHECK(counts.stored == 1);
  CHECK(counts.attempts == 5);
  CHECK(counts.deferred == 1);
  CHECK(counts.accepted == 1);
  CHECK(counts.rejected == 1);
  CHECK(counts.lost == 1);
  CHECK(counts.abandoned == 1);
}

TEST_CASE("beyond the limit the oldest delivery is forgotten as a whole and counted") {
  History history({.attempts = 3, .connections = 10});
  history.play(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "rset",
       "mail a@x",
       "rcpt s@y 452",
       "rset",
       "mail a@x",
       "rcpt r@y 452",
       "rset",
       "mail a@x",
       "rcpt t@y 452",
       "quit"}
  );
  CHECK(history.delivered() == Lines{"a@x s@y deferred 2", "a@x t@y deferred 4"});
  CHECK(history.deliveries.dropped() == 3);
  CHECK(history.deliveries.counts().attempts == 4);
  CHECK_FALSE(history.deliveries.attempt(1));
}

TEST_CASE("a delivery with an attempt in hand is not forgotten first") {
  History history({.attempts = 2, .connections = 10});
  history.play(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "B connect",
       "B ehlo",
       "B mail b@x",
       "B rcpt s@y 452",
       "B rcpt t@y 452",
       "data",
       "message m1",
       "quit"}
  );
  CHECK(history.delivered() == Lines{"a@x r@y accepted 1", "b@x t@y deferred 3"});
}

TEST_CASE("with nothing but attempts in hand the limit holds all the same") {
  History history({.attempts = 2, .connections = 10});
  history.play(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y",
       "rcpt s@y",
       "rcpt t@y",
       "data",
       "message m1",
       "quit"}
  );
  CHECK(history.deliveries.attempts(0, 10).size() == 2);
  CHECK(history.deliveries.dropped() == 2);
}

TEST_CASE("a connection beyond the limit is not followed and counted as dropped") {
  History history({.attempts = 100, .connections = 1});
  history.play(
      {"connect", "ehlo", "B connect", "B ehlo", "B mail a@x", "B rcpt r@y 452", "B quit", "quit"}
  );
  CHECK(history.attempts().empty());
  CHECK(history.deliveries.dropped() == 1);
  try_once(history, "452");
  CHECK(history.attempts() == Lines{"delivery rcpt deferred 452"});
}

TEST_CASE("a receiver that sees a connection from RCPT on has its attempts") {
  journal::Deliveries deliveries;
  journal::Event rcpt{.connection = 5, .kind = journal::Kind::command};
  rcpt.stage = base::Stage::rcpt;
  rcpt.subject = "r@y";
  rcpt.at = rcpt.began = std::chrono::seconds(3);
  deliveries.add(rcpt);
  journal::Event reply{.connection = 5, .kind = journal::Kind::reply, .code = 452};
  reply.stage = base::Stage::rcpt;
  deliveries.add(reply);
  REQUIRE(deliveries.attempt(1));
  CHECK(deliveries.attempt(1)->outcome == journal::Outcome::deferred);
  CHECK(deliveries.attempt(1)->begin == std::chrono::seconds(3));
}

TEST_CASE("pages begin after an id and end at the limit") {
  History history;
  for (int i = 0; i < 5; ++i) try_once(history, "452");
  const auto page = history.deliveries.attempts(2, 2);
  REQUIRE(page.size() == 2);
  CHECK(page[0].id == 3);
  CHECK(page[1].id == 4);
  CHECK(history.deliveries.attempts(5, 2).empty());
  CHECK(history.deliveries.deliveries(1, 10).empty());
}

}  // namespace
