// A conversation in virtual time: the order of things that no transcript shows, and what the
// journal makes of them.
#include <rapidcheck.h>

#include "support/catch.hpp"
#include "support/virtual_receiver.hpp"

using namespace std::chrono_literals;
using journal::Kind;
using journal::Outcome;
using test_support::VirtualReceiver;

namespace {

constexpr auto kHealthy = "";

// EHLO, MAIL, RCPT and DATA up to the 354.
void open_message(test_support::VirtualClient& client, std::string_view recipient = "r@x.test") {
  client.say("EHLO c.test");
  client.say("MAIL FROM:<a@c.test>");
  client.say("RCPT TO:<" + std::string(recipient) + ">");
  client.say("DATA");
}

std::string rule(std::string_view body) {
  return "[[rule]]\n" + std::string(body) + "\n";
}

}  // namespace

TEST_CASE("a message is in the journal before its 250 is handed over") {
  VirtualReceiver world(kHealthy);
  auto client = world.connect();
  open_message(*client);
  client->stop_reading();
  client->send("Subject: x\r\n\r\nhello\r\n.\r\n");
  REQUIRE(world.events(Kind::stored).size() == 1);
  const auto replies = world.events(Kind::reply);
  CHECK(replies.back()->code == 250);
  CHECK(replies.back()->seq > world.events(Kind::stored).front()->seq);
}

TEST_CASE("a delayed acceptance stores at its own instant and not before") {
  VirtualReceiver world(rule("at='message'\ndo=[{delay='2s'},{accept=true},{reset=true}]"));
  auto client = world.connect();
  open_message(*client);
  client->send("x\r\n.\r\n");
  world.advance(1999ms);
  CHECK(world.events(Kind::stored).empty());
  CHECK(client->open());
  world.advance(1ms);
  REQUIRE(world.events(Kind::stored).size() == 1);
  CHECK(world.events(Kind::stored).front()->flag);
  CHECK(client->ending() == wire::Ending::reset);
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].outcome == Outcome::lost);
  CHECK(attempts[0].stored);
}

TEST_CASE("a client gone before the acceptance has stored nothing and lost its attempt to us") {
  VirtualReceiver world(rule("at='message'\ndelay='2s'"));
  auto client = world.connect();
  open_message(*client);
  client->send("x\r\n.\r\n");
  world.advance(1s);
  client->leave();
  world.advance(10s);
  CHECK(world.events(Kind::stored).empty());
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].outcome == Outcome::lost);
  CHECK_FALSE(attempts[0].stored);
  REQUIRE(world.events(Kind::ended).size() == 1);
  CHECK(world.events(Kind::ended).front()->held);
}

TEST_CASE("a client that leaves by itself has abandoned its attempt") {
  VirtualReceiver world(kHealthy);
  auto client = world.connect();
  open_message(*client);
  client->send("half a mess");
  client->leave();
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].outcome == Outcome::abandoned);
  CHECK_FALSE(world.events(Kind::ended).front()->held);
}

TEST_CASE("a later transaction begins with the arrival of its MAIL even if it had to wait") {
  VirtualReceiver world(rule("at='message'\ndelay='3s'"));
  auto client = world.connect();
  open_message(*client);
  client->send("x\r\n.\r\n");
  world.advance(1s);
  client->send("MAIL FROM:<a@c.test>\r\nRCPT TO:<second@x.test>\r\n");
  world.advance(2s);
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[1].recipient == "second@x.test");
  CHECK(attempts[1].begin - attempts[0].begin == 1s);
  CHECK(attempts[0].end - attempts[0].begin == 3s);
}

TEST_CASE("a delay still reads and answers the pipelined rest in order") {
  VirtualReceiver world(rule("at='mail'\ndelay='1s'"));
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(client->send("MAIL FROM:<a@c.test>\r\nRCPT TO:<r@x.test>\r\nDATA\r\n").empty());
  world.advance(999ms);
  CHECK(client->take().empty());
  world.advance(1ms);
  const auto replies = client->take();
  CHECK(replies.find("250 2.1.0") == 0);
  CHECK(replies.find("354") != std::string::npos);
}

