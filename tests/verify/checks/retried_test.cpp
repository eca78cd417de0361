// retried: senders that come back, senders that do not, and what nobody can tell.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

TEST_CASE("a sender that comes back in time is retried") {
  World world(deferring(1));
  CHECK(Sender(world).deliver({}, {20s}) == 250);
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

TEST_CASE("a sender that gives up at the first deferral is not retried") {
  World world(deferring(1));
  CHECK(Sender(world).attempt({}) == 452);
  world.wait(31s);
  const auto answer = world.judged("retried", "within = '30s'");
  CHECK(answer == "fail: a@sender.test to r@receiver.test was not tried again within 30 s of 452*");
  CHECK_FALSE(answer.verdict.evidence.empty());
  CHECK(answer.verdict.failed == 1);
}

TEST_CASE("a sender that comes back after the deadline is not retried in time") {
  World world(deferring(1));
  Sender(world).deliver({}, {31s});
  CHECK(world.judged("retried", "within = '30s'") == "fail");
}

TEST_CASE("a deadline of retried is widened by the slack and no more") {
  World early(deferring(1));
  Sender(early).deliver({}, {30s + 240ms});
  CHECK(early.judged("retried", "within = '30s'") == "pass");
  World late(deferring(1));
  Sender(late).deliver({}, {30s + 260ms});
  CHECK(late.judged("retried", "within = '30s'") == "fail");
}

TEST_CASE("within an hour a retry is not expected by default") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(59min);
  CHECK(world.judged("retried") == "open: *was not tried again*");
  world.wait(2min);
  CHECK(world.judged("retried") == "fail");
}

TEST_CASE("until the deadline a missing retry is open and names the instant it fails") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(10s);
  const auto waiting = world.so_far("retried", "within = '30s'");
  CHECK(waiting == "open");
  REQUIRE(waiting.verdict.deadline);
  const auto left = *waiting.verdict.deadline - base::Micros(10s);
  CHECK(left > base::Micros(20s));
  CHECK(left < base::Micros(21s));
}

TEST_CASE("without a failure there is no retry to judge") {
  World world(kHealthy);
  Sender(world).attempt({});
  CHECK(world.judged("retried") == "empty: nothing was deferred or lost");
}

TEST_CASE("a retry that is not proven the same message of an ambiguous delivery is blind") {
  // Deferred at the end of data with two Message-IDs: which one came back?
  World world(rule("at = 'message'\ntimes = 1\nreply = '451 4.3.0 no'"));
  Sender sender(world);
  sender.attempt({.id = "<1@s>"});
  world.wait(10s);
  sender.attempt({.id = "<2@s>"});
  CHECK(world.judged("retried", "within = '30s'") == "blind: *several messages*");
}

TEST_CASE("an advance that hides the waiting makes retried blind") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.advance(1h);
  world.wait(31s);
  CHECK(world.judged("retried", "within = '30s'") == "blind: *clock was advanced*");
}

TEST_CASE("on the receiver clock an advance counts as waiting") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.advance(1h);
  CHECK(world.judged("retried", "within = '30m'\nclock = 'receiver'") == "fail");
}

TEST_CASE("at_least asks for so many further attempts") {
  World world(deferring(9));
  Sender(world).deliver({}, {5s, 5s});
  CHECK(world.judged("retried", "within = '30s'\nat_least = 2") == "pass");
  CHECK(world.judged("retried", "within = '30s'\nat_least = 3") == "open: *2 of 3 times*");
  world.wait(30s);
  CHECK(world.judged("retried", "within = '30s'\nat_least = 3") == "fail: *2 of 3 times*");
}

TEST_CASE("who gets through needs no further attempts") {
  World world(deferring(1));
  Sender(world).deliver({}, {5s});
  world.wait(1min);
  CHECK(world.judged("retried", "within = '30s'\nat_least = 3") == "pass");
}

