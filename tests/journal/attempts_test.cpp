// What is an attempt, of which scope, when it begins and ends, and how it comes out.
#include "journal/history.hpp"
#include "journal/json.hpp"
#include "support/catch.hpp"

namespace {

using journal::testing::History;
using Lines = std::vector<std::string>;

struct Row {
  const char* name;
  std::initializer_list<std::string_view> steps;
  Lines attempts;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(History(row.steps).attempts() == row.attempts);
  }
}

TEST_CASE("a connection that ends without MAIL by a refusal or by us is an attempt of scope client"
) {
  check({
      {"greeting 451", {"connect 451", "quit"}, {"client connect deferred 451"}},
      {"greeting 554 and the client leaves",
       {"connect 554", "left"},
       {"client connect rejected 554"}},
      {"greeting 421", {"connect 421", "closed"}, {"client connect deferred 421"}},
      {"greeting 554 then EHLO and MAIL out of sequence",
       {"connect 554", "ehlo 503", "mail a@x! 503", "quit"},
       {"client connect rejected 554"}},
      {"EHLO 451", {"connect", "ehlo 451", "quit"}, {"client ehlo deferred 451"}},
      {"EHLO 451 then RSET", {"connect", "ehlo 451", "rset", "quit"}, {"client ehlo deferred 451"}},
      {"EHLO 550 then HELO 550",
       {"connect", "ehlo 550", "ehlo 554", "quit"},
       {"client ehlo rejected 554"}},
      {"STARTTLS 454",
       {"connect", "ehlo", "starttls 454", "quit"},
       {"client starttls deferred 454"}},
      {"AUTH 535", {"connect", "ehlo", "auth 535", "left"}, {"client auth rejected 535"}},
      {"EHLO 421", {"connect", "ehlo 421", "closed"}, {"client ehlo deferred 421"}},
      {"421 to NOOP", {"connect", "ehlo", "noop 421", "closed"}, {"client noop deferred 421"}},
      {"421 out of the blue and we close",
       {"connect", "ehlo", "say 421", "closed"},
       {"client ehlo deferred 421"}},
      {"no greeting and RST", {"connect -", "reset"}, {"client connect lost"}},
      {"closed before the greeting", {"connect -", "closed"}, {"client connect lost"}},
      {"closed in place of a reply to EHLO", {"connect", "ehlo -", "closed"}, {"client ehlo lost"}},
      {"a greeting cut short", {"connect", "cut", "closed"}, {"client connect lost"}},
      {"a refusal cut short", {"connect 451", "cut", "closed"}, {"client connect lost"}},
      {"reset after a good EHLO", {"connect", "ehlo", "reset"}, {"client ehlo lost"}},
  });
}

TEST_CASE("a refusal that is followed by more on the same connection is no attempt") {
  check({
      {"EHLO 451 then HELO and mail",
       {"connect", "ehlo 451", "ehlo 250", "mail a@x", "rcpt r@y", "data", "message m1", "quit"},
       {"delivery message accepted 250 +"}},
      {"EHLO 451 then HELO and nothing", {"connect", "ehlo 451", "ehlo 250", "quit"}, {}},
      {"STARTTLS 454 then clear text",
       {"connect", "ehlo", "starttls 454", "mail a@x", "rcpt r@y 452", "quit"},
       {"delivery rcpt deferred 452"}},
      {"STARTTLS not offered then EHLO again",
       {"connect", "ehlo", "starttls 502", "ehlo", "quit"},
       {}},
      {"AUTH 535 then another one that works",
       {"connect", "ehlo", "auth 535", "auth 235", "quit"},
       {}},
  });
}

TEST_CASE("a 421 or close by the idle timer or drain outside a transaction is no attempt") {
  check({
      {"idle timer", {"connect", "ehlo", "say 421", "timeout"}, {}},
      {"drain", {"connect", "ehlo", "say 421", "drained"}, {}},
      {"drain before EHLO", {"connect", "drained"}, {}},
      {"drain after a message",
       {"connect",
        "ehlo",
        "mail a@x",
        "rcpt r@y",
        "data",
        "message m1",
        "rset",
        "say 421",
        "drained"},
       {"delivery message accepted 250 +"}},
  });
}