TEST_CASE("phases are recorded at their own instants in order") {
  VirtualReceiver world(
      "[time]\nscale=60\n[[phase]]\nname='full'\nfor='30m'\n[[phase]]\nname='ill'\nfor='1h'\n[["
      "phase]]\nname='well'\n"
  );
  world.connect();
  world.advance(10min);
  const auto phases = world.events(Kind::phase);
  REQUIRE(phases.size() == 2);
  CHECK(phases[0]->phase.view() == "ill");
  CHECK(phases[0]->at - world.events(Kind::connected).front()->at == 30s);
  CHECK(phases[1]->phase.view() == "well");
  CHECK(phases[1]->at - phases[0]->at == 60s);
}

TEST_CASE("the receiver clock stands still until the first connection") {
  VirtualReceiver world(
      "[[phase]]\nname='full'\nfor='10s'\n[[phase]]\nname='well'\n" +
      rule("at='connect'\nduring='full'\nreply='421 4.3.2 down'")
  );
  world.advance(1h);
  CHECK(world.connect()->take().find("421 4.3.2 down") == 0);
  world.advance(10s);
  CHECK(world.connect()->take().find("220 ") == 0);
}

TEST_CASE("a new scenario reaches a pooled connection at its next MAIL") {
  VirtualReceiver world(kHealthy);
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(client->say("MAIL FROM:<a@c.test>").find("250") == 0);
  world.receiver().use(
      test_support::scenario_of(rule("at='rcpt'\nreply='452 4.3.1 full'")), world.now()
  );
  CHECK(client->say("RCPT TO:<r@x.test>").find("250") == 0);
  client->say("RSET");
  client->say("MAIL FROM:<a@c.test>");
  CHECK(client->say("RCPT TO:<r@x.test>").find("452 4.3.1 full") == 0);
}

TEST_CASE("an idle client is told 421 and a stuck one is dropped") {
  VirtualReceiver world(kHealthy);
  auto idle = world.connect();
  idle->take();
  idle->conversation().timed_out(world.now());
  world.advance(1ms);
  idle->say("");
  CHECK(world.events(Kind::ended).front()->ending == journal::Ending::timeout);

  auto stuck = world.connect();
  stuck->stop_reading();
  stuck->say("EHLO c.test");
  stuck->conversation().timed_out(world.now());
  stuck->say("");
  CHECK_FALSE(stuck->open());
  CHECK(world.events(Kind::cut).size() == 1);
}

TEST_CASE("draining lets a transaction finish and then says 421") {
  VirtualReceiver world(kHealthy);
  auto busy = world.connect();
  open_message(*busy);
  busy->conversation().drain(world.now());
  const auto replies = busy->send("x\r\n.\r\n");
  CHECK(replies.find("250 2.0.0") == 0);
  CHECK(replies.find("421 4.3.2") != std::string::npos);
  CHECK_FALSE(busy->open());
  CHECK(world.events(Kind::ended).front()->ending == journal::Ending::drained);
  CHECK(world.attempts().size() == 1);
}

TEST_CASE("a reply cut by a truncate says how much of it left") {
  VirtualReceiver world(rule("at='rcpt'\ndo=[{truncate=2},{reply='452 4.3.1 Mail system full'}]"));
  auto client = world.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<a@c.test>");
  CHECK(client->say("RCPT TO:<r@x.test>") == "45");
  const auto cuts = world.events(Kind::cut);
  REQUIRE(cuts.size() == 1);
  CHECK(cuts[0]->count == 2);
  CHECK(world.attempts().at(0).outcome == Outcome::lost);
}

TEST_CASE("a repeated recipient gets the same answer and claims nothing") {
  VirtualReceiver world(rule("at='rcpt'\ntimes=1\nreply='452 4.3.1 full'"));
  auto client = world.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<a@c.test>");
  CHECK(client->say("RCPT TO:<r@x.test>").find("452") == 0);
  CHECK(client->say("RCPT TO:<r@X.TEST>").find("452") == 0);
  CHECK(world.attempts().size() == 1);
  client->say("RSET");
  client->say("MAIL FROM:<a@c.test>");
  CHECK(client->say("RCPT TO:<r@x.test>").find("250") == 0);
}

