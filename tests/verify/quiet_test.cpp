// The window of quiet that a must-not check runs out: where it ends.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

constexpr auto kKeys = "at_most = 2\nquiet = '10s'";

}  // namespace

TEST_CASE("a window of quiet is as long as was asked for, and the slack") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(10s);
  CHECK(world.so_far("attempt-limit", kKeys) == "open");
  world.wait(200ms);
  CHECK(world.so_far("attempt-limit", kKeys) == "open");
  world.wait(100ms);
  const auto answer = world.so_far("attempt-limit", kKeys);
  CHECK(answer == "pass");
  CHECK_FALSE(answer.verdict.provisional);
}

TEST_CASE("without a window the end of the run ends it, provisionally") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(10s);
  CHECK(world.so_far("attempt-limit", "at_most = 2") == "open");
  const auto answer = world.judged("attempt-limit", "at_most = 2");
  CHECK(answer == "pass");
  CHECK(answer.verdict.provisional);
}
