// What is changed about a receiver while it runs: rules in front, phase, scale, counters, a new
// beginning; and what connections and transactions in hand make of it.
#include "document/diagnostics.hpp"
#include "document/parse.hpp"
#include "support/catch.hpp"
#include "support/virtual_receiver.hpp"

using namespace std::chrono_literals;
using journal::Kind;
using test_support::VirtualReceiver;

namespace {

constexpr auto kOutage =
    "[[phase]]\nname='up'\n"
    "[[phase]]\nname='full'\nfor='10m'\n"
    "[[phase]]\nname='draining'\n"
    "[[rule]]\nname='no space'\nat='rcpt'\nduring='full'\nreply='452 4.3.1 Full'\n";

std::optional<receiver::RuleView> push(VirtualReceiver& world, std::string_view json) {
  document::Diagnostics sink("rule");
  const auto node = document::parse_json(json, sink);
  REQUIRE(node);
  auto& receiver = world.receiver();
  auto rule = scenario::load_rule(*node, *receiver.edition()->scenario, "pushed", sink);
  REQUIRE(rule);
  return receiver.push_rule(std::move(*rule), world.now());
}

constexpr auto kBusyOnce = R"({"name":"busy","at":"rcpt","next":1,"reply":"451 4.3.2 Busy"})";

// The code of the reply to one more recipient in a transaction of its own.
std::string code_of_rcpt(const std::shared_ptr<test_support::VirtualClient>& client) {
  client->say("RSET");
  client->say("MAIL FROM:<a@x.test>");
  return client->say("RCPT TO:<b@y.test>").substr(0, 3);
}

std::string phase_now(VirtualReceiver& world) {
  return world.receiver().status(world.now()).phase;
}

}  // namespace

TEST_CASE("a pushed rule acts from the next MAIL on and not in a transaction in hand") {
  VirtualReceiver world("");
  auto client = world.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<a@x.test>");
  const auto pushed = push(world, kBusyOnce);
  REQUIRE(pushed);
  CHECK(pushed->pushed);
  CHECK(pushed->remaining == 1U);
  CHECK(client->say("RCPT TO:<b@y.test>").starts_with("250"));
  CHECK(code_of_rcpt(client) == "451");
  CHECK(code_of_rcpt(client) == "250");
  const auto rules = world.receiver().edition()->rules();
  REQUIRE(rules.size() == 1);
  CHECK(rules[0].totals == scenario::Counters::Totals{2, 1});
  CHECK(rules[0].remaining == 0U);
}

TEST_CASE("a pushed rule for the greeting acts on the next connection") {
  VirtualReceiver world("");
  auto before = world.connect();
  REQUIRE(push(world, R"({"at":"connect","reply":"421 4.3.2 Closed"})"));
  CHECK(before->take().starts_with("220"));
  CHECK(world.connect()->take().starts_with("421"));
}

TEST_CASE("the newest pushed rule is asked first, and a removed one is gone") {
  VirtualReceiver world("[[rule]]\nname='own'\nat='rcpt'\nreply='450 4.2.0 Own'\n");
  auto client = world.connect();
  client->say("EHLO c.test");
  const auto first = push(world, R"({"name":"first","at":"rcpt","reply":"451 4.3.0 First"})");
  const auto second = push(world, R"({"name":"second","at":"rcpt","reply":"452 4.3.1 Second"})");
  REQUIRE((first && second));
  CHECK(code_of_rcpt(client) == "452");
  CHECK(world.receiver().remove_rule(second->id, world.now())->totals.fired == 1);
  CHECK(code_of_rcpt(client) == "451");
  CHECK(world.receiver().remove_rule(first->id, world.now()));
  CHECK(code_of_rcpt(client) == "450");
  CHECK_FALSE(world.receiver().remove_rule(first->id, world.now()));
  const auto own = world.receiver().edition()->rules().front().id;
  CHECK_FALSE(world.receiver().remove_rule(own, world.now()));
}

TEST_CASE("rules that were there keep their counts when another is pushed") {
  VirtualReceiver world("[[rule]]\nname='twice'\nat='rcpt'\ntimes=2\nreply='450 4.2.0 Later'\n");
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(code_of_rcpt(client) == "450");
  const auto pushed = push(world, kBusyOnce);
  CHECK(code_of_rcpt(client) == "451");
  CHECK(code_of_rcpt(client) == "450");
  CHECK(code_of_rcpt(client) == "250");
}