TEST_CASE("a client that reads nothing is not answered without bound") {
  VirtualReceiver world(kHealthy);
  auto client = world.connect();
  client->say("EHLO c.test");
  client->stop_reading();
  std::string flood;
  for (int i = 0; i < 50'000; ++i) flood += "NOOP\r\n";
  client->send(flood);
  std::size_t replies = world.events(Kind::reply).size();
  CHECK(replies < 20'000);
  CHECK(client->open());
}

namespace {

// One client's story: attempts at its own recipient until it is accepted or `tries` are used up.
struct Sender {
  std::string recipient;
  int tries = 0;
  std::string outcomes{};
};

void attempt(VirtualReceiver& world, Sender& sender) {
  auto client = world.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<a@c.test>");
  sender.outcomes += client->say("RCPT TO:<" + sender.recipient + ">").substr(0, 3) + " ";
  client->say("QUIT");
}

}  // namespace

TEST_CASE(
    "the same seed and attempts give the same outcomes whatever the interleaving",
    "[label:same-seed]"
) {
  REQUIRE(rc::check([] {
    const auto toml =
        rule("at='rcpt'\nchance=0.5\nreply='452 4.3.1 full'") +
        rule("at='rcpt'\nname='b'\nchance=0.3\nper='recipient'\nreply='550 5.1.1 no'");
    constexpr int kSenders = 4;
    constexpr int kTries = 6;
    const auto fresh = [] {
      std::vector<Sender> senders;
      for (int i = 0; i < kSenders; ++i) senders.push_back({"r" + std::to_string(i) + "@x.test"});
      return senders;
    };
    auto in_turn = fresh();
    VirtualReceiver first(toml);
    for (auto& sender : in_turn) {
      for (int i = 0; i < kTries; ++i) attempt(first, sender);
    }
    auto mixed = fresh();
    VirtualReceiver second(toml);
    for (;;) {
      std::vector<Sender*> willing;
      for (auto& sender : mixed) {
        if (sender.tries < kTries) willing.push_back(&sender);
      }
      if (willing.empty()) break;
      auto& next = *willing[*rc::gen::inRange<std::size_t>(0, willing.size())];
      ++next.tries;
      attempt(second, next);
    }
    for (std::size_t i = 0; i < kSenders; ++i) RC_ASSERT(in_turn[i].outcomes == mixed[i].outcomes);
  }));
}

TEST_CASE("a reply can say how long its phase lasts") {
  VirtualReceiver world(
      "[[phase]]\nname='full'\nfor='10m'\n[[phase]]\nname='well'\n" +
      rule("at='mail'\nduring='full'\nreply='451 4.3.2 try again in {retry_after}'")
  );
  auto client = world.connect();
  client->say("EHLO c.test");
  world.advance(4min);
  CHECK(client->say("MAIL FROM:<a@c.test>") == "451 4.3.2 try again in 360 seconds\r\n");
}

TEST_CASE("no credential reaches the journal") {
  VirtualReceiver world(kHealthy);
  auto client = world.connect();
  client->say("EHLO c.test");
  client->send("AUTH PLAIN c2VjcmV0\r\nAUTH c2VjcmV0\r\nc2VjcmV0\r\n");
  for (const auto& event : world.events()) {
    CHECK(event->subject.find("c2Vj") == std::string::npos);
    CHECK(event->text.find("c2Vj") == std::string::npos);
  }
}

TEST_CASE("a half close of ours loses what it left undecided") {
  VirtualReceiver world(rule("at='rcpt'\nname='shut'\ndo=[{half_close=true}]"));
  auto client = world.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<a@c.test>");
  client->say("RCPT TO:<r@x.test>");
  client->leave();
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].outcome == Outcome::lost);
  CHECK(attempts[0].rule == "shut");
}
