// attempt-limit: senders that stop trying, senders that do not, and those that may yet.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

TEST_CASE("as many attempts as allowed are within the limit") {
  World world(deferring(9));
  Sender(world).deliver({}, {5s, 5s});
  world.wait(1min);
  const auto answer = world.judged("attempt-limit", "at_most = 3");
  CHECK(answer == "pass: 1 delivery: the most were 3");
  CHECK(answer.verdict.provisional);
}

TEST_CASE("one attempt more than allowed is over the limit") {
  World world(deferring(9));
  Sender(world).deliver({}, {5s, 5s, 5s});
  const auto answer = world.judged("attempt-limit", "at_most = 3");
  CHECK(answer == "fail: a@sender.test to r@receiver.test had 4 attempts");
  CHECK_FALSE(answer.verdict.evidence.empty());
}

TEST_CASE("over the limit is over it even if accepted in the end") {
  World world(deferring(3));
  Sender(world).deliver({}, {5s, 5s, 5s});
  CHECK(world.judged("attempt-limit", "at_most = 3") == "fail");
  CHECK(world.so_far("attempt-limit", "at_most = 4") == "pass");
}

TEST_CASE("without a failure no limit is judged") {
  World world(kHealthy);
  Sender(world).attempt({});
  CHECK(world.judged("attempt-limit", "at_most = 1") == "empty");
}

TEST_CASE("within the limit a further attempt may still come") {
  World world(deferring(9));
  Sender(world).attempt({});
  world.wait(4s);
  CHECK(world.so_far("attempt-limit", "at_most = 3") == "open: *may be tried again");
  const auto waiting = world.so_far("attempt-limit", "at_most = 3\nquiet = '5s'");
  CHECK(waiting == "open");
  CHECK(waiting.verdict.deadline);
  world.wait(2s);
  CHECK(world.so_far("attempt-limit", "at_most = 3\nquiet = '5s'") == "pass");
  CHECK(world.so_far("attempt-limit", "at_most = 3") == "open");
}

TEST_CASE("attempts of messages that cannot be told apart are not counted") {
  World world(rule("at = 'message'\nreply = '451 4.3.0 no'"));
  Sender sender(world);
  for (const char* id : {"<1@s>", "<2@s>", "<3@s>"}) {
    sender.attempt({.id = id});
    world.wait(5s);
  }
  CHECK(world.judged("attempt-limit", "at_most = 1") == "blind: *several messages*");
}

TEST_CASE("refused connections are no attempts of a delivery") {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'down'\nat = 'connect'\nafter = 1\ntimes = 5\nreply = '421 4.3.2 no'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 1\nreply = '452 4.3.1 no'\n"
  );
  CHECK(Sender(world).deliver({}, {5s, 5s, 5s, 5s, 5s, 5s}) == 250);
  CHECK(world.judged("attempt-limit", "at_most = 2") == "pass");
}

TEST_CASE("the rest of too many recipients is no further attempt") {
  const std::string extensions =
      GENERATE(std::string("['PIPELINING']"), std::string("['PIPELINING', 'ENHANCEDSTATUSCODES']"));
  World world("name = 't'\n[server]\nmax_recipients = 1\nextensions = " + extensions + "\n");
  Sender sender(world);
  std::vector<std::string> rest{"1@r.test", "2@r.test", "3@r.test", "4@r.test"};
  while (!rest.empty()) {
    sender.attempt({.to = rest});
    rest.erase(rest.begin());
  }
  world.wait(1min);
  CHECK(world.judged("attempt-limit", "at_most = 1\nquiet = '10s'") == "pass");
  CHECK_FALSE(world.judged("not-hasty", "min_gap = '10s'") == "fail");
}
