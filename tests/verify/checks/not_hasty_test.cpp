// not-hasty: senders that wait, senders that do not, and gaps that prove nothing.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

TEST_CASE("a sender that waits is not hasty") {
  World world(deferring(2));
  CHECK(Sender(world).deliver({}, {10s, 12s}) == 250);
  const auto answer = world.judged("not-hasty", "min_gap = '10s'");
  CHECK(answer == "pass: 1 delivery: the shortest gap was 10 s");
  CHECK(answer.verdict.provisional);
}

TEST_CASE("a sender that comes back at once is hasty") {
  World world(deferring(1));
  Sender(world).deliver({}, {200ms});
  world.wait(2s);
  const auto answer = world.judged("not-hasty");
  CHECK(answer == "fail: * was tried again * after 452 4.3.1");
  CHECK_FALSE(answer.verdict.evidence.empty());
}

TEST_CASE("the least gap is one second of real time by default") {
  for (const char* scale : {"1", "60"}) {
    INFO(scale);
    World world(deferring(2) + "[time]\nscale = " + scale + "\n");
    Sender sender(world);
    sender.deliver({.to = {"good@x.test"}}, {800ms, 900ms});
    CHECK(world.judged("not-hasty") == "pass");
    sender.deliver({.to = {"bad@x.test"}}, {5s, 700ms});
    world.wait(2s);
    CHECK(world.judged("not-hasty", "select = { recipient = 'bad@*' }") == "fail");
  }
}

TEST_CASE("a gap short by less than the slack is not hasty") {
  World good(deferring(1));
  Sender(good).deliver({}, {9s + 760ms});
  CHECK(good.judged("not-hasty", "min_gap = '10s'") == "pass");
  World bad(deferring(1));
  Sender(bad).deliver({}, {9s + 740ms});
  bad.wait(2s);
  CHECK(bad.judged("not-hasty", "min_gap = '10s'") == "fail");
}

TEST_CASE("every gap of a delivery is looked at") {
  World world(deferring(3));
  Sender(world).deliver({}, {10s, 10s, 3s});
  world.wait(2s);
  CHECK(world.judged("not-hasty", "min_gap = '10s'") == "fail");
}

TEST_CASE("a hasty retry stays one whatever comes of the delivery") {
  World world(deferring(9));
  Sender(world).deliver({}, {100ms});
  world.wait(2s);
  CHECK(world.so_far("not-hasty") == "fail");
  CHECK(world.judged("not-hasty") == "fail");
}

TEST_CASE("without a further attempt nobody was patient") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(1h);
  CHECK(world.so_far("not-hasty") == "open: *neither accepted nor rejected yet");
  CHECK(world.judged("not-hasty") == "empty: *there was no further attempt");
}

TEST_CASE("without a failure nothing is hasty") {
  World world(kHealthy);
  Sender(world).attempt({});
  CHECK(world.judged("not-hasty") == "empty: no delivery was deferred or lost");
}

TEST_CASE("a patient delivery that is not resolved is open") {
  World world(deferring(9));
  Sender(world).deliver({}, {10s});
  CHECK(world.judged("not-hasty") == "open: *neither accepted nor rejected");
}

TEST_CASE("with quiet a patient sender passes for good once it ran") {
  World world(deferring(1));
  Sender(world).deliver({}, {10s});
  world.wait(4s);
  const auto waiting = world.so_far("not-hasty", "quiet = '5s'");
  CHECK(waiting == "open: *may be tried again");
  CHECK(waiting.verdict.deadline);
  world.wait(2s);
  const auto answer = world.so_far("not-hasty", "quiet = '5s'");
  CHECK(answer == "pass");
  CHECK_FALSE(answer.verdict.provisional);
}

TEST_CASE("without quiet a patient sender passes at the end only") {
  World world(deferring(1));
  Sender(world).deliver({}, {10s});
  world.wait(1h);
  CHECK(world.so_far("not-hasty") == "open");
  CHECK(world.judged("not-hasty") == "pass");
}

TEST_CASE("a short gap between messages that cannot be told apart is blind") {
  World world(rule("at = 'message'\nreply = '451 4.3.0 no'"));
  Sender sender(world);
  sender.attempt({.id = "<1@s>"});
  sender.attempt({.id = "<2@s>"});
  world.wait(2s);
  CHECK(world.judged("not-hasty") == "blind: *several messages*");
}

