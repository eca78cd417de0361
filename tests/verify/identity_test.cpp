// Whether two attempts are one message: what shows that they are not.
#include <string>

#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace verify::testing;
using namespace std::chrono_literals;

namespace {

const std::string kDeferringOnce =
    "name = 't'\n[server]\nextensions = ['DSN', 'ENHANCEDSTATUSCODES']\n"
    "[[rule]]\nname = 'r'\nat = 'message'\ntimes = 1\nreply = '451 4.3.0 later'\n";

int send(World& world, const std::string& envid, const std::string& content) {
  Line line(world);
  line.greeting();
  line.hello();
  line.say("MAIL FROM:<a@sender.test>" + (envid.empty() ? "" : " ENVID=" + envid));
  line.rcpt("r@receiver.test");
  line.data();
  const int code = line.say(content + "\r\n.");
  line.leave(Goodbye::quit);
  return code;
}

}  // namespace

TEST_CASE("another ENVID is another message as far as anybody knows") {
  World world(kDeferringOnce);
  CHECK(send(world, "q1", "Subject: x\r\n\r\nbody") == 451);
  world.wait(5s);
  CHECK(send(world, "q2", "Subject: x\r\n\r\nbody") == 250);
  world.wait(2h);
  CHECK(world.judged("retried") == "blind: *several messages*");
  CHECK(world.judged("not-hasty", "min_gap = '10s'") == "blind");
}

TEST_CASE("the same ENVID is the same message") {
  World world(kDeferringOnce);
  CHECK(send(world, "q1", "Subject: x\r\n\r\nbody") == 451);
  world.wait(5s);
  CHECK(send(world, "q1", "Subject: y\r\n\r\nother") == 250);
  world.wait(2h);
  CHECK(world.judged("retried") == "pass");
  CHECK(world.judged("not-hasty", "min_gap = '10s'") == "fail");
}

TEST_CASE("another content without a Message-ID may be another message") {
  World world(kDeferringOnce);
  CHECK(send(world, "", "Subject: x\r\n\r\nfirst") == 451);
  world.wait(5s);
  CHECK(send(world, "", "Subject: x\r\n\r\nsecond") == 250);
  world.wait(2h);
  CHECK(world.judged("retried") == "blind: *several messages*");
}

TEST_CASE("the same content without a Message-ID is not held to be another message") {
  World world(kDeferringOnce);
  CHECK(send(world, "", "Subject: x\r\n\r\nfirst") == 451);
  world.wait(5s);
  CHECK(send(world, "", "Subject: x\r\n\r\nfirst") == 250);
  world.wait(2h);
  CHECK(world.judged("retried") == "pass");
}