TEST_CASE("a client that leaves by itself before MAIL made no attempt unless we held its reply") {
  check({
      {"port probe", {"connect", "left"}, {}},
      {"EHLO and QUIT", {"connect", "ehlo", "quit"}, {}},
      {"left before a quick greeting", {"connect -", "left"}, {}},
      {"QUIT that we broke", {"connect", "ehlo", "bye -", "closed"}, {}},
      {"left while we held the greeting", {"connect -", "left-held"}, {"client connect lost"}},
      {"left while we held the EHLO reply",
       {"connect", "ehlo -", "left-held"},
       {"client ehlo lost"}},
  });
}

TEST_CASE("a refused MAIL without RCPT is an attempt of scope sender") {
  check({
      {"452 at MAIL", {"connect", "ehlo", "mail a@x 452", "quit"}, {"sender mail deferred 452"}},
      {"550 at MAIL", {"connect", "ehlo", "mail a@x 550", "left"}, {"sender mail rejected 550"}},
      {"552 by the healthy server",
       {"connect", "ehlo", "mail a@x! 552", "quit"},
       {"sender mail rejected 552"}},
      {"421 at MAIL", {"connect", "ehlo", "mail a@x 421", "closed"}, {"sender mail deferred 421"}},
      {"broken at MAIL", {"connect", "ehlo", "mail a@x -", "reset"}, {"sender mail lost"}},
      {"broken after MAIL", {"connect", "ehlo", "mail a@x", "closed"}, {"sender mail lost"}},
      {"left while we held it",
       {"connect", "ehlo", "mail a@x -", "left-held"},
       {"sender mail lost"}},
      {"cut short", {"connect", "ehlo", "mail a@x 452", "cut", "closed"}, {"sender mail lost"}},
      {"two refused MAILs",
       {"connect", "ehlo", "mail a@x 451", "rset", "mail b@x 451", "quit"},
       {"sender mail deferred 451", "sender mail deferred 451"}},
  });
}

TEST_CASE("an accepted MAIL that the client does not follow up is no attempt") {
  check({
      {"QUIT", {"connect", "ehlo", "mail a@x", "quit"}, {}},
      {"left", {"connect", "ehlo", "mail a@x", "left"}, {}},
      {"MAIL before EHLO", {"connect", "mail a@x! 503", "quit"}, {}},
  });
}

TEST_CASE("RCPTs behind a refused MAIL are attempts of their deliveries with its answer") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x 452",
       "rcpt r@y! 503",
       "rcpt s@y! 503",
       "rcpt r@y! 503",
       "data 503",
       "rset",
       "quit"}
  );
  CHECK(history.attempts() == Lines{"delivery mail deferred 452", "delivery mail deferred 452"});
  CHECK(history.delivered() == Lines{"a@x r@y deferred 1", "a@x s@y deferred 2"});
  CHECK(history.deliveries.attempt(2)->reply == "452 text");
}

TEST_CASE("from RCPT on there is one attempt per recipient") {
  check({
      {"two recipients of two minds",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "rcpt s@y 550", "data", "message m1", "quit"},
       {"delivery message accepted 250 +", "delivery rcpt rejected 550"}},
      {"the same recipient twice",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "rcpt r@Y", "data", "message m1", "quit"},
       {"delivery message accepted 250 +"}},
      {"refused and then taken in one transaction",
       {"connect", "ehlo", "mail a@x", "rcpt r@y 452", "rcpt r@y", "data", "message m1", "quit"},
       {"delivery message accepted 250 +"}},
      {"a local part is not folded",
       {"connect", "ehlo", "mail a@x", "rcpt r@y 450", "rcpt R@y 450", "quit"},
       {"delivery rcpt deferred 450", "delivery rcpt deferred 450"}},
      {"too many recipients for the healthy server",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "rcpt s@y! 452", "data", "message m1", "quit"},
       {"delivery message accepted 250 +", "delivery rcpt deferred 452"}},
      {"ill-formed RCPT", {"connect", "ehlo", "mail a@x", "rcpt r@y! 501", "quit"}, {}},
  });
}

