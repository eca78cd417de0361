// A pool opens its connections before it has mail: what it does begins with what it says.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace verify::testing;
using namespace std::chrono_literals;

namespace {

const std::string kFull =
    "name = 't'\n[[rule]]\nname = 'r'\nat = 'rcpt'\nreply = '452 4.2.2 full'\n";

// Opened, greeted, and kept waiting by the client.
struct Waiting {
  explicit Waiting(World& world) : line(world) {
    line.greeting();
    line.hello();
  }

  int send() {
    line.mail({});
    const int code = line.rcpt("r@receiver.test");
    if (code >= 400) return line.leave(Goodbye::quit), code;
    line.data();
    const int end = line.body({});
    return line.leave(Goodbye::quit), end;
  }

  Line line;
};

}  // namespace

TEST_CASE("mail over a connection that was there before is delivered in time") {
  World world(kHealthy);
  Waiting early(world);
  world.wait(5s);
  CHECK(early.send() == 250);
  world.wait(1min);
  CHECK(world.judged("delivered-once", "within = '3s'") == "pass");
}

TEST_CASE("who gives up in time on connections from before has given up in time") {
  World world(kFull);
  Waiting early(world);
  world.wait(5s);
  CHECK(early.send() == 452);
  world.wait(1s);
  CHECK(Sender(world).attempt({}) == 452);
  world.wait(1min);
  CHECK(world.judged("gives-up", "after = ['0s', '2s']") == "pass");
}

TEST_CASE("a connection opened in time and used too late is no retry in time") {
  World world("name = 't'\n[[rule]]\nname = 'r'\nat = 'rcpt'\ntimes = 1\nreply = '452 4.2.2 no'\n");
  CHECK(Sender(world).attempt({}) == 452);
  world.wait(1s);
  Waiting early(world);
  world.wait(9s);
  CHECK(early.send() == 250);
  CHECK(world.judged("retried", "within = '3s'") == "fail");
  CHECK(world.judged("retried", "within = '30s'") == "pass");
}

TEST_CASE("the time to be accepted in begins with what is said") {
  World world(kFull);
  Waiting early(world);
  world.wait(5s);
  CHECK(early.send() == 452);
  world.wait(1s);
  CHECK(world.so_far("delivered-once", "within = '3s'") == "open");
  world.wait(5s);
  CHECK(world.so_far("delivered-once", "within = '3s'") == "fail");
}
