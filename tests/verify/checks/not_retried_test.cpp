// not-retried: what was refused for good is left alone, or tried again, or nobody can tell.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

// A refusal at the end of data, where the Message-ID is known.
const std::string kRefusedMessage = rule("at = 'message'\nreply = '554 5.6.0 no'");

}  // namespace

TEST_CASE("a sender that takes a 550 as final does not retry") {
  World world(refusing());
  CHECK(Sender(world).deliver({}, {5s, 5s}) == 550);
  world.wait(28s);
  const auto answer = world.judged("not-retried");
  CHECK(answer == "pass: 1 delivery: no further attempt in the 28 s observed");
  CHECK(answer.verdict.provisional);
}

TEST_CASE("a message with the same Message-ID after a 554 is a retry") {
  World world(kRefusedMessage);
  Sender(world).insist({}, {10s});
  const auto answer = world.judged("not-retried");
  CHECK(answer == "fail: * was tried again 10 s after 554 5.6.0");
  CHECK_FALSE(answer.verdict.evidence.empty());
}

TEST_CASE("a message with the same ENVID after a 550 is a retry") {
  World world(refusing());
  Sender(world).insist({}, {10s});
  CHECK(judged(with_envid(world.past(), "Q1"), "not-retried") == "fail");
}

TEST_CASE("with one message per key promised any further attempt is a retry") {
  World world(refusing() + "[delivery]\nunique = true\n");
  Sender(world).insist({}, {10s});
  CHECK(world.judged("not-retried") == "fail");
}

TEST_CASE("a further attempt that nothing proves the same message is blind") {
  World world(refusing());
  Sender(world).insist({}, {10s});
  CHECK(world.judged("not-retried") == "blind: *nothing proves that it was the same message*");
}

TEST_CASE("another message after a 554 is no retry of the first") {
  World world(kRefusedMessage);
  Sender sender(world);
  sender.attempt({.id = "<1@s>"});
  world.wait(10s);
  sender.attempt({.id = "<2@s>"});
  CHECK(world.judged("not-retried") == "blind");
}

TEST_CASE("an unproven attempt after quiet ran is another matter") {
  World world(refusing());
  Sender(world).insist({}, {10s});
  CHECK(world.judged("not-retried", "quiet = '5s'") == "pass");
  CHECK(world.judged("not-retried", "quiet = '15s'") == "blind");
}

TEST_CASE("a proven retry fails whenever it comes") {
  World world(kRefusedMessage);
  Sender(world).insist({}, {1h});
  CHECK(world.judged("not-retried", "quiet = '5s'") == "fail");
}

TEST_CASE("not-retried is open until quiet ran") {
  World world(refusing());
  Sender(world).attempt({});
  world.wait(4s);
  const auto waiting = world.so_far("not-retried", "quiet = '5s'");
  CHECK(waiting == "open: *no further attempt in the 4 s since 550 5.3.1");
  CHECK(waiting.verdict.deadline);
  world.wait(2s);
  const auto answer = world.so_far("not-retried", "quiet = '5s'");
  CHECK(answer == "pass");
  CHECK_FALSE(answer.verdict.provisional);
}

TEST_CASE("without quiet not-retried is open until the end") {
  World world(refusing());
  Sender(world).attempt({});
  CHECK(world.judged("not-retried") == "open");
  world.wait(1h);
  CHECK(world.so_far("not-retried") == "open");
  CHECK(world.judged("not-retried") == "pass");
}

TEST_CASE("without a 5xx there is nothing to retry wrongly") {
  World world(deferring(1));
  Sender(world).deliver({}, {5s});
  CHECK(world.judged("not-retried") == "empty: no delivery was rejected");
}

TEST_CASE("codes and except choose the refusals that count") {
  World world(kRefusedMessage);
  Sender(world).insist({}, {10s});
  CHECK(world.judged("not-retried", "codes = [554]") == "fail");
  CHECK(world.judged("not-retried", "codes = ['5.6.*']") == "fail");
  CHECK(world.judged("not-retried", "codes = [550]") == "empty");
  CHECK(world.judged("not-retried", "except = ['5.6.0']") == "empty");
  CHECK(world.judged("not-retried", "except = [552]") == "fail");
}

TEST_CASE("a client that obeys a 530 and sends again retries nothing, unless 530 is named") {
  struct Row {
    const char* server;
    bool tls;
    const char* login;
    int to_rcpt;  // the reply to the RCPT behind the refused MAIL
  };

  const auto row = GENERATE(
      Row{"extensions = ['STARTTLS'], tls = { required = true }", true, "", 530},
      Row{"auth = { users = { alice = 'secret' }, required = true }",
          false,
          "AUTH PLAIN AGFsaWNlAHNlY3JldA==",
          503}
  );
  CAPTURE(row.server);
  // One message for each pair of sender and recipient: the same pair is the same message.
  World world(
      "name = 't'\ndelivery = { unique = true }\nserver = { " + std::string(row.server) + " }\n"
  );
  Line line(world);
  line.greeting();
  line.hello();
  CHECK(line.say("MAIL FROM:<a@sender.test>\r\nRCPT TO:<r@receiver.test>") == row.to_rcpt);
  world.wait(1s);
  CHECK((row.tls ? line.starttls() : line.say(row.login)) / 100 == 2);
  line.hello();
  CHECK(line.mail({}) == 250);
  CHECK(line.rcpt("r@receiver.test") == 250);
  CHECK(line.data() == 354);
  CHECK(line.body({}) == 250);
  line.leave(Goodbye::quit);
  world.wait(10s);
  CHECK(world.judged("not-retried") == "empty: no delivery was rejected");
  CHECK(world.judged("not-retried", "codes = [550]") == "empty");
  CHECK(world.judged("not-retried", "codes = [530]") == "fail: *tried again*after 530*");
}

TEST_CASE("what was on its way when the refusal came is no retry") {
  // A second connection has begun its MAIL before the first one is refused.
  World world(kRefusedMessage);
  Line early(world);
  early.greeting();
  early.hello();
  early.mail({});
  Sender(world).attempt({});
  early.rcpt("r@receiver.test");
  early.data();
  early.body({});
  early.leave(Goodbye::quit);
  world.wait(10s);
  CHECK(world.judged("not-retried") == "pass");
}

TEST_CASE("an attempt within the slack of a refusal is no retry") {
  World good(kRefusedMessage);
  Sender(good).insist({}, {200ms});
  good.wait(10s);
  CHECK(good.judged("not-retried") == "pass");
  World bad(kRefusedMessage);
  Sender(bad).insist({}, {300ms});
  CHECK(bad.judged("not-retried") == "fail");
}

TEST_CASE("a deferral of the same message before its refusal is no retry") {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'one'\nat = 'message'\ntimes = 1\nreply = '451 4.3.0 no'\n"
      "[[rule]]\nname = 'two'\nat = 'message'\nreply = '554 5.6.0 no'\n"
  );
  CHECK(Sender(world).deliver({}, {10s, 10s}) == 554);
  world.wait(10s);
  CHECK(world.judged("not-retried") == "pass");
}
