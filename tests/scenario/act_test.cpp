// What rules make of the healthy reply: the plan, where acceptance takes effect, the reply as
// planned.
#include "asking.hpp"

#include "base/random.hpp"
#include "wire/player.hpp"

using asking::act;
using asking::Asked;
using asking::loaded;
using asking::shown;
using base::Stage;
using scenario::Action;
using scenario::Counters;
using namespace std::chrono_literals;

namespace {

Action act_of(Stage stage, std::string_view lines, double wire_scale = 1) {
  const auto s = loaded(fmt::format("[[rule]]\nat = '{}'\n{}\n", base::name_of(stage), lines));
  Counters counters;
  return act(asking::decide(s, counters, {.stage = stage}), stage, wire_scale);
}

}  // namespace

TEST_CASE("a rule becomes the plan that is written") {
  struct Case {
    std::string name;
    Stage stage;
    std::string lines;
    std::string plan;  // the star is where acceptance takes effect
    bool positive;
  };

  // clang-format off
  const std::vector<Case> cases{
      {"refusal", Stage::rcpt, "reply = '452 4.3.1 Full'", "say 452 4.3.1 Full\\r\\n", false},
      {"acceptance", Stage::rcpt, "reply = '250 2.1.5 Fine'", "*; say 250 2.1.5 Fine\\r\\n", true},
      {"354 at data", Stage::data, "reply = '354 Send'", "*; say 354 Send\\r\\n", true},
      {"greeting", Stage::connect, "reply = ['431-mx ESMTP', '431 Mail system full']", "say 431-mx ESMTP\\r\\n431 Mail system full\\r\\n", false},
      {"421 closes", Stage::mail, "reply = '421 4.3.0 Bye'", "say 421 4.3.0 Bye\\r\\n; close", false},
      {"421 stays", Stage::mail, "reply = '421 4.3.0 Bye'\nclose = false", "say 421 4.3.0 Bye\\r\\n", false},
      {"421 reset", Stage::mail, "do = [{ reply = '421 4.3.0 Bye' }, { reset = true }]", "say 421 4.3.0 Bye\\r\\n; reset", false},
      {"554 closes on demand", Stage::connect, "reply = '554 5.7.1 No'\nclose = true", "say 554 5.7.1 No\\r\\n; close", false},
      {"shorthands in their order", Stage::rcpt, "close = true\nreply = '451 4.3.0 No'\ndelay = '2s'", "wait 2s; say 451 4.3.0 No\\r\\n; close", false},
      {"random delay", Stage::rcpt, "delay = ['1s', '3s']", "wait 1s..3s; *; say 250 2.1.5 Ok\\r\\n", true},
      {"delay alone", Stage::rcpt, "delay = '2s'", "wait 2s; *; say 250 2.1.5 Ok\\r\\n", true},
      {"drip alone", Stage::rcpt, "do = [{ drip = '10ms' }]", "pace 1 10ms; *; say 250 2.1.5 Ok\\r\\n", true},
      {"drip in pieces", Stage::rcpt, "do = [{ drip = { bytes = 4, every = '1s' } }, { reply = '451 4.3.0 No' }]", "pace 4 1s; say 451 4.3.0 No\\r\\n", false},
      {"slow_read", Stage::data, "do = [{ slow_read = { bytes = '1KiB', every = '1s' } }]", "slow_read 1024 1s; *; say 354 Go ahead\\r\\n", true},
      {"healthy", Stage::rcpt, "do = [{ healthy = true }]", "*; say 250 2.1.5 Ok\\r\\n", true},
      {"250 yet discarded", Stage::message, "do = [{ reply = '250 2.0.0 Ok' }, { accept = false }]", "say 250 2.0.0 Ok\\r\\n", true},
      {"451 yet stored", Stage::message, "do = [{ accept = true }, { reply = '451 4.3.0 No' }]", "*; say 451 4.3.0 No\\r\\n", false},
      {"stored after a delay and lost", Stage::message, "do = [{ delay = '2s' }, { accept = true }, { reset = true }]", "wait 2s; *; reset", true},
      {"stored before a delay", Stage::message, "do = [{ accept = true }, { delay = '2s' }, { reply = '250 2.0.0 Ok' }]", "*; wait 2s; say 250 2.0.0 Ok\\r\\n", true},
      {"accept alone", Stage::message, "do = [{ accept = true }, { delay = '2s' }]", "*; wait 2s; say 250 2.1.5 Ok\\r\\n", true},
      {"discard alone", Stage::message, "do = [{ accept = false }]", "say 250 2.1.5 Ok\\r\\n", true},
      {"close", Stage::rcpt, "close = true", "close", false},
      {"reset", Stage::rcpt, "do = [{ reset = true }]", "reset", false},
      {"stall", Stage::connect, "do = [{ stall = true }]", "stall", false},
      {"half close", Stage::rcpt, "do = [{ half_close = true }]", "half_close", false},
      {"accept and stall", Stage::message, "do = [{ accept = true }, { stall = true }]", "*; stall", true},
      {"truncate alone", Stage::rcpt, "do = [{ truncate = 2 }]", "cut 2; *; say 250 2.1.5 Ok\\r\\n; close", true},
      {"truncate and reset", Stage::rcpt, "do = [{ truncate = 2 }, { reset = true }]", "cut 2; *; say 250 2.1.5 Ok\\r\\n; reset", true},
      {"truncated refusal", Stage::rcpt, "do = [{ truncate = 2 }, { reply = '451 4.3.0 No' }]", "cut 2; say 451 4.3.0 No\\r\\n; close", false},
      {"truncate and discard", Stage::message, "do = [{ accept = false }, { truncate = 2 }]", "cut 2; say 250 2.1.5 Ok\\r\\n; close", true},
      {"garbage", Stage::rcpt, "do = [{ garbage = 20 }]", "noise 20", false},
      {"garbage before the reply", Stage::rcpt, "do = [{ garbage = 20 }, { healthy = true }]", "noise 20; *; say 250 2.1.5 Ok\\r\\n", true},
      {"reply then wait then reset", Stage::rcpt, "do = [{ reply = '250 2.1.5 Ok' }, { delay = '1s' }, { reset = true }]", "*; say 250 2.1.5 Ok\\r\\n; wait 1s; reset", true},
  };
  // clang-format on
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto action = act_of(c.stage, c.lines);
    CHECK(shown(action.plan) == c.plan);
    CHECK(action.positive == c.positive);
  }
}