TEST_CASE("an ambiguous delivery without a short gap is blind as well") {
  World world(rule("at = 'message'\nreply = '451 4.3.0 no'"));
  Sender sender(world);
  sender.attempt({.id = "<1@s>"});
  world.wait(10s);
  sender.attempt({.id = "<2@s>"});
  CHECK(world.judged("not-hasty") == "blind: *several messages*");
}

TEST_CASE("a short gap with an advance inside is blind") {
  World world(deferring(1));
  Sender sender(world);
  sender.attempt({});
  world.advance(1h);
  world.wait(100ms);
  sender.attempt({});
  world.wait(2s);
  CHECK(world.judged("not-hasty") == "blind: *clock was advanced in between");
  CHECK(world.judged("not-hasty", "clock = 'receiver'") == "pass");
}

TEST_CASE("a short gap is open until no injection can excuse it any more") {
  World world(deferring(1));
  Sender(world).deliver({}, {100ms});
  const auto answer = world.so_far("not-hasty");
  CHECK(answer == "open: *unless a new message flushed the queue");
  CHECK(answer.verdict.deadline);
  world.wait(1300ms);
  CHECK(world.so_far("not-hasty") == "fail");
}

TEST_CASE("only gaps after a selected failure are judged by not-hasty") {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'one'\nat = 'rcpt'\ntimes = 1\nreply = '452 4.3.1 no'\n"
      "[[rule]]\nname = 'two'\nat = 'rcpt'\ntimes = 1\nreply = '451 4.3.0 no'\n"
  );
  Sender(world).deliver({}, {10s, 100ms});
  world.wait(2s);
  CHECK(world.judged("not-hasty", "select = { code = 452 }") == "pass");
  CHECK(world.judged("not-hasty", "select = { code = 451 }") == "fail");
  CHECK(world.judged("not-hasty", "select = { code = 450 }") == "empty");
}

TEST_CASE("a refused connection is no hasty delivery") {
  World world(rule("at = 'connect'\ntimes = 3\nreply = '421 4.3.2 no'"));
  Sender(world).deliver({}, {10ms, 10ms, 10ms});
  world.wait(2s);
  CHECK(world.judged("not-hasty") == "empty");
}

TEST_CASE("a connection that was opened early and kept waiting is no hasty retry") {
  for (const bool waits : {true, false}) {
    INFO(waits);
    World world(deferring(1));
    const Mail mail;
    CHECK(Sender(world).attempt(mail) == 452);
    world.wait(100ms);
    Line line(world);
    CHECK(line.greeting() == 220);
    CHECK(line.hello() == 250);
    if (waits) world.wait(30s);
    CHECK(line.mail(mail) == 250);
    CHECK(line.rcpt(mail.to.front()) == 250);
    CHECK(line.data() == 354);
    CHECK(line.body(mail) == 250);
    line.leave(Goodbye::quit);
    world.wait(2s);
    CHECK(world.judged("not-hasty") == (waits ? "pass" : "fail"));
  }
}

TEST_CASE("what the receiver kept waiting is not the sender's patience") {
  World world(deferring(1) + "[[rule]]\nat = 'connect'\nafter = 1\ndelay = '30s'\n");
  Sender(world).deliver({}, {100ms});
  world.wait(2s);
  CHECK(world.judged("not-hasty") == "fail");
}

TEST_CASE("who comes back at once with the TLS that was demanded is not hasty") {
  World world(
      "name = 't'\n[server]\nextensions = ['STARTTLS']\n"
      "[[rule]]\nname = 'r'\nat = 'rcpt'\nmatch = { tls = false }\nreply = '421 4.7.0 TLS needed'\n"
  );
  Sender(world).attempt({});
  Line line(world);
  line.greeting();
  line.hello();
  CHECK(line.starttls() == 220);
  line.hello();
  line.mail({});
  line.rcpt("r@receiver.test");
  line.data();
  CHECK(line.body({}) == 250);
  line.leave(Goodbye::quit);
  world.wait(1min);
  CHECK(world.judged("not-hasty", "min_gap = '1s'") == "empty: *over TLS*");
}
