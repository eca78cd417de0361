// Histories that a first draft of the checks misjudged, each with the verdict that is right. They
// are named as people speak of them.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

constexpr std::string_view kSoon = "within = '30s'";

// Both transactions of one message, up to the end of data.
void begin(Line& line, const Mail& mail) {
  line.greeting();
  line.hello();
  line.mail(mail);
  for (const auto& to : mail.to) line.rcpt(to);
}

void finish(Line& line, const Mail& mail) {
  line.data();
  line.body(mail);
  line.leave(Goodbye::quit);
}

}  // namespace

// The refused EHLO was that client's way to find out: nothing was deferred, so nothing is owed.
TEST_CASE("EHLO 451 then HELO 250 delivered", "[label:named-histories]") {
  World world(rule("at = 'ehlo'\nper = 'connection'\ntimes = 1\nreply = '451 4.3.0 no'"));
  CHECK(Sender(world).attempt({}) == 250);
  world.wait(1min);
  CHECK(world.judged("retried", kSoon) == "empty");
  CHECK(world.judged("not-hasty") == "empty");
  CHECK(world.judged("delivered-once") == "pass");
}

// Each campaign connects once, is refused and gives up; the next campaign follows the one before,
// but nobody follows the last.
TEST_CASE("smtplib once per campaign", "[label:named-histories]") {
  World world(rule("at = 'connect'\nreply = '451 4.3.2 no'"));
  Sender sender(world, {.after_failure = Goodbye::fin});
  for (const char* id : {"<1@s>", "<2@s>", "<3@s>"}) {
    sender.attempt({.to = {"a@x.test", "b@x.test"}, .id = id});
    world.wait(20s);
  }
  CHECK(world.so_far("retried", kSoon) == "open");
  world.wait(80s);  // turned away for 40 s, it may stay away for 80 s
  const auto answer = world.judged("retried", kSoon);
  CHECK(answer == "fail: client 192.0.2.1 was not tried again*");
  CHECK(answer.verdict.failed == 1);
}

// Where nobody gets as far as a recipient the sender is judged: its last refusal was left alone.
TEST_CASE("a loop of refused MAILs that ends refused", "[label:named-histories]") {
  World world(rule("at = 'mail'\nreply = '451 4.3.2 no'"));
  Line line(world);
  line.greeting();
  line.hello();
  for (int i = 0; i < 5; ++i) {
    CHECK(line.mail({}) == 451);
    world.wait(5s);
  }
  line.leave(Goodbye::quit);
  world.wait(1min);
  const auto answer = world.judged("retried", kSoon);
  CHECK(answer == "fail: sender a@sender.test was not tried again*");
  CHECK(answer.verdict.failed == 1);
  CHECK(world.judged("not-hasty") == "empty");
}

// The receiver said nothing until the client had enough: that is a lost attempt, not an abandoned
// one, and it owes another.
TEST_CASE("blackhole and the client leaves for good", "[label:named-histories]") {
  World world(rule("at = 'connect'\ndo = [{ stall = true }]"));
  CHECK(Sender(world, {.patience = 10s}).attempt({}) == 0);
  world.wait(31s);
  CHECK(world.judged("retried", kSoon) == "fail: *lost connection at connect");
}

// A campaign over several connections: one that comes back speaks for all of them, and none that
// came at the same time does.
TEST_CASE("several connections at once against a 421 greeting", "[label:named-histories]") {
  World world(rule("at = 'connect'\ntimes = 4\ndelay = '50ms'\nreply = '421 4.3.2 no'"));
  std::vector<std::unique_ptr<Line>> lines;
  for (int i = 0; i < 4; ++i) lines.push_back(std::make_unique<Line>(world));
  for (auto& line : lines) CHECK(line->greeting() == 421);
  world.wait(20s);
  CHECK(world.so_far("retried", kSoon) == "open");

  SECTION("and none later") {
    world.wait(20s);
    CHECK(world.judged("retried", kSoon) == "fail");
  }
  SECTION("and one later") {
    CHECK(Sender(world).attempt({}) == 250);
    world.wait(20s);
    CHECK(world.judged("retried", kSoon) == "pass");
  }
}

// Its queue is tried as a whole whenever a message is injected: the short gap is not impatience.
TEST_CASE("nullmailer flushed by an injection", "[label:named-histories]") {
  World world(deferring(2));
  Sender sender(world, {.helo_only = true});
  const Mail first{.to = {"first@x.test"}, .id = "<1@s>"};
  const Mail injected{.to = {"injected@x.test"}, .id = "<2@s>"};
  sender.attempt(first);
  world.wait(400ms);
  SECTION("the injected message goes first") {
    sender.attempt(injected);
    sender.attempt(first);
  }
  SECTION("the injected message goes last") {
    sender.attempt(first);
    sender.attempt(injected);
  }
  world.wait(60s);
  CHECK(sender.attempt(first) == 250);
  sender.deliver(injected, {60s});
  CHECK(world.judged("not-hasty") == "pass");
  CHECK(world.judged("not-hasty", "min_gap = '50s'") == "pass");
}