TEST_CASE("no rule says the healthy reply as it is") {
  const auto action = act({}, Stage::rcpt);
  CHECK(shown(action.plan) == "*; say 250 2.1.5 Ok\\r\\n");
  CHECK(action.reply == asking::normal_at(Stage::rcpt));
  CHECK(action.positive);
}

TEST_CASE("a healthy refusal stays one under an adding rule") {
  const auto s = loaded("[[rule]]\nat = 'message'\ndelay = '1s'\n");
  Counters counters;
  const auto normal = smtp::make_reply(552, "5.3.4", "Too large");
  const auto decision = asking::decide(s, counters, {.stage = Stage::message});
  const auto action = scenario::act(decision, normal, Stage::message, {}, 1);
  CHECK(shown(action.plan) == "wait 1s; say 552 5.3.4 Too large\\r\\n");
  CHECK_FALSE(action.positive);
}

TEST_CASE("delays of adding rules sum before the deciding one") {
  const auto s = loaded(
      "[[rule]]\nat = 'rcpt'\ndelay = '1s'\n[[rule]]\nat = 'rcpt'\ndelay = '2s'\n"
      "[[rule]]\nat = 'rcpt'\nreply = '451 4.3.0 No'\n"
  );
  Counters counters;
  const auto action = act(asking::decide(s, counters, {}), Stage::rcpt);
  CHECK(shown(action.plan) == "wait 1s; wait 2s; say 451 4.3.0 No\\r\\n");
}

TEST_CASE("wire time may be scaled") {
  CHECK(
      shown(act_of(Stage::rcpt, "delay = ['1m', '2m']", 60).plan) ==
      "wait 1s..2s; *; say 250 2.1.5 Ok\\r\\n"
  );
}

