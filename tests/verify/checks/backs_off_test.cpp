// backs-off: gaps that grow, gaps that shrink, schedules, and gaps that cannot be compared.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

TEST_CASE("a sender that waits longer and longer backs off") {
  World world(deferring(4));
  CHECK(Sender(world).deliver({}, {10s, 20s, 40s, 80s}) == 250);
  const auto answer = world.judged("backs-off");
  CHECK(answer == "pass: *gaps of 10 s, 20 s, 40 s, 1 min 20 s");
  CHECK(answer.verdict.provisional);
}

TEST_CASE("equal gaps back off") {
  World world(deferring(4));
  Sender(world).deliver({}, {10s, 10s, 10s, 10s});
  CHECK(world.judged("backs-off") == "pass");
}

TEST_CASE("a sender whose third gap shrinks does not back off") {
  World world(deferring(3));
  Sender(world).deliver({}, {10s, 20s, 10s});
  world.wait(2s);
  const auto answer = world.judged("backs-off");
  CHECK(answer == "fail: *gap 3 was 10 s after one of 20 s");
  CHECK_FALSE(answer.verdict.evidence.empty());
}

TEST_CASE("a late gap that shrinks fails too") {
  World world(deferring(5));
  Sender(world).deliver({}, {10s, 20s, 40s, 60s, 30s});
  world.wait(2s);
  CHECK(world.judged("backs-off") == "fail: *gap 5*");
}

TEST_CASE("a second gap shorter than the first is a queue run's phase") {
  World world(deferring(3));
  Sender(world).deliver({}, {20s, 5s, 6s});
  CHECK(world.judged("backs-off") == "pass");
}

TEST_CASE("a gap may be shorter by the jitter and the slack") {
  struct Row {
    const char* name;
    base::Duration third;
    const char* keys;
    const char* value;
  };

  const auto row = GENERATE(
      Row{"just within 25 %", 75s - 240ms, "", "pass"},
      Row{"just beyond 25 %", 75s - 260ms, "", "fail"},
      Row{"within the 10 % asked for", 90s, "jitter = '10%'", "pass"},
      Row{"beyond the 10 % asked for", 80s, "jitter = 0.1", "fail"}
  );
  INFO(row.name);
  World world(deferring(3));
  Sender(world).deliver({}, {100s, 100s, row.third});
  world.wait(2s);
  CHECK(world.judged("backs-off", row.keys) == row.value);
}

TEST_CASE("growth asks each gap from the third on to be so much longer") {
  World world(deferring(3));
  Sender(world).deliver({}, {10s, 20s, 40s});
  world.wait(2s);
  CHECK(world.judged("backs-off", "growth = 2") == "pass");
  CHECK(world.judged("backs-off", "growth = 3") == "fail");
}

TEST_CASE("beyond the cap a gap need not grow") {
  World world(deferring(4));
  Sender(world).deliver({}, {10s, 20s, 40s, 40s});
  world.wait(2s);
  CHECK(world.judged("backs-off", "growth = 2\njitter = 0") == "fail");
  CHECK(world.judged("backs-off", "growth = 2\njitter = 0\ncap = '40s'") == "pass");
}

TEST_CASE("the first gap must lie in the range asked for") {
  World world(deferring(3));
  Sender(world).deliver({}, {10s, 20s, 40s});
  world.wait(2s);
  CHECK(world.judged("backs-off", "first = ['5s', '15s']") == "pass");
  CHECK(world.judged("backs-off", "first = ['5s', '8s']") == "fail: *first gap was 10 s");
  CHECK(world.judged("backs-off", "first = ['12s', '15s']") == "fail: *first gap was 10 s");
}

TEST_CASE("a schedule must be kept entry by entry") {
  World world(deferring(3));
  Sender(world).deliver({}, {10s, 20s, 40s});
  world.wait(2s);
  CHECK(world.judged("backs-off", "schedule = ['10s', '20s', '40s']") == "pass");
  CHECK(world.judged("backs-off", "schedule = ['12s', '20s']\ntolerance = '3s'") == "pass");
  CHECK(
      world.judged("backs-off", "schedule = ['12s', '20s']\ntolerance = '1s'") ==
      "fail: *gap 1 was 10 s, not 12 s"
  );
  CHECK(world.judged("backs-off", "schedule = ['10s', '30s']") == "fail: *gap 2 was 20 s*");
  CHECK(world.judged("backs-off", "schedule = ['10s', '15s']") == "fail: *gap 2 was 20 s*");
}

TEST_CASE("too few gaps are no occasion to back off") {
  World world(deferring(2));
  Sender(world).deliver({}, {10s, 20s});
  CHECK(world.judged("backs-off") == "empty: no delivery had 3 gaps to judge");
  CHECK(world.judged("backs-off", "gaps = 2") == "pass");
}

TEST_CASE("a delivery that is not resolved has not backed off for certain") {
  World world(deferring(9));
  Sender(world).deliver({}, {10s, 20s, 40s});
  CHECK(world.judged("backs-off") == "open: *gaps of 10 s, 20 s, 40 s so far");
}

TEST_CASE("with quiet a backing off passes once it ran") {
  World world(deferring(3));
  Sender(world).deliver({}, {10s, 20s, 40s});
  world.wait(5s);
  const auto waiting = world.so_far("backs-off", "quiet = '10s'");
  CHECK(waiting == "open");
  CHECK(waiting.verdict.deadline);
  world.wait(6s);
  const auto answer = world.so_far("backs-off", "quiet = '10s'");
  CHECK(answer == "pass");
  CHECK_FALSE(answer.verdict.provisional);
}

TEST_CASE("gaps between messages that cannot be told apart are blind") {
  World world(rule("at = 'message'\nreply = '451 4.3.0 no'"));
  Sender sender(world);
  for (const char* id : {"<1@s>", "<2@s>", "<3@s>", "<4@s>"}) {
    sender.attempt({.id = id});
    world.wait(10s);
  }
  CHECK(world.judged("backs-off") == "blind: *several messages*");
}

TEST_CASE("a gap that shrank across an advance is blind") {
  World world(deferring(3));
  Sender sender(world);
  sender.deliver({}, {10s, 20s});
  world.advance(1h);
  world.wait(5s);
  sender.attempt({});
  world.wait(2s);
  CHECK(world.judged("backs-off") == "blind: *clock was advanced*");
}

TEST_CASE("a refused greeting in between excuses a short gap") {
  // As Postfix: its gaps grow, and one connection is refused while the host is down.
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'down'\nat = 'connect'\nafter = 3\ntimes = 1\nreply = '421 4.3.2 no'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 3\nreply = '452 4.3.1 no'\n"
  );
  CHECK(Sender(world).deliver({}, {10s, 20s, 5s, 5s}) == 250);
  world.wait(2s);
  CHECK(world.judged("backs-off") == "empty: *2 can be judged");
}

TEST_CASE("a gap that shrank is open until no injection can excuse it") {
  World world(deferring(3));
  Sender(world).deliver({}, {10s, 20s, 5s});
  CHECK(world.so_far("backs-off") == "open: *unless a new message flushed the queue");
  world.wait(1300ms);
  CHECK(world.so_far("backs-off") == "fail");
}