// An attempt begins when its connection is accepted, not when the banner lets it speak.
TEST_CASE("a delayed banner that hides an immediate reconnect", "[label:named-histories]") {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'slow'\nat = 'connect'\ndelay = '5s'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 1\nreply = '452 4.3.1 no'\n"
  );
  CHECK(Sender(world).deliver({}, {1ms}) == 250);
  world.wait(10s);
  CHECK(world.judged("not-hasty") == "fail");
}

// The phase of a queue run: the second gap is shorter than the first, and means nothing.
TEST_CASE("Exim 0 3.1 5.1 s", "[label:named-histories]") {
  World world(deferring(3));
  CHECK(Sender(world).deliver({}, {3100ms, 2000ms, 5000ms}) == 250);
  world.wait(10s);
  CHECK(world.judged("backs-off") == "pass: *gaps of 3.1 s, 2 s, 5 s");
  CHECK(world.judged("not-hasty") == "pass");
}

// The host was away at the fourth gap, so that gap says nothing about the message's own times.
TEST_CASE("Postfix's gaps with a refused greeting in between", "[label:named-histories]") {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'down'\nat = 'connect'\nafter = 4\ntimes = 1\nreply = '421 4.3.2 no'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 6\nreply = '452 4.3.1 no'\n"
  );
  CHECK(Sender(world).deliver({}, {10s, 20s, 40s, 5s, 5s, 40s, 40s}) == 250);
  world.wait(10s);
  CHECK(world.judged("backs-off") == "pass");
  CHECK(world.judged("not-hasty") == "pass");
  CHECK(world.judged("retried", "within = '41s'") == "pass");
}

// Too many recipients at once: the rest is welcome at once (RFC 5321 4.5.3.1.10).
TEST_CASE("452 4.5.3 then the rest at once", "[label:named-histories]") {
  World world("name = 't'\n[server]\nmax_recipients = 2\n");
  Sender sender(world);
  CHECK(sender.attempt({.to = {"a@x.test", "b@x.test", "c@x.test", "d@x.test"}}) == 250);
  CHECK(sender.attempt({.to = {"c@x.test", "d@x.test"}}) == 250);
  world.wait(10s);
  CHECK(world.judged("not-hasty") == "empty: *it followed 452 4.5.3*");
  CHECK(world.judged("retried", kSoon) == "pass: 2 failures*");
  CHECK(world.judged("delivered-once") == "pass: 4 deliveries*");
}

// The message is not retried; whether the recipient is suppressed nobody can know.
TEST_CASE("one 550 and nothing after", "[label:named-histories]") {
  World world(refusing());
  Sender(world).attempt({});
  world.wait(1min);
  CHECK(world.judged("not-retried", "quiet = '30s'") == "pass");
  CHECK(world.judged("suppressed", "quiet = '30s'") == "empty");
  CHECK(world.judged("retried", kSoon) == "empty");
}

// At RCPT nothing shows the Message-ID: without the promise of one message per key it may be
// another message each time. The recipient is not left alone either way.
TEST_CASE("msmtp-queue retrying a 550 for ever", "[label:named-histories]") {
  const bool unique = GENERATE(false, true);
  CAPTURE(unique);
  World world(refusing() + (unique ? "[delivery]\nunique = true\n" : ""));
  Sender(world, {.after_failure = Goodbye::fin}).insist({}, {60s, 60s, 60s});
  CHECK(world.judged("not-retried") == (unique ? "fail" : "blind"));
  CHECK(world.judged("suppressed") == "fail");
}

// The command is done, its queue is not: nothing is decided before the deadline.
TEST_CASE("a queue that retries after the command has exited", "[label:named-histories]") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(25s);
  const auto waiting = world.so_far("retried", kSoon);
  CHECK(waiting == "open");
  CHECK(waiting.verdict.deadline);
  CHECK(Sender(world).attempt({}) == 250);
  CHECK(world.so_far("retried", kSoon) == "pass");
}

// What was refused was the message: its recipient may get others, and this is another one.
TEST_CASE("554 after the dot and a clean message later", "[label:named-histories]") {
  World world(rule("at = 'message'\ntimes = 1\nper = 'receiver'\nreply = '554 5.7.1 no'"));
  Sender sender(world);
  CHECK(sender.attempt({.id = "<bad@s>"}) == 554);
  world.wait(20s);
  CHECK(sender.attempt({.id = "<clean@s>"}) == 250);
  world.wait(1min);
  CHECK(world.judged("suppressed", "offered = true") == "empty");
  CHECK(world.judged("not-retried") == "blind: *nothing proves*");
}

