// What is not known is never passed: each reason for an inconclusive verdict, and that it says so.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;
using journal::Event;
using journal::Kind;

namespace {

// All checks, with keys that each can judge by.
constexpr std::pair<std::string_view, std::string_view> kAll[] = {
    {"retried", "within = '30s'"},
    {"not-hasty", ""},
    {"backs-off", ""},
    {"not-retried", ""},
    {"suppressed", "offered = true"},
    {"delivered-once", ""},
    {"attempt-limit", "at_most = 5"},
    {"gives-up", "after = ['1s', '1h']"},
};

// A past in which every check passes: one delivery recovers, one is refused, one is given up.
Past good_past() {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'gone'\nat = 'rcpt'\nmatch = { recipient = 'gone@*' }\n"
      "reply = '550 5.1.1 no'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 3\nreply = '452 4.3.1 no'\n"
  );
  Sender sender(world);
  sender.attempt({.to = {"gone@x.test"}, .id = "<gone@s>"});
  sender.deliver({.to = {"slow@x.test"}, .id = "<slow@s>"}, {5s, 10s, 20s});
  world.wait(5s);
  sender.deliver({.to = {"late@x.test"}, .id = "<late@s>"}, {5s, 10s});
  world.wait(2h);
  return world.past();
}

Event loss(const Event& like, std::uint64_t seq) {
  Event event{.seq = seq, .at = like.at, .judge = like.judge, .kind = Kind::dropped};
  event.receiver = like.receiver;
  event.count = 7;
  return event;
}

// Events of two seconds and more after the beginning, with a loss before them.
Past losing_at_the_start(Past past) {
  Event lost = loss(past.front(), past.front().seq);
  past.erase(past.begin());
  past.insert(past.begin(), lost);
  return past;
}

Past losing_at_the_end(Past past) {
  past.push_back(loss(past.back(), past.back().seq + 1));
  return past;
}

}  // namespace

TEST_CASE("every check is empty where nothing was sent", "[label:inconclusive]") {
  World world(kHealthy);
  world.wait(1h);
  for (const auto& [check, keys] : kAll) {
    INFO(check);
    const auto answer = world.judged(check, keys);
    CHECK(answer == "empty");
    CHECK_FALSE(answer.verdict.observed.empty());
    CHECK_FALSE(answer.verdict.expected.empty());
    CHECK(answer.verdict.selected == 0);
  }
}

TEST_CASE("every check is empty where its selection is", "[label:inconclusive]") {
  const Past past = good_past();
  for (const auto& [check, keys] : kAll) {
    INFO(check);
    const auto select = fmt::format("{}\nselect = {{ recipient = '*@other.test' }}", keys);
    CHECK(judged(past, check, select) == "empty");
  }
}

TEST_CASE(
    "what the checks pass on is blind once events of it were dropped", "[label:inconclusive]"
) {
  const Past past = good_past();
  for (const auto& [check, keys] : kAll) {
    INFO(check);
    // These two look at all deliveries: the one that is not resolved is left out for them.
    const bool picky = check == "not-hasty" || check == "backs-off" || check == "delivered-once";
    const auto all = fmt::format("{}\n{}", keys, picky ? "select = { recipient = 'slow@*' }" : "");
    CHECK(judged(past, check, all) == "pass");
    CHECK(judged(losing_at_the_start(past), check, all) == "blind: 7 events were lost*");
    CHECK(judged(losing_at_the_end(past), check, all) == "blind: 7 events were lost*");
  }
}

TEST_CASE("an empty selection is blind too once events were dropped", "[label:inconclusive]") {
  World world(kHealthy);
  world.wait(1h);
  const Past past = losing_at_the_end(world.past());
  for (const auto& [check, keys] : kAll) {
    INFO(check);
    CHECK(judged(past, check, keys) == "blind: 7 events were lost*");
  }
}

TEST_CASE("a missing retry is blind where it may have been dropped", "[label:inconclusive]") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(1min);
  const Past past = world.past();
  CHECK(judged(past, "retried", "within = '30s'") == "fail");
  CHECK(
      judged(losing_at_the_end(past), "retried", "within = '30s'") ==
      "blind: *was not tried again*7 events were lost"
  );
}

TEST_CASE("a missing retry fails where only what came before was dropped", "[label:inconclusive]") {
  World world(deferring(1));
  world.wait(1s);
  Sender(world).attempt({});
  world.wait(1min);
  const Past past = losing_at_the_start(world.past());
  CHECK(judged(past, "retried", "within = '30s'") == "fail");
}