TEST_CASE("the deciding reply may come at RCPT or DATA or after the dot") {
  check({
      {"RCPT",
       {"connect", "ehlo", "mail a@x", "rcpt r@y 452", "quit"},
       {"delivery rcpt deferred 452"}},
      {"DATA decides every accepted recipient",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "rcpt s@y", "data 451", "quit"},
       {"delivery data deferred 451", "delivery data deferred 451"}},
      {"message",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "message m1 554", "quit"},
       {"delivery message rejected 554"}},
      {"421 after the dot",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "message m1 421", "closed"},
       {"delivery message deferred 421"}},
      {"DATA 554 behind refused RCPTs changes nothing",
       {"connect", "ehlo", "mail a@x", "rcpt r@y 452", "rcpt s@y 550", "data 554", "rset", "quit"},
       {"delivery rcpt deferred 452", "delivery rcpt rejected 550"}},
      {"DATA once more after a refusal",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data 451", "data", "message m1", "quit"},
       {"delivery data deferred 451", "delivery message accepted 250 +"}},
  });
}

TEST_CASE("lost means that we broke the connection or held the reply when the client left") {
  check({
      {"closed at RCPT",
       {"connect", "ehlo", "mail a@x", "rcpt r@y -", "closed"},
       {"delivery rcpt lost"}},
      {"reset at DATA",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data -", "reset"},
       {"delivery data lost"}},
      {"reset in mid-data",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "reset"},
       {"delivery data lost"}},
      {"idle timer in a transaction",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "say 421", "timeout"},
       {"delivery rcpt lost 421"}},
      {"drained in a transaction",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "say 421", "drained"},
       {"delivery rcpt lost 421"}},
      {"421 to another recipient",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "rcpt s@y 421", "closed"},
       {"delivery rcpt lost 421", "delivery rcpt deferred 421"}},
      {"a delayed reply and the client leaves",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "body m1", "left-held"},
       {"delivery message lost"}},
      {"a negative reply cut short",
       {"connect", "ehlo", "mail a@x", "rcpt r@y 452", "cut", "closed"},
       {"delivery rcpt lost"}},
      {"a positive reply cut short",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "message m1", "cut", "closed"},
       {"delivery message lost +"}},
      {"a reply cut short because we were slow",
       {"connect", "ehlo", "mail a@x", "rcpt r@y 452", "cut", "left-held"},
       {"delivery rcpt lost"}},
      {"stored and then reset in place of the reply",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "body m1", "store", "reset"},
       {"delivery message lost +"}},
  });
}

TEST_CASE("abandoned means that the client left or gave up by itself") {
  check({
      {"left after RCPT",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "left"},
       {"delivery rcpt abandoned"}},
      {"left in mid-data",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "left"},
       {"delivery data abandoned"}},
      {"reset by the client",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "client-reset"},
       {"delivery rcpt abandoned"}},
      {"gone before the reply could leave",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "message m1", "cut", "client-reset"},
       {"delivery message abandoned +"}},
      {"RSET",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "rset", "quit"},
       {"delivery rcpt abandoned"}},
      {"EHLO",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "ehlo", "quit"},
       {"delivery rcpt abandoned"}},
      {"MAIL",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "mail b@x", "quit"},
       {"delivery rcpt abandoned"}},
      {"QUIT all or nothing",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "rcpt s@y 452", "quit"},
       {"delivery rcpt abandoned", "delivery rcpt deferred 452"}},
      {"a RCPT that was never answered before the next transaction",
       {"connect", "rcpt r@y -", "message m1", "rcpt s@y 452", "quit"},
       {"delivery message abandoned", "delivery rcpt deferred 452"}},
      {"NOOP gives nothing up",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "noop", "data", "message m1", "quit"},
       {"delivery message accepted 250 +"}},
  });
}

TEST_CASE("stored tells of a message that was kept whatever the reply said") {
  check({
      {"451 yet stored",
       {"connect",
        "ehlo",
        "mail a@x",
        "rcpt r@y",
        "data",
        "body m1",
        "store",
        "answer 451",
        "quit"},
       {"delivery message deferred 451 +"}},
      {"250 yet discarded",
       {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "body m1", "answer 250", "quit"},
       {"delivery message accepted 250"}},
      {"stored behind the reply",
       {"connect",
        "ehlo",
        "mail a@x",
        "rcpt r@y",
        "data",
        "body m1",
        "answer 250",
        "store",
        "quit"},
       {"delivery message accepted 250 +"}},
      {"not for the recipient that was refused",
       {"connect", "ehlo", "mail a@x", "rcpt s@y 550", "rcpt r@y", "data", "message m1", "quit"},
       {"delivery rcpt rejected 550", "delivery message accepted 250 +"}},
  });
}