TEST_CASE("placeholders are filled in") {
  const auto text = GENERATE(table<std::string, std::string>({
      {"<{recipient}> {recipient_domain}", "<r@receiver.test> receiver.test"},
      {"{sender} [{client}]", "s@sender.test [192.0.2.1]"},
      {"{hostname} {connection} {attempt}", "mx.receiver.test 7 2"},
      {"again {retry_after}", "again later"},
      {"{{recipient}} {{", "{recipient} {"},
  }));
  const auto action = act_of(Stage::rcpt, "reply = '451 4.3.0 " + std::get<0>(text) + "'");
  CHECK(action.reply.wire == "451 4.3.0 " + std::get<1>(text) + "\r\n");
  CHECK(action.reply.code == 451);
  CHECK(action.reply.enhanced == "4.3.0");
}

TEST_CASE("placeholders are filled in on every line of a reply") {
  const auto action =
      act_of(Stage::rcpt, "reply = ['451-4.3.0 {client}', '451 4.3.0 {recipient}']");
  CHECK(action.reply.wire == "451-4.3.0 192.0.2.1\r\n451 4.3.0 r@receiver.test\r\n");
}

TEST_CASE("a value cannot end the line") {
  const auto s = loaded("[[rule]]\nat = 'rcpt'\nreply = '451 4.3.0 <{recipient}>'\n");
  Counters counters;
  const auto decision = asking::decide(s, counters, {});
  const scenario::Placeholders values{.recipient = "\"a\r\n250 Ok\"@{client}"};
  const auto action =
      scenario::act(decision, asking::normal_at(Stage::rcpt), Stage::rcpt, values, 1);
  CHECK(action.reply.wire == "451 4.3.0 <\"a250 Ok\"@{client}>\r\n");
}

TEST_CASE("retry_after is the rest of the phase in whole seconds") {
  const auto s = loaded(
      "[[phase]]\nname = 'a'\nfor = '5m'\n[[phase]]\nname = 'b'\n"
      "[[rule]]\nat = 'rcpt'\nduring = 'a'\nreply = '451 4.7.1 Greylisted, try again in "
      "{retry_after}'\n"
  );
  Counters counters;
  const auto [left, text] = GENERATE(table<base::Duration, std::string>({
      {300s, "300 seconds"},
      {299s + 1ms, "300 seconds"},
      {1s, "1 second"},
  }));
  const auto decision = asking::decide(s, counters, {.phase_left = left});
  CHECK(
      act(decision, Stage::rcpt).reply.wire == "451 4.7.1 Greylisted, try again in " + text + "\r\n"
  );
}

TEST_CASE("notes are collected with their placeholders") {
  const auto action = act_of(
      Stage::rcpt, "do = [{ note = 'seen {recipient}' }, { close = true }, { note = 'gone' }]"
  );
  CHECK(action.notes == std::vector<std::string>{"seen r@receiver.test", "gone"});
  CHECK(shown(action.plan) == "close");
}

TEST_CASE("the draw of the deciding rule drives the plan") {
  const auto s = loaded("[[rule]]\nname = 'r'\nat = 'rcpt'\ndelay = ['0s', '1h']\n");
  Counters counters;
  const auto decision = asking::decide(s, counters, {});
  CHECK(act(decision, Stage::rcpt).draw == decision.fired.front().draw);
  CHECK(act(decision, Stage::rcpt).draw == base::draw(1, "r", "r@receiver.test", 1));
}

TEST_CASE("a message is stored after the delays before its acceptance") {
  const auto action =
      act_of(Stage::message, "do = [{ delay = '2s' }, { accept = true }, { reset = true }]");
  wire::Player player;
  const base::TimePoint start{};
  player.play(action.plan, action.draw, start);
  CHECK(player.poll(start).wake == start + 2s);
  CHECK(player.completed() < action.plan.commit);
  CHECK(player.poll(start + 2s).ending == wire::Ending::reset);
  CHECK(player.completed() >= action.plan.commit);
}
