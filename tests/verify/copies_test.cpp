// A message sent again after a 250 that may have been read: nobody passes that.
#include <string>

#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace verify::testing;
using namespace std::chrono_literals;

namespace {

const std::string kContent = "Message-ID: <1@s>\r\nSubject: x\r\n\r\nbody\r\n.";

// Up to DATA.
void begin(Line& line) {
  line.greeting();
  line.hello();
  line.mail({});
  line.rcpt("r@receiver.test");
  line.data();
}

}  // namespace

TEST_CASE("a second copy while the first connection is silent is not passed") {
  World world(kHealthy);
  Line first(world);
  begin(first);
  CHECK(first.say(kContent) == 250);
  world.wait(5s);
  Line second(world);
  begin(second);
  CHECK(second.say(kContent) == 250);
  world.wait(1min);
  CHECK(world.so_far("delivered-once") == "open: *nothing shows yet*");
  first.leave(Goodbye::fin);
  CHECK(world.so_far("delivered-once") == "fail: *after it was accepted*");
}

TEST_CASE("a second copy after a reset is rightful") {
  World world(kHealthy);
  Line first(world);
  begin(first);
  CHECK(first.say(kContent) == 250);
  first.leave(Goodbye::reset);
  world.wait(5s);
  Line second(world);
  begin(second);
  CHECK(second.say(kContent) == 250);
  second.leave(Goodbye::quit);
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "pass");
}

TEST_CASE("a QUIT in one piece with the message does not show what was read") {
  World world(kHealthy);
  for (int copy = 0; copy < 2; ++copy) {
    Line line(world);
    begin(line);
    line.say(kContent + "\r\nQUIT");
    line.leave(Goodbye::fin);
    world.wait(5s);
  }
  world.wait(1min);
  CHECK(world.judged("delivered-once") == "blind: *nothing shows whether*");
}
