// What is set later does not change what was: a past is judged by the set-ups that it had.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace verify::testing;
using namespace std::chrono_literals;

namespace {

void set(World& world, const std::string& scenario) {
  auto& receiver = world.receiver();
  receiver.receiver().use(test_support::scenario_of(scenario), receiver.now());
}

std::string deferring_at(int scale, std::string_view more = "") {
  return fmt::format(
      "name = 't'\n[time]\nscale = {}\n{}[[rule]]\nname = 'r'\nat = 'rcpt'\ntimes = 1\n"
      "reply = '452 4.2.2 full'\n",
      scale,
      more
  );
}

}  // namespace

TEST_CASE("a faster clock or more slack set afterwards makes no late retry good") {
  const std::string later = GENERATE(
      std::string("name = 't'\n[time]\nscale = 3600\n"),
      std::string("name = 't'\n[time]\nslack = '10s'\n")
  );
  World world(deferring_at(1));
  CHECK(Sender(world).deliver({}, {5s}) == 250);
  CHECK(world.so_far("retried", "within = '2s'") == "fail");
  set(world, later);
  world.wait(1min);
  CHECK(world.judged("retried", "within = '2s'") == "fail");
}

TEST_CASE("a slower clock set afterwards makes no patient sender hasty") {
  // Nine tenths of a second are within the slack of a minute at this scale.
  World world(deferring_at(60));
  CHECK(Sender(world).deliver({}, {900ms}) == 250);
  world.wait(1min);
  CHECK(world.so_far("not-hasty", "min_gap = '60s'\nquiet = '1s'") == "pass");
  set(world, "name = 't'\n[time]\nscale = 1\n");
  world.wait(1min);
  CHECK(world.judged("not-hasty", "min_gap = '60s'\nquiet = '1s'") == "pass");
}

TEST_CASE("a clock that ran faster while a retry was due gives it that much slack") {
  World world(deferring_at(1));
  Sender sender(world);
  sender.attempt({});
  world.wait(1s);
  set(world, "name = 't'\n[time]\nscale = 60\n");
  world.wait(100ms);
  sender.attempt({});
  CHECK(world.judged("retried", "within = '2s'") == "pass");
}

TEST_CASE("a promise made afterwards proves nothing of messages before it") {
  const std::string refusing = "[[rule]]\nname = 'r'\nat = 'rcpt'\nreply = '550 5.1.1 no'\n";
  World world("name = 't'\n" + refusing);
  Sender(world).attempt({.id = ""});
  world.wait(5s);
  Sender(world).attempt({.id = ""});
  CHECK(world.so_far("not-retried") == "blind: *nothing proves*");
  set(world, "name = 't'\n[delivery]\nunique = true\n" + refusing);
  world.wait(5s);
  CHECK(world.judged("not-retried") == "blind: *nothing proves*");
}

TEST_CASE("more slack set afterwards does not put a retry on its way before the refusal") {
  const std::string refusing = "[[rule]]\nname = 'r'\nat = 'message'\nreply = '550 5.1.1 no'\n";
  World world("name = 't'\n" + refusing);
  Sender sender(world);
  sender.attempt({});
  world.wait(1s);
  sender.attempt({});
  CHECK(world.so_far("not-retried") == "fail");
  set(world, "name = 't'\n[time]\nslack = '10s'\n" + refusing);
  world.wait(1min);
  CHECK(world.judged("not-retried") == "fail");
}
