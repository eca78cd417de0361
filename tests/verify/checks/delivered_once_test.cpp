// delivered-once: what arrives once, twice, late or never; and second copies that are rightful.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

TEST_CASE("what is accepted and never seen again is delivered once") {
  World world(deferring(1));
  Sender(world).deliver({}, {10s});
  world.wait(11s);
  CHECK(
      world.judged("delivered-once", "within = '1m'") ==
      "pass: 1 delivery: accepted, and no second copy"
  );
}

TEST_CASE("a message tried again after its acceptance was read is delivered twice") {
  World world(kHealthy);
  Sender(world).insist({}, {5s});
  const auto answer = world.judged("delivered-once");
  CHECK(answer == "fail: * was tried again 5 s after it was accepted");
  CHECK_FALSE(answer.verdict.evidence.empty());
}

TEST_CASE("a message offered again after its acceptance was read fails though it is not taken") {
  World world(rule("at = 'message'\nafter = 1\ntimes = 1\nper = 'receiver'\nreply = '451 4.3.0 no'")
  );
  Sender(world).insist({}, {5s});
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "fail: * was tried again 5 s after it was accepted");
}

TEST_CASE("a second copy fails however late it comes") {
  World world(kHealthy);
  Sender(world).insist({}, {1h});
  CHECK(world.judged("delivered-once", "quiet = '5s'") == "fail");
}

TEST_CASE("who is not accepted in time is not delivered") {
  World world(deferring(9));
  Sender(world).deliver({}, {10s});
  world.wait(10s);
  CHECK(
      world.judged("delivered-once", "within = '1m'") ==
      "open: *was not accepted in 2 attempts, last 452 4.3.1"
  );
  world.wait(41s);
  const auto answer = world.judged("delivered-once", "within = '1m'");
  CHECK(answer == "fail: *not accepted in 2 attempts*within 1 min of its first attempt");
}

TEST_CASE("who is accepted too late is not delivered in time") {
  World world(deferring(1));
  Sender(world).deliver({}, {62s});
  world.wait(70s);
  CHECK(world.judged("delivered-once", "within = '1m'") == "fail: *was accepted 1 min 2 s after*");
  CHECK(world.judged("delivered-once", "within = '2m'") == "pass");
}

TEST_CASE("without a bound what is not accepted stays open") {
  World world(deferring(9));
  Sender(world).attempt({});
  world.wait(48h);
  const auto answer = world.judged("delivered-once");
  CHECK(answer == "open");
  CHECK_FALSE(answer.verdict.deadline);
}

TEST_CASE("nothing is delivered where nothing was sent") {
  World world(kHealthy);
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "empty: nothing was deferred, lost or accepted");
}

TEST_CASE("what was rejected in the end need not be delivered") {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'one'\nat = 'rcpt'\ntimes = 1\nreply = '451 4.3.0 no'\n"
      "[[rule]]\nname = 'two'\nat = 'rcpt'\nreply = '550 5.1.1 no'\n"
  );
  Sender(world).deliver({}, {10s});
  world.wait(1h);
  CHECK(world.judged("delivered-once", "within = '1m'") == "empty");
}

TEST_CASE("the window for a second copy is two seconds or the largest gap") {
  World fast(kHealthy);
  Sender(fast).attempt({});
  fast.wait(2s);
  CHECK(fast.so_far("delivered-once") == "open: *a second copy may still come");
  fast.wait(300ms);
  CHECK(fast.so_far("delivered-once") == "pass");

  World slow(deferring(1));
  Sender(slow).deliver({}, {20s});
  slow.wait(19s);
  const auto waiting = slow.so_far("delivered-once");
  CHECK(waiting == "open");
  CHECK(waiting.verdict.deadline);
  slow.wait(2s);
  CHECK(slow.so_far("delivered-once") == "pass");
}

TEST_CASE("a given quiet is the window for a second copy") {
  World world(kHealthy);
  Sender(world).attempt({});
  world.wait(9s);
  CHECK(world.so_far("delivered-once", "quiet = '10s'") == "open");
  world.wait(2s);
  CHECK(world.so_far("delivered-once", "quiet = '10s'") == "pass");
}

TEST_CASE("a second copy after an unread acceptance is rightful") {
  // Reset behind the dot: nothing shows that the 250 was read (RFC 1047).
  World world(kHealthy);
  Sender(world, {.goodbye = Goodbye::reset}).attempt({});
  world.wait(5s);
  Sender(world).attempt({});
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "pass: *was kept 2 times, rightfully*");
}

TEST_CASE("a third copy after a read acceptance is not rightful") {
  World world(kHealthy);
  Sender(world, {.goodbye = Goodbye::reset}).attempt({});
  world.wait(5s);
  Sender(world).insist({}, {5s});
  CHECK(world.judged("delivered-once") == "fail");
}

TEST_CASE("a second message of the same sender and recipient in the window is blind") {
  World world(kHealthy);
  Sender sender(world);
  sender.attempt({.id = ""});
  world.wait(1s);
  sender.attempt({.id = ""});
  world.wait(1h);
  CHECK(world.judged("delivered-once") == "blind: *nobody can tell*");
}

TEST_CASE("another message after the window is another message") {
  World world(kHealthy);
  Sender sender(world);
  sender.attempt({.id = ""});
  world.wait(1min);
  sender.attempt({.id = ""});
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "pass: 2 deliveries*");
}

TEST_CASE("two Message-IDs of one sender and recipient are blind whenever they come") {
  World world(kHealthy);
  Sender sender(world);
  sender.attempt({.id = "<1@s>"});
  world.wait(1h);
  sender.attempt({.id = "<2@s>"});
  world.wait(1h);
  CHECK(world.judged("delivered-once") == "blind");
}

TEST_CASE("two messages at once that cannot be told apart are blind") {
  World world(kHealthy);
  Line one(world);
  Line two(world);
  const Mail mail{.id = ""};
  for (Line* line : {&one, &two}) {
    line->greeting();
    line->hello();
    line->mail(mail);
    line->rcpt("r@receiver.test");
    line->data();
  }
  for (Line* line : {&one, &two}) {
    line->body(mail);
    line->leave(Goodbye::quit);
  }
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "blind");
}

TEST_CASE("a late acceptance across an advance is blind") {
  World world(deferring(1));
  Sender sender(world);
  sender.attempt({});
  world.advance(10min);
  world.wait(2min);
  CHECK(world.judged("delivered-once", "within = '1m'") == "blind: *clock was advanced*");
  sender.attempt({});
  world.wait(5min);
  CHECK(world.judged("delivered-once", "within = '1m'") == "blind: *clock was advanced*");
  CHECK(world.judged("delivered-once", "within = '1m'\nclock = 'receiver'") == "fail");
}

TEST_CASE("within and its slack are measured from the first attempt") {
  World world(deferring(2));
  Sender(world).deliver({}, {30s, 30s});
  world.wait(1min);
  CHECK(world.judged("delivered-once", "within = '59s'") == "fail");
  CHECK(world.judged("delivered-once", "within = '60s'") == "pass");
}

TEST_CASE("one message on two connections at once is delivered twice") {
  World world(kHealthy);
  Line one(world);
  Line two(world);
  for (Line* line : {&one, &two}) {
    line->greeting();
    line->hello();
    line->mail({});
    line->rcpt("r@receiver.test");
    line->data();
  }
  one.body({});
  two.body({});
  one.leave(Goodbye::quit);
  two.leave(Goodbye::quit);
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "fail: *accepted twice, by attempts at the same time");
}