TEST_CASE("pushes and removals are told, with the rule as it was written") {
  VirtualReceiver world("");
  const auto pushed = push(world, kBusyOnce);
  world.receiver().remove_rule(pushed->id, world.now());
  const auto events = world.events(Kind::rule);
  REQUIRE(events.size() == 2);
  CHECK(events[0]->subject == "busy");
  CHECK(events[0]->text == kBusyOnce);
  CHECK_FALSE(events[0]->flag);
  CHECK(events[1]->flag);
  CHECK(events[1]->count == events[0]->count);
}

TEST_CASE("no more rules can be pushed than there is room for") {
  VirtualReceiver world("");
  for (std::size_t i = 0; i < receiver::Receiver::kMostPushed; ++i) {
    scenario::Rule rule;
    rule.name = "r" + std::to_string(i);
    rule.stage = base::Stage::vrfy;
    if (!world.receiver().push_rule(rule, world.now())) FAIL("refused too early");
  }
  CHECK_FALSE(push(world, kBusyOnce));
  CHECK(world.receiver().remove_rule(1, world.now()));
  CHECK(push(world, kBusyOnce));
}

TEST_CASE("a phase that is entered holds at the next reply and lasts as long as it says") {
  VirtualReceiver world(kOutage);
  auto client = world.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<a@x.test>");
  world.advance(1h);
  CHECK(world.receiver().enter_phase("full", world.now()));
  CHECK(client->say("RCPT TO:<b@y.test>").starts_with("452"));
  world.advance(10min - 1ns);
  CHECK(phase_now(world) == "full");
  world.advance(1ns);
  CHECK(phase_now(world) == "draining");
  CHECK(world.receiver().enter_phase("up", world.now()));
  CHECK(code_of_rcpt(client) == "250");
  CHECK_FALSE(world.receiver().enter_phase("down", world.now()));
  CHECK_FALSE(world.receiver().enter_phase("", world.now()));
  CHECK(world.events(Kind::phase).size() == 3);
}

TEST_CASE("a phase entered before the first connection begins with it") {
  VirtualReceiver world(kOutage);
  CHECK(world.receiver().enter_phase("full", world.now()));
  world.advance(1h);
  CHECK(phase_now(world) == "full");
  auto client = world.connect();
  world.advance(10min - 1ns);
  CHECK(phase_now(world) == "full");
  world.advance(1ns);
  CHECK(phase_now(world) == "draining");
}

TEST_CASE("a scale holds for both clocks from then on, and phases end by it") {
  VirtualReceiver world("[[phase]]\nname='one'\nfor='1h'\n[[phase]]\nname='two'\n");
  auto client = world.connect();
  world.advance(10min);
  world.receiver().rescale(60, world.now());
  world.advance(49s);
  CHECK(phase_now(world) == "one");
  world.advance(1s);
  CHECK(phase_now(world) == "two");
  const auto status = world.receiver().status(world.now());
  CHECK(status.receiver_clock == 1h);
  CHECK(status.judge_clock == 1h);
  const auto setups = world.events(Kind::receiver);
  REQUIRE(setups.size() == 2);
  CHECK(setups[1]->setup->scale == 60);
}

TEST_CASE("counters that are reset let a rule fire again") {
  VirtualReceiver world("[[rule]]\nat='rcpt'\nnext=1\nreply='450 4.2.0 Later'\n");
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(code_of_rcpt(client) == "450");
  CHECK(code_of_rcpt(client) == "250");
  world.receiver().reset_counters(world.now());
  CHECK(code_of_rcpt(client) == "450");
  CHECK(world.events(Kind::recount).size() == 1);
}

TEST_CASE("a reset begins anew: phase, clock, counters, rules, messages and journal") {
  VirtualReceiver world(kOutage);
  auto client = world.connect();
  client->say("EHLO c.test");
  push(world, kBusyOnce);
  CHECK(code_of_rcpt(client) == "451");
  world.receiver().enter_phase("full", world.now());
  world.receiver().advance(5min, world.now());
  world.receiver().keep({.id = 5});
  world.receiver().reset(world.now());
  const auto status = world.receiver().status(world.now());
  CHECK(status.phase == "up");
  CHECK(status.receiver_clock == 0s);
  CHECK(status.clock_started);
  CHECK(status.counts.attempts == 0);
  CHECK(status.messages.kept == 0);
  CHECK(world.receiver().edition()->rules().size() == 1);
  CHECK(world.attempts().empty());
  const auto events = world.events();
  REQUIRE(events.size() == 3);
  CHECK(events[0]->kind == Kind::reset);
  CHECK(events[1]->kind == Kind::receiver);
  CHECK(events[2]->kind == Kind::connected);
  CHECK(events[2]->flag);
  CHECK(code_of_rcpt(client) == "250");
}