TEST_CASE("a fault that was seen stays one whatever was dropped", "[label:inconclusive]") {
  World hasty(deferring(1));
  Sender(hasty).deliver({}, {100ms});
  hasty.wait(1min);
  CHECK(judged(losing_at_the_start(hasty.past()), "not-hasty") == "fail");
  // What excuses a gap may be in what was lost since.
  CHECK(judged(losing_at_the_end(hasty.past()), "not-hasty") == "blind: *7 events were lost");
  World stubborn(refusing());
  Sender(stubborn).insist({}, {10s});
  CHECK(judged(losing_at_the_end(with_envid(stubborn.past(), "Q1")), "not-retried") == "fail");
  CHECK(judged(losing_at_the_end(stubborn.past()), "suppressed") == "fail");
}

TEST_CASE(
    "an acceptance that is missing is blind where it may have been dropped", "[label:inconclusive]"
) {
  World world(deferring(9));
  Sender(world).attempt({});
  world.wait(2min);
  CHECK(judged(world.past(), "delivered-once", "within = '1m'") == "fail");
  CHECK(
      judged(losing_at_the_end(world.past()), "delivered-once", "within = '1m'") ==
      "blind: *7 events were lost"
  );
  CHECK(judged(world.past(), "gives-up", "after = ['1m', '90s']") == "fail");
  CHECK(
      judged(losing_at_the_end(world.past()), "gives-up", "after = ['1m', '90s']") ==
      "blind: *7 events were lost"
  );
}

TEST_CASE("what is forgotten for want of room is missing", "[label:inconclusive]") {
  World world(kHealthy);
  for (int i = 0; i < 8; ++i) Sender(world).attempt({.to = {fmt::format("r{}@x.test", i)}});
  world.wait(1h);
  journal::Account account(journal::Deliveries::Limits{.attempts = 4, .connections = 100});
  for (const auto& event : world.past()) account.add(event);
  const auto& last = account.marks.last();
  const verify::Timeline timeline(account, {.at = last.at, .judge = last.judge, .over = true});
  CHECK(timeline.missing() != "");
  const auto wanted = expectation("delivered-once");
  const Answer answer{wanted.check->judge(timeline, wanted.params)};
  CHECK(answer == "blind: *were forgotten*");
}

TEST_CASE("an occasion that never came is said", "[label:inconclusive]") {
  World deferred(deferring(1));
  Sender(deferred).attempt({});
  deferred.wait(1h);
  CHECK(deferred.judged("not-hasty") == "empty: *there was no further attempt");
  CHECK(deferred.judged("backs-off") == "empty: no delivery had 3 gaps to judge");
  World rejected(refusing());
  Sender(rejected).attempt({});
  rejected.wait(1h);
  CHECK(rejected.judged("suppressed") == "empty: *nothing says that more mail to it was submitted");
}

TEST_CASE("an ambiguous key is said", "[label:inconclusive]") {
  World world(rule("at = 'message'\nreply = '451 4.3.0 no'"));
  Sender sender(world);
  for (const char* id : {"<1@s>", "<2@s>", "<3@s>", "<4@s>"}) {
    sender.attempt({.id = id});
    world.wait(10s);
  }
  for (const auto& [check, keys] : kAll) {
    const bool of_other_things =
        check == "not-retried" || check == "suppressed" || check == "delivered-once";
    if (of_other_things) continue;
    INFO(check);
    CHECK(world.judged(check, keys) == "blind: *several messages have this sender and recipient*");
  }
  World accepted(rule("at = 'message'\ntimes = 2\nreply = '451 4.3.0 no'"));
  Sender other(accepted);
  for (const char* id : {"<1@s>", "<2@s>", "<3@s>"}) {
    other.attempt({.id = id});
    accepted.wait(10s);
  }
  CHECK(accepted.judged("delivered-once") == "blind: *several messages*");
  World rejected(rule("at = 'message'\nreply = '554 5.6.0 no'"));
  Sender third(rejected);
  third.attempt({.id = "<1@s>"});
  rejected.wait(10s);
  third.attempt({.id = "<2@s>"});
  CHECK(rejected.judged("not-retried") == "blind: *nothing proves that it was the same message*");
}

TEST_CASE("an advance in between is said", "[label:inconclusive]") {
  World world(deferring(9));
  Sender sender(world);
  sender.deliver({}, {10s, 20s});
  world.advance(1h);
  world.wait(500ms);
  sender.attempt({});
  world.wait(2h);
  CHECK(world.judged("not-hasty") == "blind: *clock was advanced in between");
  CHECK(world.judged("backs-off") == "blind: *clock was advanced in between");
  CHECK(world.judged("delivered-once", "within = '1h'") == "blind: *clock was advanced meanwhile");
  CHECK(
      world.judged("gives-up", "after = ['1h', '90m']") == "blind: *clock was advanced meanwhile"
  );
  World left(deferring(9));
  Sender(left).attempt({});
  left.advance(1h);
  left.wait(1min);
  CHECK(left.judged("retried", "within = '30s'") == "blind: *clock was advanced meanwhile");
}
