// What several checks say together.
#include "verify/judge.hpp"

#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;
using base::Micros;
using verify::Expectation;
using verify::Result;

namespace {

// The judgement, with all that it refers to.
struct Judged {
  std::vector<Expectation> wanted{};
  verify::Judgement all{};
  Micros now{0};
  Micros real_deadline{0};
};

Judged judge_all(World& world, std::string_view toml, bool over, std::string_view policy = "") {
  Judged judged{.wanted = expectations(toml)};
  for (auto& expectation : judged.wanted) expectation.policy = policy;
  journal::Account account;
  for (const auto& event : world.past()) account.add(event);
  const auto& last = account.marks.last();
  const verify::Timeline timeline(account, {.at = last.at, .judge = last.judge, .over = over});
  judged.all = verify::judge(timeline, judged.wanted);
  judged.now = last.at;
  if (judged.all.deadline) judged.real_deadline = real_time(timeline, *judged.all.deadline);
  return judged;
}

constexpr std::string_view kPass = "[[expect]]\ncheck = 'retried'\nwithin = '30s'\n";
constexpr std::string_view kFail = "[[expect]]\ncheck = 'attempt-limit'\nat_most = 1\n";
constexpr std::string_view kFailedAdvice =
    "[[expect]]\ncheck = 'attempt-limit'\nat_most = 1\nadvice = true\n";
constexpr std::string_view kEmpty = "[[expect]]\ncheck = 'not-retried'\n";
constexpr std::string_view kOpen = "[[expect]]\ncheck = 'delivered-once'\nquiet = '10m'\n";
constexpr std::string_view kNoOccasion = "[[expect]]\ncheck = 'backs-off'\ngaps = 9\n";

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const auto part : parts) all += part;
  return all;
}

// Deferred once, retried, accepted: what the expectations above say follows.
void deliver(World& world) {
  Sender(world).deliver({}, {10s});
  world.wait(1min);
}

}  // namespace

TEST_CASE("together the worst counts and advice does not") {
  struct Row {
    const char* name;
    std::string toml;
    Result result;
  };

  const auto row = GENERATE(
      Row{"one that passes", joined({kPass}), Result::pass},
      Row{"one that fails", joined({kFail}), Result::fail},
      Row{"one that fails and others", joined({kPass, kOpen, kEmpty, kFail}), Result::fail},
      Row{"one that is open", joined({kPass, kOpen}), Result::inconclusive},
      Row{"one that is empty", joined({kPass, kEmpty}), Result::inconclusive},
      Row{"advice that failed", joined({kPass, kFailedAdvice}), Result::pass},
      Row{"advice alone", joined({kFailedAdvice}), Result::inconclusive},
      Row{"none at all", "", Result::inconclusive}
  );
  INFO(row.name);
  World world(deferring(1));
  deliver(world);
  CHECK(judge_all(world, row.toml, true).all.result == row.result);
}

TEST_CASE("advice has a result of its own that is reported") {
  World world(deferring(1));
  deliver(world);
  const auto judged = judge_all(world, joined({kPass, kFailedAdvice}), true);
  REQUIRE(judged.all.checks.size() == 2);
  CHECK(judged.all.checks[1].result == Result::fail);
  CHECK(judged.all.checks[1].expectation == &judged.wanted[1]);
}

TEST_CASE("a policy's check that selected nothing is not applicable") {
  World world(deferring(1));
  deliver(world);
  const auto judged = judge_all(world, joined({kPass, kEmpty}), true, "mta");
  CHECK(judged.all.checks[1].result == Result::not_applicable);
  CHECK(judged.all.result == Result::pass);
}

TEST_CASE("a policy of which nothing applied is inconclusive") {
  World world(kHealthy);
  world.wait(1h);
  const auto judged = judge_all(world, joined({kPass, kEmpty}), true, "mta");
  CHECK(judged.all.checks[0].result == Result::not_applicable);
  CHECK(judged.all.result == Result::inconclusive);
  CHECK_FALSE(judged.all.certain);
}

TEST_CASE("a policy's check that lacked its occasion did apply") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(1min);
  const auto judged = judge_all(world, "[[expect]]\ncheck = 'not-hasty'\n", true, "mta");
  CHECK(judged.all.checks[0].result == Result::inconclusive);
}

TEST_CASE("an optional check is not applicable without its occasion") {
  World world(refusing());
  Sender(world).attempt({});
  world.wait(1min);
  const auto judged = judge_all(
      world,
      "[[expect]]\ncheck = 'not-retried'\nquiet = '30s'\n"
      "[[expect]]\ncheck = 'suppressed'\noptional = true\n",
      true
  );
  CHECK(judged.all.checks[1].result == Result::not_applicable);
  CHECK(judged.all.result == Result::pass);
}

TEST_CASE("a policy's check that is blind is inconclusive") {
  World world(rule("at = 'message'\nreply = '451 4.3.0 no'"));
  Sender(world).attempt({.id = "<1@s>"});
  world.wait(10s);
  Sender(world).attempt({.id = "<2@s>"});
  const auto judged = judge_all(world, kPass, true, "mta");
  CHECK(judged.all.checks[0].result == Result::inconclusive);
  CHECK(judged.all.result == Result::inconclusive);
}

