// Addresses that say what shall happen to them.
#include "scenario/triggers.hpp"

#include "asking.hpp"

using asking::act;
using asking::loaded;
using asking::shown;
using base::Stage;
using scenario::Counters;

namespace {

const scenario::Scenario& scenario_with_triggers() {
  static const auto s = loaded("[server]\ntriggers = true\n");
  return s;
}

std::string plan_of(const std::string& recipient, Stage stage) {
  Counters counters;
  return shown(
      act(asking::decide(
              scenario_with_triggers(), counters, {.stage = stage, .recipients = {recipient}}
          ),
          stage)
          .plan
  );
}

}  // namespace

TEST_CASE("a trigger address gets what it asks for at its stage") {
  struct Case {
    std::string recipient;
    Stage stage;
    std::string plan;
  };

  // clang-format off
  const std::vector<Case> cases{
      {"a+452-4.3.1@any.test", Stage::rcpt, "say 452 4.3.1 As this address asks for\\r\\n"},
      {"a+550@any.test", Stage::rcpt, "say 550 As this address asks for\\r\\n"},
      {"a+b+421-4.3.2@any.test", Stage::rcpt, "say 421 4.3.2 As this address asks for\\r\\n; close"},
      {"a+452-4.3.1@any.test", Stage::data, "*; say 354 Go ahead\\r\\n"},
      {"a+drop-rcpt@any.test", Stage::rcpt, "close"},
      {"a+drop-data@any.test", Stage::rcpt, "*; say 250 2.1.5 Ok\\r\\n"},
      {"a+drop-data@any.test", Stage::data, "close"},
      {"a+reset-message@any.test", Stage::message, "reset"},
      {"a+stall-data@any.test", Stage::data, "stall"},
      {"a+delay-5s@any.test", Stage::rcpt, "wait 5s; *; say 250 2.1.5 Ok\\r\\n"},
      {"a+452-4.3.1", Stage::rcpt, "say 452 4.3.1 As this address asks for\\r\\n"},
      {"plain@any.test", Stage::rcpt, "*; say 250 2.1.5 Ok\\r\\n"},
      {"a@452-4.3.1.test", Stage::rcpt, "*; say 250 2.1.5 Ok\\r\\n"},
  };
  // clang-format on
  for (const auto& c : cases) {
    CAPTURE(c.recipient, base::name_of(c.stage));
    CHECK(plan_of(c.recipient, c.stage) == c.plan);
  }
}

TEST_CASE("a counted trigger is accepted afterwards and counts each delivery by itself") {
  Counters counters;
  const auto code = [&](const std::string& recipient) {
    const auto decision =
        asking::decide(scenario_with_triggers(), counters, {.recipients = {recipient}});
    return act(decision, Stage::rcpt).reply.code;
  };
  CHECK(code("a+451-4.3.2x2@any.test") == 451);
  CHECK(code("b+451-4.3.2x2@any.test") == 451);
  CHECK(code("a+451-4.3.2x2@any.test") == 451);
  CHECK(code("a+451-4.3.2x2@any.test") == 250);
  CHECK(code("b+451-4.3.2x2@any.test") == 451);
  CHECK(code("b+451-4.3.2x2@any.test") == 250);
}

TEST_CASE("an address that nearly is a trigger says why it is none") {
  const auto near = GENERATE(table<std::string, std::string>({
      {"a+452-4.3@x", "'+452-4.3' is not obeyed: '4.3' is no enhanced code; write 4.3.1"},
      {"a+452-2.0.0@x", "'+452-2.0.0' is not obeyed: '2.0.0' is no enhanced code; write 4.3.1"},
      {"a+250@x", "'+250' is not obeyed: 250 refuses nothing; use 4yz or 5yz"},
      {"a+4523@x", "'+4523' is not obeyed: '3' follows 452; write 452, 452-4.3.1 or 452x2"},
      {"a+550.5.1.1@x",
       "'+550.5.1.1' is not obeyed: '.5.1.1' follows 550; write 452, 452-4.3.1 or 452x2"},
      {"a+45@x", ""},
      {"a+451x0@x", "'+451x0' is not obeyed: 'x0' is no count"},
      {"a+451x2y@x", "'+451x2y' is not obeyed: 'x2y' is no count"},
      {"a+dorp-data@x", "'+dorp-data' is not obeyed: unknown trigger 'dorp'; did you mean 'drop'?"},
      {"a+drop-mail@x",
       "'+drop-mail' is not obeyed: 'mail' is no stage of a trigger; use rcpt, data or message"},
      {"a+delay-2h@x", "'+delay-2h' is not obeyed: a trigger delays by at most 1h"},
      {"a+bounce-5.3.1-10s@x",
       "'+bounce-5.3.1-10s' is not obeyed: bounces are not supported by this version"},
      {"a+newsletter@x", ""},
      {"a+march-2024@x", ""},
      {"a+2024@x", ""},
      {"a@x", ""},
      {"a+452-4.3.1@x", ""},
      {"a+@x", ""},
  }));
  Counters counters;
  const auto decision =
      asking::decide(scenario_with_triggers(), counters, {.recipients = {std::get<0>(near)}});
  CHECK(decision.near_trigger == std::get<1>(near));
}

TEST_CASE("a near miss is told once and at RCPT") {
  Counters counters;
  const auto decision = asking::decide(
      scenario_with_triggers(), counters, {.stage = Stage::data, .recipients = {"a+250@x"}}
  );
  CHECK(decision.near_trigger.empty());
}

TEST_CASE("triggers are obeyed only where the scenario says so and after its rules") {
  Counters counters;
  const asking::Asked asked{.recipients = {"a+550@x"}};
  CHECK(asking::decide(loaded(""), counters, asked).fired.empty());
  const auto s = loaded(
      "[server]\ntriggers = true\n[[rule]]\nname = 'slow'\nat = 'rcpt'\ndelay = '1s'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 1\nreply = '452 4.3.1 Full'\n"
  );
  CHECK(asking::fired(asking::decide(s, counters, asked)) == "slow, full");
  const auto decision = asking::decide(s, counters, asked);
  CHECK(asking::fired(decision) == "slow, +550");
  CHECK(decision.deciding()->index == scenario::Fired::kNoIndex);
  CHECK(
      shown(act(decision, Stage::rcpt).plan) == "wait 1s; say 550 As this address asks for\\r\\n"
  );
}

TEST_CASE("mail of the null sender passes a trigger address") {
  Counters counters;
  const auto decision =
      asking::decide(scenario_with_triggers(), counters, {.sender = "", .recipients = {"a+550@x"}});
  CHECK(decision.fired.empty());
}