// The second was on its way when the first was refused: it is no later attempt.
TEST_CASE("two messages on two connections when the 550 comes", "[label:named-histories]") {
  World world(refusing());
  Line one(world);
  Line two(world);
  one.greeting();
  two.greeting();
  one.hello();
  two.hello();
  const bool same_sender = GENERATE(false, true);
  CAPTURE(same_sender);
  one.mail({.id = "<1@s>"});
  two.mail({.from = same_sender ? "a@sender.test" : "b@sender.test", .id = "<2@s>"});
  CHECK(one.rcpt("r@receiver.test") == 550);
  world.wait(5s);
  CHECK(two.rcpt("r@receiver.test") == 550);
  one.leave(Goodbye::quit);
  two.leave(Goodbye::quit);
  world.wait(1min);
  CHECK(world.judged("suppressed", "offered = true") == "pass");
  CHECK(world.judged("not-retried") == "pass");
}

// Nothing came because there was nothing to send, or because the address is suppressed.
TEST_CASE("one 550 and no second message", "[label:named-histories]") {
  World world(refusing());
  Sender(world).attempt({});
  world.wait(1h);
  CHECK(world.judged("suppressed") == "empty: *nothing says that more mail to it was submitted");
}

// The sender was told to come back and did: the count is of positive replies, not of copies.
TEST_CASE("451-yet-stored then 250", "[label:named-histories]") {
  World world(rule("at = 'message'\ntimes = 1\ndo = [{ accept = true }, { reply = '451 4.3.0 no' }]"
  ));
  CHECK(Sender(world).deliver({}, {10s}) == 250);
  world.wait(1min);
  CHECK(world.judged("delivered-once", kSoon) == "pass: *kept 2 times, rightfully*");
  CHECK(world.judged("retried", kSoon) == "pass");
}

// What the receiver does with it after 250 is no business of the sender's.
TEST_CASE("250-yet-discarded", "[label:named-histories]") {
  World world(rule("at = 'message'\ndo = [{ reply = '250 2.0.0 Ok' }, { accept = false }]"));
  CHECK(Sender(world).attempt({}) == 250);
  world.wait(1min);
  CHECK(world.judged("delivered-once", kSoon) == "pass: 1 delivery: accepted, and no second copy");
}

// The client has given up without closing: the reply that comes at last finds nobody.
TEST_CASE("a reply slower than the patience of a client that leaves its connection open") {
  World world(rule("at = 'message'\ntimes = 1\ndelay = '30s'"));
  const auto given_up = world.receiver().connect();
  for (const char* line :
       {"EHLO c.test",
        "MAIL FROM:<a@sender.test>",
        "RCPT TO:<r@receiver.test>",
        "DATA",
        "Message-ID: <1@sender.test>\r\n\r\nhi\r\n."}) {
    given_up->say(line);
    world.wait(1ms);
  }
  world.wait(10s);
  CHECK(Sender(world).attempt({}) == 250);
  world.wait(10min);
  CHECK(world.judged("delivered-once") == "pass: *rightfully*");
}

// Both were told that it is accepted, and the same Message-ID proves it one message.
TEST_CASE("two workers sending one message", "[label:named-histories]") {
  World world(kHealthy);
  Line one(world);
  Line two(world, {.client = "192.0.2.2"});
  begin(one, {});
  begin(two, {});
  finish(one, {});
  finish(two, {});
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "fail: *twice*");
}

// A second copy, or the same words a second time: nobody can tell.
TEST_CASE("hi twice without Message-ID", "[label:named-histories]") {
  World world(kHealthy);
  Sender sender(world);
  sender.attempt({.id = ""});
  world.wait(1s);
  sender.attempt({.id = ""});
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "blind");
}

// Where the first attempt showed its Message-ID the second looks like another message; where it was
// refused at RCPT nothing speaks against its being the same.
TEST_CASE("an application that resends with a new Message-ID", "[label:named-histories]") {
  const bool seen = GENERATE(false, true);
  CAPTURE(seen);
  World world(
      rule(fmt::format("at = '{}'\ntimes = 1\nreply = '451 4.3.0 no'", seen ? "message" : "rcpt"))
  );
  Sender sender(world);
  sender.attempt({.id = "<1@s>"});
  world.wait(10s);
  CHECK(sender.attempt({.id = "<2@s>"}) == 250);
  world.wait(1min);
  CHECK(world.judged("retried", kSoon) == (seen ? "blind" : "pass"));
  CHECK(world.judged("delivered-once") == (seen ? "blind" : "pass"));
}

// The client left before the answer, so it had to come again: lost, then delivered, both kept.
TEST_CASE("a reply slower than the client's timeout", "[label:named-histories]") {
  const bool kept = GENERATE(false, true);
  CAPTURE(kept);
  World world(rule(
      kept ? "at = 'message'\ntimes = 1\ndo = [{ accept = true }, { delay = '30s' }]"
           : "at = 'message'\ntimes = 1\ndelay = '30s'"
  ));
  CHECK(Sender(world, {.patience = 10s}).deliver({}, {20s}) == 250);
  world.wait(1min);
  CHECK(world.judged("retried", kSoon) == "pass");
  CHECK(world.judged("delivered-once") == (kept ? "pass: *rightfully*" : "pass"));
}
