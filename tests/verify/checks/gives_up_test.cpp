// gives-up: senders that stop in good time, too early or too late, and those that may go on.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

// Five days in five minutes: the last attempt after four to five of them.
const std::string kDays = "after = ['4d', '5d']";

std::string deferring_for_ever() {
  return rule("at = 'rcpt'\nreply = '452 4.3.1 no'") + "[time]\nscale = 1440\n";
}

}  // namespace

TEST_CASE("a sender whose last attempt comes after four days gives up in time") {
  World world(deferring_for_ever());
  Sender(world).deliver({}, {60s, 60s, 60s, 90s});
  world.wait(60s);
  CHECK(world.judged("gives-up", kDays) == "pass: 1 delivery: *the last attempt came 4 d 12 h*");
}

TEST_CASE("a sender that stops after three days gives up too early") {
  World world(deferring_for_ever());
  Sender(world).deliver({}, {60s, 60s, 60s});
  world.wait(125s);
  const auto answer = world.judged("gives-up", kDays);
  CHECK(answer == "fail: *last attempt began 3 d * after its first, and none since");
  CHECK_FALSE(answer.verdict.evidence.empty());
}

TEST_CASE("a sender that still tries after six days gives up too late") {
  World world(deferring_for_ever());
  Sender(world).deliver({}, {120s, 120s, 120s});
  CHECK(world.judged("gives-up", kDays) == "fail: *last attempt began 6 d*");
}

TEST_CASE("until the most of the range is over another attempt may come") {
  World world(deferring_for_ever());
  Sender(world).deliver({}, {60s});
  world.wait(60s);
  const auto answer = world.judged("gives-up", kDays);
  CHECK(answer == "open: *may be tried again*");
  CHECK(answer.verdict.deadline);
}

TEST_CASE("with quiet giving up is known as soon as it ran") {
  World world(deferring_for_ever());
  Sender(world).deliver({}, {120s, 125s});
  world.wait(8s);
  CHECK(world.so_far("gives-up", kDays + "\nquiet = '4h'") == "open");
  world.wait(3s);
  CHECK(world.so_far("gives-up", kDays + "\nquiet = '4h'") == "pass");
  CHECK(world.so_far("gives-up", kDays) == "open");
}

TEST_CASE("who is accepted or rejected in the end does not give up") {
  World accepted(deferring(1));
  Sender(accepted).deliver({}, {60s});
  CHECK(
      accepted.judged("gives-up", "after = ['1m', '2m']") ==
      "empty: no delivery was left deferred or lost"
  );
  World rejected(refusing());
  Sender(rejected).attempt({});
  CHECK(rejected.judged("gives-up", "after = ['1m', '2m']") == "empty");
}

TEST_CASE("messages that cannot be told apart do not show who gave up") {
  World world(rule("at = 'message'\nreply = '451 4.3.0 no'"));
  Sender sender(world);
  sender.attempt({.id = "<1@s>"});
  world.wait(1h);
  sender.attempt({.id = "<2@s>"});
  CHECK(world.judged("gives-up", "after = ['1m', '2m']") == "blind: *several messages*");
}

TEST_CASE("giving up across an advance is blind") {
  World world(deferring_for_ever());
  Sender(world).attempt({});
  world.advance(24h);
  world.wait(400s);
  CHECK(world.judged("gives-up", kDays) == "blind: *clock was advanced*");
}

TEST_CASE("on the receiver clock advances bring the end of the range") {
  World world(rule("at = 'rcpt'\nreply = '452 4.3.1 no'"));
  Sender sender(world);
  sender.attempt({});
  world.advance(std::chrono::hours(108));
  sender.attempt({});
  CHECK(world.judged("gives-up", kDays + "\nclock = 'receiver'") == "open");
  world.advance(24h);
  CHECK(world.judged("gives-up", kDays + "\nclock = 'receiver'") == "pass");
}

TEST_CASE("the range of giving up is widened by the slack") {
  World world(rule("at = 'rcpt'\nreply = '452 4.3.1 no'"));
  Sender(world).deliver({}, {59s + 800ms});
  world.wait(2min);
  CHECK(world.judged("gives-up", "after = ['1m', '2m']") == "pass");
  CHECK(world.judged("gives-up", "after = ['1m200ms', '2m']") == "fail");
}
