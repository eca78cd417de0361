// A receiver's own acts: what an advance of its clock, an offer and a look leave in the journal.
#include "support/catch.hpp"
#include "support/virtual_receiver.hpp"

using namespace std::chrono_literals;
using journal::Kind;
using test_support::VirtualReceiver;

namespace {

constexpr auto kPhases =
    "[[phase]]\nname='one'\nfor='1h'\n"
    "[[phase]]\nname='two'\nfor='1h'\n"
    "[[phase]]\nname='three'\n";

// "advanced one 90m", "phase two 2h": kind, phase and receiver clock of each event of these kinds.
std::vector<std::string> told(VirtualReceiver& world) {
  std::vector<std::string> lines;
  for (const auto& event : world.events({.kinds = {Kind::advanced, Kind::phase}})) {
    lines.push_back(
        std::string(journal::name_of(event->kind)) + " " + std::string(event->phase.view()) + " " +
        base::format_duration(event->clock)
    );
  }
  return lines;
}

}  // namespace

TEST_CASE("an advance moves the receiver clock and leaves the judge clock alone") {
  VirtualReceiver world("");
  auto client = world.connect();
  world.advance(10s);
  const auto before = world.receiver().status(world.now());
  world.receiver().advance(1h, world.now());
  const auto after = world.receiver().status(world.now());
  CHECK(after.receiver_clock == before.receiver_clock + 1h);
  CHECK(after.judge_clock == before.judge_clock);
  const auto events = world.events(Kind::advanced);
  REQUIRE(events.size() == 1);
  CHECK(events[0]->by == 1h);
  CHECK(events[0]->clock == 1h + 10s);
  CHECK(events[0]->judge == 10s);
}

TEST_CASE("every phase that an advance passes is recorded behind it and at once") {
  VirtualReceiver world(kPhases);
  auto client = world.connect();
  world.receiver().advance(150min, world.now());
  CHECK(
      told(world) ==
      std::vector<std::string>{"advanced one 2h30m", "phase two 2h30m", "phase three 2h30m"}
  );
  for (const auto& event : world.events(Kind::phase)) CHECK(event->at == 0us);
  CHECK(world.receiver().status(world.now()).phase == "three");
}

TEST_CASE("a phase ends sooner by what the clock was advanced") {
  VirtualReceiver world(kPhases);
  auto client = world.connect();
  world.receiver().advance(50min, world.now());
  world.advance(599s);
  CHECK(world.events(Kind::phase).empty());
  world.advance(1s);
  REQUIRE(world.events(Kind::phase).size() == 1);
  CHECK(world.events(Kind::phase)[0]->at == 10min);
}

TEST_CASE("a clock advanced before the first connection starts there") {
  VirtualReceiver world(kPhases);
  world.receiver().advance(90min, world.now());
  CHECK(world.receiver().status(world.now()).phase == "two");
  world.advance(1min);
  auto client = world.connect();
  CHECK(told(world) == std::vector<std::string>{"advanced one 1h30m", "phase two 1h30m"});
  world.advance(30min);
  CHECK(world.receiver().status(world.now()).phase == "three");
}

TEST_CASE("an advance without end stays within what a journal can hold") {
  VirtualReceiver world(kPhases);
  auto client = world.connect();
  for (int i = 0; i < 3; ++i) world.receiver().advance(base::Duration::max(), world.now());
  world.receiver().advance(-5s, world.now());
  const auto events = world.events(Kind::advanced);
  REQUIRE(events.size() == 4);
  CHECK(events[0]->by > std::chrono::hours(24 * 365 * 99));
  CHECK(events[1]->by == 0us);
  CHECK(events[3]->by == 0us);
  CHECK(events[3]->clock == events[0]->clock);
}

TEST_CASE("an offer names its recipient and is known to who looks") {
  VirtualReceiver world("");
  world.receiver().offered("r@x.test", world.now());
  const auto events = world.events(Kind::offered);
  REQUIRE(events.size() == 1);
  CHECK(events[0]->subject == "r@x.test");
  std::vector<std::string> recipients;
  world.receiver().look([&](const journal::Account& account) {
    for (const auto& offer : account.marks.offers()) recipients.push_back(offer.recipient);
  });
  CHECK(recipients == std::vector<std::string>{"r@x.test"});
}

TEST_CASE("without silence asked for observing always records and tells its moment") {
  VirtualReceiver world("");
  world.advance(3s);
  const auto first = world.receiver().observed(world.now(), 0s);
  const auto second = world.receiver().observed(world.now(), 0s);
  const auto events = world.events(Kind::observed);
  REQUIRE(events.size() == 2);
  CHECK(first == journal::Moment{.at = 3s, .judge = 3s, .seq = events[0]->seq});
  CHECK(second.seq == events[1]->seq);
}

TEST_CASE("within the silence asked for observing tells the moment of the last event") {
  VirtualReceiver world("");
  world.receiver().offered("r@x.test", world.now());
  world.advance(9s);
  const auto moment = world.receiver().observed(world.now(), 10s);
  CHECK(world.events(Kind::observed).empty());
  CHECK(moment.seq == world.events(Kind::offered)[0]->seq);
  world.advance(1s);
  CHECK(world.receiver().observed(world.now(), 10s).at == 10s);
}

TEST_CASE("an observation is not dated before what was recorded already") {
  VirtualReceiver world("");
  world.advance(5s);
  world.receiver().offered("r@x.test", world.now());
  CHECK(world.receiver().observed(world.now() - 1s, 0s).at == 5s);
  CHECK(world.events(Kind::observed).size() == 1);
}

TEST_CASE("a QUIT in one packet with the end of data leaves its acceptance unread") {
  VirtualReceiver world("");
  const auto deliver = [&world](std::string_view end) {
    auto client = world.connect();
    client->send("EHLO c.test\r\n");
    client->send("MAIL FROM:<a@c.test>\r\nRCPT TO:<r@x.test>\r\nDATA\r\n");
    client->send(end);
    world.advance(1s);
    if (client->open()) client->say("QUIT");
    return world.attempts().back();
  };
  const auto together = deliver("x\r\n.\r\nQUIT\r\n");
  CHECK(together.outcome == journal::Outcome::accepted);
  CHECK(together.ambiguous_end);
  CHECK_FALSE(deliver("x\r\n.\r\n").ambiguous_end);
}