TEST_CASE("a judgement is certain once a check failed or none is pending") {
  World world(deferring(1));
  deliver(world);
  CHECK(judge_all(world, joined({kPass}), false).all.certain);
  CHECK(judge_all(world, joined({kFail, kOpen, kEmpty}), false).all.certain);
  CHECK_FALSE(judge_all(world, joined({kPass, kOpen}), false).all.certain);
  CHECK_FALSE(judge_all(world, joined({kPass, kEmpty}), false).all.certain);
  CHECK_FALSE(judge_all(world, joined({kFailedAdvice}), false).all.certain);
  CHECK_FALSE(judge_all(world, "", false).all.certain);
}

TEST_CASE("what counts and selected nothing yet is waited for") {
  World world(deferring(1));
  deliver(world);
  CHECK(judge_all(world, joined({kPass, kEmpty}), false).all.waiting_for_selection);
  CHECK_FALSE(judge_all(world, joined({kPass, kOpen}), false).all.waiting_for_selection);
  CHECK_FALSE(judge_all(world, joined({kPass, kEmpty}), false, "mta").all.waiting_for_selection);
}

TEST_CASE("the deadline is the earliest of the checks") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(10s);
  const auto judged = judge_all(
      world,
      "[[expect]]\ncheck = 'retried'\nwithin = '1h'\n"
      "[[expect]]\ncheck = 'retried'\nwithin = '20s'\n"
      "[[expect]]\ncheck = 'delivered-once'\nwithin = '1m'\n",
      false
  );
  REQUIRE(judged.all.deadline);
  CHECK(judged.real_deadline > judged.now + Micros(10s));
  CHECK(judged.real_deadline < judged.now + Micros(11s));
}

TEST_CASE("without anything that time can decide there is no deadline") {
  World world(deferring(1));
  deliver(world);
  CHECK_FALSE(judge_all(world, joined({kPass, kFail, kEmpty}), false).all.deadline);
}

TEST_CASE("at its deadline an open check is decided and not before") {
  struct Row {
    const char* check;
    const char* keys;
  };

  const auto row = GENERATE(
      Row{"retried", "within = '30s'"},
      Row{"retried", "within = '30s'\nclock = 'receiver'"},
      Row{"delivered-once", "within = '1m'"},
      Row{"attempt-limit", "at_most = 5\nquiet = '40s'"},
      Row{"gives-up", "after = ['1s', '1m']"},
      Row{"gives-up", "after = ['20s', '1m']"}
  );
  const char* scale = GENERATE("1", "7", "60");
  INFO(row.check << " " << row.keys << " at " << scale);
  World world(deferring(9) + "[time]\nscale = " + scale + "\n");
  Sender(world).attempt({});
  world.wait(10ms);
  const std::string one = joined({"[[expect]]\ncheck = '", row.check, "'\n", row.keys, "\n"});
  const auto waiting = judge_all(world, one, false);
  REQUIRE(waiting.all.checks[0].verdict.value == verify::Value::open);
  REQUIRE(waiting.all.deadline);
  const Micros left = waiting.real_deadline - waiting.now;
  world.wait(left - Micros(2));
  CHECK(judge_all(world, one, false).all.checks[0].verdict.value == verify::Value::open);
  world.wait(Micros(2));
  CHECK(judge_all(world, one, false).all.checks[0].verdict.value != verify::Value::open);
}

TEST_CASE("windows of quiet end at their deadline too") {
  struct Row {
    const char* scenario;
    const char* check;
    const char* keys;
  };

  const auto row = GENERATE(
      Row{"550 5.1.1", "not-retried", "quiet = '30s'"},
      Row{"550 5.1.1", "suppressed", "quiet = '30s'\noffered = true"},
      Row{"452 4.3.1", "not-hasty", "quiet = '30s'"},
      Row{"452 4.3.1", "backs-off", "quiet = '30s'\ngaps = 1"},
      Row{"452 4.3.1", "delivered-once", ""},
      Row{"452 4.3.1", "delivered-once", "quiet = '30s'"}
  );
  INFO(row.check << " " << row.keys);
  World world(deferring(1, row.scenario));
  Sender(world).deliver({}, {10s});
  const std::string one = joined({"[[expect]]\ncheck = '", row.check, "'\n", row.keys, "\n"});
  const auto waiting = judge_all(world, one, false);
  REQUIRE(waiting.all.checks[0].verdict.value == verify::Value::open);
  REQUIRE(waiting.all.deadline);
  world.wait(waiting.real_deadline - waiting.now - Micros(2));
  CHECK(judge_all(world, one, false).all.checks[0].verdict.value == verify::Value::open);
  world.wait(Micros(2));
  CHECK(judge_all(world, one, false).all.checks[0].verdict.value == verify::Value::pass);
}

TEST_CASE("a result is called by its name") {
  CHECK(name_of(Result::pass) == "pass");
  CHECK(name_of(Result::fail) == "fail");
  CHECK(name_of(Result::inconclusive) == "inconclusive");
  CHECK(name_of(Result::not_applicable) == "not applicable");
}
