// Replies that were planned and never came to the client: which attempts they concern.
#include "support/catch.hpp"
#include "support/virtual_receiver.hpp"

using namespace std::chrono_literals;
using journal::Kind;
using journal::Outcome;
using test_support::VirtualReceiver;

TEST_CASE("each of several replies that were cut names its own reply") {
  VirtualReceiver world("[[rule]]\nat='rcpt'\nmatch={recipient='full@*'}\nreply='452 4.3.1 full'\n"
  );
  auto client = world.connect();
  client->say("EHLO c.test");
  client->stop_reading();
  client->send("MAIL FROM:<a@c.test>\r\nRCPT TO:<full@x.test>\r\nRCPT TO:<r@x.test>\r\n");
  client->leave(receiver::Left::reset);
  const auto cuts = world.events(Kind::cut);
  REQUIRE(cuts.size() == 3);
  CHECK(cuts[0]->reply != cuts[1]->reply);
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].outcome == Outcome::abandoned);
}

TEST_CASE("a refusal that a client did not wait for behind garbage is lost") {
  VirtualReceiver world(
      "[[rule]]\nat='rcpt'\ndo=[{garbage=200},{delay='10s'},{reply='452 4.3.1 full'}]\n"
  );
  auto client = world.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<a@c.test>");
  client->say("RCPT TO:<r@x.test>");
  world.advance(5s);
  client->leave();
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].outcome == Outcome::lost);
}

TEST_CASE("an attempt ends with its refusal and not with the garbage before it") {
  VirtualReceiver world(
      "[[rule]]\nat='rcpt'\ndo=[{garbage=200},{delay='10s'},{reply='452 4.3.1 full'}]\n"
  );
  auto client = world.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<a@c.test>");
  client->say("RCPT TO:<r@x.test>");
  world.advance(20s);
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].end - attempts[0].begin == 10s);
}

TEST_CASE("recipients pipelined behind a 421 to MAIL are named by their RCPTs") {
  VirtualReceiver world("[[rule]]\nat='mail'\nreply='421 4.3.2 going down'\n");
  auto client = world.connect();
  client->say("EHLO c.test");
  client->send("MAIL FROM:<a@c.test>\r\nRCPT TO:<r@x.test>\r\nRCPT TO:<s@x.test>\r\nDATA\r\n");
  CHECK_FALSE(client->open());
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 2);
  for (const auto& attempt : attempts) {
    CHECK(attempt.scope == journal::Scope::delivery);
    CHECK(attempt.outcome == Outcome::deferred);
    CHECK(attempt.code == 421);
  }
  CHECK(attempts[0].recipient == "r@x.test");
  CHECK(attempts[1].recipient == "s@x.test");
}