TEST_CASE("a lost attempt names the rule that acted") {
  const History history({"connect", "ehlo", "mail a@x", "rcpt r@y -", "fired drop", "closed"});
  CHECK(history.deliveries.attempt(1)->rule == "drop");
  CHECK(history.deliveries.attempt(1)->nth == 3);
}

TEST_CASE("a rule whose reply is out has no part in what is lost later") {
  const History slow(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y -",
       "fired slow",
       "say 250",
       "+300",
       "say 421",
       "timeout"}
  );
  CHECK(slow.attempts() == Lines{"delivery rcpt lost 421"});
  CHECK(slow.deliveries.attempt(1)->rule.empty());
  CHECK(slow.deliveries.attempt(1)->nth == 0);

  const History cut(
      {"connect", "ehlo", "mail a@x", "rcpt r@y -", "fired drip", "say 250", "cut", "left-held"}
  );
  CHECK(cut.attempts() == Lines{"delivery rcpt lost"});
  CHECK(cut.deliveries.attempt(1)->rule == "drip");
}

TEST_CASE("an attempt knows the phase in which it was decided and its envelope identifier") {
  History history({"connect", "ehlo"});
  journal::Event named{.connection = history.connection(), .kind = journal::Kind::command};
  named.stage = base::Stage::mail;
  named.subject = "a@x";
  named.parameters = {{"SIZE", "1"}, {"envid", "e1"}};
  named.phase = base::Name("calm");
  history.deliveries.add(named);
  named.parameters.clear();
  named.kind = journal::Kind::reply;
  named.code = 250;
  history.deliveries.add(named);
  named.kind = journal::Kind::command;
  named.code = 0;
  named.stage = base::Stage::rcpt;
  named.subject = "r@y";
  history.deliveries.add(named);
  CHECK(history.deliveries.attempt(1)->phase.empty());
  named.kind = journal::Kind::reply;
  named.code = 452;
  named.phase = base::Name("full");
  history.deliveries.add(named);
  CHECK(history.deliveries.attempt(1)->phase == "full");
  CHECK(history.deliveries.attempt(1)->envid == "e1");
}

TEST_CASE("a connection turned away by the server itself was deferred") {
  History history;
  journal::Event refused{.connection = 7, .kind = journal::Kind::refused};
  refused.subject = "192.0.2.9";
  history.deliveries.add(refused);
  CHECK(history.attempts() == Lines{"client connect deferred 421"});
  CHECK(history.deliveries.attempt(1)->client == "192.0.2.9");
  CHECK(history.deliveries.counts().refused == 1);
}

TEST_CASE("a connection turned away by the server looks like one refused by its greeting") {
  journal::Event refused{.connection = 7, .kind = journal::Kind::refused};
  refused.seq = 3;
  refused.at = refused.judge = std::chrono::seconds(5);
  refused.subject = "192.0.2.9";
  refused.code = 421;
  refused.enhanced = "4.3.2";
  refused.text = "mx.test Too many connections";
  refused.phase = base::Name("calm");
  journal::Deliveries own;
  own.add(refused);

  journal::Event greeted = refused;
  greeted.kind = journal::Kind::connected;
  journal::Event reply = greeted;
  reply.kind = journal::Kind::reply;
  reply.stage = base::Stage::connect;
  reply.text = "421 4.3.2 mx.test Too many connections";
  journal::Event over = greeted;
  over.kind = journal::Kind::ended;
  over.ending = journal::Ending::closed;
  journal::Deliveries other;
  for (const auto& event : {greeted, reply, over}) other.add(event);

  std::string one;
  std::string two;
  append_json(one, *own.attempt(1), {});
  append_json(two, *other.attempt(1), {});
  CHECK(one == two);
  CHECK(own.attempt(1)->mail == own.attempt(1)->begin);
}

}  // namespace