TEST_CASE("the deadline runs from the first failure that is selected") {
  World world(deferring(3));
  Sender(world).deliver({}, {20s, 40s});
  world.wait(1min);
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

TEST_CASE("one delivery without a retry fails retried among many with one") {
  World world(deferring(1));
  Sender sender(world);
  for (const char* to : {"a@x.test", "b@x.test", "c@x.test"}) sender.deliver({.to = {to}}, {2s});
  sender.attempt({.to = {"lone@x.test"}});
  world.wait(1min);
  const auto answer = world.judged("retried", "within = '30s'");
  CHECK(answer == "fail: *lone@x.test*");
  CHECK(answer.verdict.passed == 3);
  CHECK(answer.verdict.failed == 1);
}

TEST_CASE("a lost connection must be followed by an attempt like a deferral") {
  World world(rule("at = 'message'\ntimes = 1\ndo = [{ reset = true }]"));
  CHECK(Sender(world).attempt({}) == 0);
  world.wait(31s);
  CHECK(world.judged("retried", "within = '30s'") == "fail: *lost connection at message*");
}

TEST_CASE("who leaves a refused greeting for good is not retried") {
  World world(rule("at = 'connect'\nreply = '421 4.3.2 no'"));
  Sender(world).attempt({});
  world.wait(31s);
  CHECK(world.judged("retried", "within = '30s'") == "fail: client 192.0.2.1 was not tried*");
}

TEST_CASE("a refused greeting is followed by any attempt of that client") {
  World world(rule("at = 'connect'\ntimes = 1\nreply = '421 4.3.2 no'"));
  Sender sender(world);
  sender.attempt({});
  world.wait(20s);
  sender.attempt({.from = "other@sender.test"});
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

TEST_CASE("what comes at the same time as a refused greeting may be another message") {
  World world(rule("at = 'connect'\ntimes = 1\nreply = '421 4.3.2 no'"));
  Sender sender(world);
  sender.attempt({});
  CHECK(sender.attempt({}) == 250);
  world.wait(20s);
  CHECK(world.judged("retried", "within = '30s'") == "open");
  world.wait(20s);
  CHECK(world.judged("retried", "within = '30s'") == "blind: *nobody can tell*");
}

TEST_CASE("a client that comes back too late does not follow its refused greeting") {
  World world(rule("at = 'connect'\ntimes = 1\nreply = '421 4.3.2 no'"));
  Sender(world).deliver({}, {40s});
  CHECK(world.judged("retried", "within = '30s'") == "fail");
}

TEST_CASE("another client that comes too late follows no refused greeting") {
  World world(rule("at = 'connect'\nreply = '421 4.3.2 no'\nmatch = { client = '192.0.2.1' }"));
  Sender(world).attempt({});
  world.wait(40s);
  Sender(world, {.client = "192.0.2.2"}).attempt({});
  CHECK(world.judged("retried", "within = '30s'") == "fail");
}

TEST_CASE("a refused MAIL is followed by an attempt of its sender") {
  World world(rule("at = 'mail'\ntimes = 1\nreply = '451 4.3.2 no'"));
  Sender sender(world);
  sender.attempt({});
  world.wait(10s);
  CHECK(sender.attempt({}) == 250);
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

TEST_CASE("an attempt of another sender follows no refused MAIL") {
  World world(rule("at = 'mail'\nmatch = { sender = 'a@sender.test' }\nreply = '451 4.3.2 no'"));
  Sender sender(world);
  sender.attempt({});
  world.wait(10s);
  sender.attempt({.from = "b@sender.test"});
  world.wait(30s);
  CHECK(world.judged("retried", "within = '30s'") == "fail: sender a@sender.test was not*");
}

TEST_CASE("the last refused MAIL of several must be followed too") {
  World world(rule("at = 'mail'\nreply = '451 4.3.2 no'"));
  Sender sender(world);
  sender.insist({}, {10s, 10s});
  CHECK(world.judged("retried", "within = '30s'") == "open");
  world.wait(41s);  // turned away for 20 s, it may stay away for 40 s
  const auto answer = world.judged("retried", "within = '30s'");
  CHECK(answer == "fail");
  CHECK(answer.verdict.failed == 1);
  CHECK(answer.verdict.passed == 2);
}

// Turned away for longer and longer, it stays away longer and longer: what a queue does in an
// outage.
TEST_CASE("a gap as long as the outage so far is no fault of a client that backs off") {
  World world(rule("at = 'connect'\nreply = '421 4.3.2 no'\ntimes = 4\nper = 'client'"));
  Sender sender(world);
  CHECK(sender.deliver({}, {20s, 25s, 45s, 90s}) == 250);
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

// A pool of addresses, or IPv6 first and then IPv4: nobody can tell.
TEST_CASE("who comes back from another address may be the same sender") {
  World world(rule("at = 'connect'\nreply = '421 4.3.2 no'\nmatch = { client = '192.0.2.1' }"));
  Sender(world, {.client = "192.0.2.1"}).attempt({});
  world.wait(5s);
  Sender(world, {.client = "192.0.2.2"}).attempt({});
  world.wait(1min);
  CHECK(world.judged("retried", "within = '30s'") == "blind: *another address*");
}

TEST_CASE("who got through meanwhile has not been turned away for long") {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'a'\nat = 'connect'\ntimes = 2\nreply = '421 4.3.2 no'\n"
      "[[rule]]\nname = 'b'\nat = 'connect'\nafter = 1\nreply = '421 4.3.2 no'\n"
  );
  Sender sender(world);
  CHECK(sender.deliver({}, {25s, 25s}) == 250);
  sender.attempt({.to = {"next@x.test"}});
  world.wait(31s);
  CHECK(world.judged("retried", "within = '30s'") == "fail");
}

TEST_CASE("a refused connection in between restarts the clock of a deferral") {
  // Deferred at 0, the host refuses at 25 s and 50 s, through at 75 s: never silent for 30 s.
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'down'\nat = 'connect'\nafter = 1\ntimes = 2\nreply = '421 4.3.2 no'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 1\nreply = '452 4.3.1 no'\n"
  );
  CHECK(Sender(world).deliver({}, {25s, 25s, 25s}) == 250);
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

TEST_CASE("a refused connection that comes too late restarts no clock") {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'down'\nat = 'connect'\nafter = 1\ntimes = 1\nreply = '421 4.3.2 no'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 1\nreply = '452 4.3.1 no'\n"
  );
  CHECK(Sender(world).deliver({}, {40s, 25s}) == 250);
  CHECK(world.judged("retried", "within = '30s'") == "fail");
}

TEST_CASE("refused connections far apart restart the clock once") {
  // Deferred at 0, the host refuses at 25 s and, long after, at 125 s; through at 150 s.
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'down'\nat = 'connect'\nafter = 1\ntimes = 2\nreply = '421 4.3.2 no'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 1\nreply = '452 4.3.1 no'\n"
  );
  CHECK(Sender(world).deliver({}, {25s, 100s, 25s}) == 250);
  CHECK(world.judged("retried", "within = '30s'\nselect = { code = '4.3.1' }") == "fail");
}

TEST_CASE("only selected failures are judged by retried") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(1min);
  const std::string within = "within = '30s'\n";
  CHECK(world.judged("retried", within + "select = { code = '4.3.1' }") == "fail");
  CHECK(world.judged("retried", within + "select = { code = 421 }") == "empty");
  CHECK(world.judged("retried", within + "select = { recipient = '*@other.test' }") == "empty");
}

TEST_CASE("an attempt still in hand counts as a retry") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(10s);
  Line line(world);
  line.greeting();
  line.hello();
  line.mail({});
  line.rcpt("r@receiver.test");
  CHECK(world.so_far("retried", "within = '30s'") == "pass");
}
