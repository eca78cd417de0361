// retried of a receiver that shares its port: a client that it turned away may come back with mail
// for another one.
#include "support/catch.hpp"
#include "support/shared_port.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

// The greeter refuses the first connection.
struct Shared {
  Shared() : port({.greeter = "[[rule]]\nat = 'connect'\ntimes = 1\nreply = '421 4.3.2 no'\n"}) {
    port.advance(1s);
    CHECK_FALSE(port.connect()->open());
  }

  void send(std::string_view recipient) {
    auto client = port.connect();
    for (const auto& said :
         {std::string("EHLO c.test"),
          std::string("MAIL FROM:<a@c.test>"),
          fmt::format("RCPT TO:<{}>", recipient),
          std::string("QUIT")}) {
      port.advance(1ms);
      client->say(said);
    }
  }

  [[nodiscard]] Answer verdict() {
    port.advance(2h);
    port.receiver("default").observed(port.now(), base::Duration(0));
    Past past;
    for (const auto& event : port.events("default")) past.push_back(*event);
    return judged(past, "retried");
  }

  test_support::SharedPort port;
};

}  // namespace

TEST_CASE("who was turned away and comes back with mail for another receiver has come back") {
  Shared world;
  world.port.advance(1min);
  world.send("x@a.test");
  CHECK(world.port.attempts("a").size() == 1);
  CHECK(world.verdict() == "pass");
}

TEST_CASE("mail for another receiver at the same time is no return, and long after is too late") {
  Shared at_once;
  at_once.send("x@a.test");
  CHECK(at_once.verdict() == "fail");
  Shared late;
  late.port.advance(3h);
  late.send("x@a.test");
  CHECK(late.verdict() == "fail");
}
