// suppressed: a rejected recipient gets no further mail, or does; and nobody had any to send.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

// Another message, to the same recipient.
const Mail kNext{.from = "b@sender.test", .id = "<next@sender.test>"};

}  // namespace

TEST_CASE("a recipient left alone although there was more mail is suppressed") {
  World world(refusing());
  Sender(world).attempt({});
  world.wait(2s);
  world.offered("r@receiver.test");
  world.wait(28s);
  const auto answer = world.judged("suppressed");
  CHECK(answer == "pass: 1 recipient: no further attempt in the 28 s observed");
  CHECK(answer.verdict.provisional);
}

TEST_CASE("a recipient that gets another message is not suppressed") {
  World world(refusing());
  Sender sender(world);
  sender.attempt({});
  world.wait(3s);
  sender.attempt(kNext);
  const auto answer = world.judged("suppressed", "quiet = '30s'");
  CHECK(answer == "fail: r@receiver.test was tried again 3 s after 550 5.3.1");
  CHECK(answer.verdict.expected == "no attempt for 30 s");
  CHECK_FALSE(answer.verdict.evidence.empty());
}

TEST_CASE("a recipient left alone with nothing to send proves nothing") {
  World world(refusing());
  Sender(world).attempt({});
  world.wait(1h);
  CHECK(world.judged("suppressed") == "empty: *nothing says that more mail to it was submitted");
}

TEST_CASE("the promise that more mail was submitted stands for an offer") {
  World world(refusing());
  Sender(world).attempt({});
  world.wait(10s);
  CHECK(world.judged("suppressed", "offered = true") == "pass");
}

TEST_CASE("an offer before the rejection is no offer") {
  World world(refusing());
  world.offered("r@receiver.test");
  world.wait(1s);
  Sender(world).attempt({});
  world.wait(1h);
  CHECK(world.judged("suppressed") == "empty");
}

TEST_CASE("an offer to another recipient is no offer") {
  World world(refusing());
  Sender(world).attempt({});
  world.wait(1s);
  world.offered("other@receiver.test");
  world.wait(1min);
  CHECK(world.judged("suppressed") == "empty");
  CHECK(world.judged("suppressed", "scope = 'domain'") == "pass");
}

TEST_CASE("without a rejection at RCPT nobody is to be suppressed") {
  World world(deferring(1));
  Sender(world).deliver({}, {10s});
  CHECK(world.judged("suppressed", "offered = true") == "empty: no recipient was rejected at RCPT");
}

TEST_CASE("quiet of suppressed runs from the offer") {
  World world(refusing());
  Sender(world).attempt({});
  world.wait(20s);
  world.offered("r@receiver.test");
  world.wait(20s);
  const auto waiting = world.so_far("suppressed", "quiet = '30s'");
  CHECK(waiting == "open: *no further attempt in the 20 s since more mail was submitted");
  CHECK(waiting.verdict.deadline);
  world.wait(11s);
  const auto answer = world.so_far("suppressed", "quiet = '30s'");
  CHECK(answer == "pass");
  CHECK_FALSE(answer.verdict.provisional);
}

TEST_CASE("mail after quiet ran is no fault") {
  World world(refusing());
  Sender sender(world);
  sender.attempt({});
  world.wait(1s);
  world.offered("r@receiver.test");
  world.wait(40s);
  sender.attempt(kNext);
  CHECK(world.judged("suppressed", "quiet = '30s'") == "pass");
  CHECK(world.judged("suppressed", "quiet = '50s'") == "fail");
}

TEST_CASE("so many probes are allowed and no more") {
  World world(refusing());
  Sender sender(world);
  sender.attempt({});
  for (int i = 0; i < 2; ++i) {
    world.wait(10s);
    sender.attempt(kNext);
  }
  CHECK(world.judged("suppressed", "offered = true\nprobes = 1") == "fail");
  CHECK(world.judged("suppressed", "offered = true\nprobes = 1\nprobe_period = '8s'") == "pass");
  CHECK(world.judged("suppressed", "offered = true\nprobes = 1\nprobe_period = '12s'") == "fail");
  CHECK(world.judged("suppressed", "offered = true\nprobes = 2") == "pass");
}

TEST_CASE("scope domain leaves all its recipients alone") {
  World world(rule("at = 'rcpt'\nmatch = { recipient = 'r@receiver.test' }\nreply = '550 5.1.2 no'")
  );
  Sender sender(world);
  sender.attempt({});
  world.wait(5s);
  sender.attempt({.to = {"other@receiver.test"}});
  CHECK(world.judged("suppressed", "scope = 'domain'") == "fail: receiver.test was tried again*");
  CHECK(world.judged("suppressed", "offered = true") == "pass");
}

TEST_CASE("mail of the null sender is no mail of a suppressed recipient") {
  World world(refusing());
  Sender sender(world);
  sender.attempt({});
  world.wait(5s);
  sender.attempt({.from = ""});
  world.wait(5s);
  CHECK(world.judged("suppressed", "offered = true") == "pass");
}

TEST_CASE("codes and except choose the rejections that suppress") {
  World world(refusing("552 5.2.2"));
  Sender sender(world);
  sender.attempt({});
  world.wait(5s);
  sender.attempt(kNext);
  CHECK(world.judged("suppressed") == "fail");
  CHECK(world.judged("suppressed", "codes = ['5.1.*']") == "empty");
  CHECK(world.judged("suppressed", "except = [552]") == "empty");
  CHECK(world.judged("suppressed", "codes = [552]") == "fail");
}

TEST_CASE("several rejected recipients are judged one by one") {
  World world(refusing());
  Sender sender(world);
  sender.attempt({.to = {"good@x.test", "bad@x.test", "idle@x.test"}});
  world.wait(1s);
  world.offered("good@x.test");
  world.wait(5s);
  sender.attempt({.from = "b@sender.test", .to = {"bad@x.test"}});
  world.wait(5s);
  const auto answer = world.judged("suppressed");
  CHECK(answer == "fail: bad@x.test*");
  CHECK(answer.verdict.passed == 1);
  CHECK(answer.verdict.failed == 1);
  CHECK(answer.verdict.unclear == 1);
}