TEST_CASE("a journal that is cleared leaves phase, clock, counters and rules") {
  VirtualReceiver world(kOutage);
  auto client = world.connect();
  client->say("EHLO c.test");
  push(world, kBusyOnce);
  CHECK(code_of_rcpt(client) == "451");
  world.receiver().enter_phase("full", world.now());
  const auto before = world.events().size();
  CHECK(world.receiver().clear_journal(world.now()) == before);
  CHECK(world.attempts().empty());
  CHECK(phase_now(world) == "full");
  REQUIRE(world.receiver().edition()->rules().size() == 2);
  CHECK(world.receiver().edition()->rules()[0].remaining == 0U);
  CHECK(code_of_rcpt(client) == "452");
  CHECK(world.attempts().size() == 1);
}

TEST_CASE("deliveries of a new journal are none of those before") {
  VirtualReceiver world("[[rule]]\nat='rcpt'\ntimes=1\nreply='450 4.2.0 Later'\n");
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(code_of_rcpt(client) == "450");
  world.receiver().clear_journal(world.now());
  CHECK(code_of_rcpt(client) == "450");
  CHECK(code_of_rcpt(client) == "250");
}

TEST_CASE("a connection that goes on in a new journal keeps its client, and begins with its MAIL") {
  VirtualReceiver world("");
  auto client = world.connect("192.0.2.7");
  client->say("EHLO c.test");
  world.advance(5s);
  world.receiver().reset(world.now());
  world.advance(5s);
  CHECK(code_of_rcpt(client) == "250");
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].client == "192.0.2.7");
  CHECK(attempts[0].sender == "a@x.test");
  CHECK(attempts[0].begin == 10s);
  CHECK(attempts[0].idle == 0s);
}

TEST_CASE("a transaction older than its journal is told by nothing but a missing message") {
  VirtualReceiver world("");
  auto client = world.connect();
  client->say("EHLO c.test");
  client->say("MAIL FROM:<a@x.test>");
  world.receiver().clear_journal(world.now());
  client->say("RCPT TO:<b@y.test>");
  CHECK(world.attempts().empty());
  client->say("DATA");
  std::uint64_t missing = 1;
  const auto look = [&](const journal::Account& account) {
    missing = account.deliveries.unfollowed();
  };
  world.receiver().look(look);
  CHECK(missing == 0);
  client->send("Subject: x\r\n\r\nhi\r\n.\r\n");
  world.receiver().look(look);
  CHECK(missing == 1);
  CHECK(code_of_rcpt(client) == "250");
  CHECK(world.attempts().size() == 1);
}

TEST_CASE("an advance and a phase before the first connection hold when it comes") {
  VirtualReceiver world(kOutage);
  world.receiver().advance(2h, world.now());
  CHECK(world.receiver().enter_phase("full", world.now()));
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(code_of_rcpt(client) == "452");
  world.advance(10min);
  CHECK(phase_now(world) == "draining");
}

TEST_CASE("ids of rules are not given out again") {
  VirtualReceiver world("");
  const auto first = push(world, kBusyOnce);
  world.receiver().reset(world.now());
  const auto second = push(world, kBusyOnce);
  CHECK(first->id != second->id);
  CHECK_FALSE(world.receiver().remove_rule(first->id, world.now()));
}

TEST_CASE("a file that spans a reset is judged from there on") {
  VirtualReceiver world("[[rule]]\nat='rcpt'\ntimes=1\nreply='450 4.2.0 Later'\n");
  journal::Account account;
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(code_of_rcpt(client) == "450");
  for (const auto& event : world.events()) account.add(*event);
  world.receiver().reset(world.now());
  CHECK(code_of_rcpt(client) == "450");
  for (const auto& event : world.events()) account.add(*event);
  CHECK(account.deliveries.counts().attempts == 1);
  CHECK(account.marks.setups().size() == 1);
}

TEST_CASE("a scenario that is replaced takes pushed rules with it, but not from those in hand") {
  VirtualReceiver world("");
  auto client = world.connect();
  client->say("EHLO c.test");
  push(world, R"({"name":"always","at":"rcpt","reply":"451 4.3.2 Busy"})");
  client->say("MAIL FROM:<a@x.test>");
  world.receiver().use(test_support::scenario_of("name='other'"), world.now());
  CHECK(client->say("RCPT TO:<b@y.test>").starts_with("451"));
  CHECK(code_of_rcpt(client) == "250");
  CHECK(world.receiver().edition()->rules().empty());
}
