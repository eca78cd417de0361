// Waiting for the peer: what counts as input since, and that nothing gets lost over it.
#include <rapidcheck.h>

#include "base/random.hpp"
#include "support/catch.hpp"
#include "wire/ops.hpp"
#include "wire/player.hpp"
#include "wire/recorder.hpp"

namespace {

using base::kNever;
using wire::Ending;
using wire::kStart;
using wire::Op;
using wire::op;
using wire::Player;
using wire::Recorder;
using wire::say;
using wire::wait;
using namespace std::chrono_literals;

// What is put up at this instant, as taken by the peer.
std::string taken(Player& player, base::TimePoint now) {
  const std::string bytes(player.poll(now).write);
  player.wrote(bytes.size(), now);
  return bytes;
}

TEST_CASE("an await ends with the first input after what was said before it") {
  Player player;
  player.play({.ops = {say("220 go\r\n"), op(Op::Kind::await), say("a")}}, 1, kStart);
  CHECK(taken(player, kStart) == "220 go\r\n");
  CHECK(player.completed() == 1);
  CHECK(taken(player, kStart + 24h).empty());
  CHECK(player.busy());
  player.took(1, kStart + 24h);
  CHECK(taken(player, kStart + 24h) == "a");
  CHECK(player.completed() == 3);
  CHECK_FALSE(player.busy());
}

TEST_CASE("an await reads, needs no wake-up and holds nothing back") {
  Player player;
  player.play({.ops = {op(Op::Kind::await), say("a")}}, 1, kStart);
  const auto wants = player.poll(kStart);
  CHECK(wants.write.empty());
  CHECK(wants.read == Player::kReadAtOnce);
  CHECK(wants.wake == kNever);
  CHECK(wants.ending == Ending::none);
  CHECK_FALSE(player.holding(kStart + 24h));
  CHECK_FALSE(player.over());
}

TEST_CASE("input from before an await does not end it") {
  Player player;
  player.took(5, kStart);
  player.play({.ops = {wait(2s), op(Op::Kind::await), say("a")}}, 1, kStart);
  (void)player.poll(kStart);
  player.took(5, kStart + 1s);
  CHECK(taken(player, kStart + 2s).empty());
  CHECK(player.completed() == 1);
  CHECK(taken(player, kStart + 3s).empty());
  player.took(1, kStart + 3s);
  CHECK(taken(player, kStart + 3s) == "a");
}

TEST_CASE("input that comes before the first poll of an await ends it") {
  Player player;
  player.play({.ops = {op(Op::Kind::await), say("a")}}, 1, kStart);
  player.took(1, kStart);
  CHECK(taken(player, kStart) == "a");
}

TEST_CASE("each await wants input of its own") {
  Player player;
  player.play({.ops = {op(Op::Kind::await), op(Op::Kind::await), say("a")}}, 1, kStart);
  (void)player.poll(kStart);
  player.took(9, kStart);
  CHECK(taken(player, kStart).empty());
  CHECK(player.completed() == 1);
  player.took(1, kStart + 1s);
  CHECK(taken(player, kStart + 1s) == "a");
}

TEST_CASE("a wait after an await counts from the input") {
  Player player;
  player.play({.ops = {op(Op::Kind::await), wait(2s), op(Op::Kind::close)}}, 1, kStart);
  (void)player.poll(kStart);
  player.took(1, kStart + 10s);
  const auto wants = player.poll(kStart + 10s);
  CHECK(wants.ending == Ending::none);
  CHECK(wants.wake == kStart + 12s);
  CHECK(player.holding(kStart + 11s));
  CHECK(player.poll(kStart + 12s).ending == Ending::close);
}

TEST_CASE("bytes said while an await runs follow what comes after it") {
  Player player;
  player.play({.ops = {op(Op::Kind::await), say("a")}}, 1, kStart);
  (void)player.poll(kStart);
  player.say("b");
  CHECK(taken(player, kStart).empty());
  player.took(1, kStart);
  CHECK(taken(player, kStart) == "ab");
}

TEST_CASE("slow reading counts input that an await waits for") {
  Player player;
  player.play({.ops = {op(Op::Kind::slow_read, 4, 1s), op(Op::Kind::await), say("a")}}, 1, kStart);
  CHECK(player.poll(kStart).read == 4);
  player.took(4, kStart);
  CHECK(player.poll(kStart).read == 0);
  CHECK(taken(player, kStart) == "a");
  CHECK(player.poll(kStart + 1s).read == 4);
}

TEST_CASE("with input at any instant all that a plan says arrives in order") {
  REQUIRE(rc::check([](std::uint64_t seed) {
    wire::Plan plan;
    std::string meant;
    const auto length = *rc::gen::inRange(1, 12);
    for (int i = 0; i < length; ++i) {
      plan.ops.push_back(*rc::gen::elementOf(std::vector<Op>{
          say("x"), wait(3ms), op(Op::Kind::await), op(Op::Kind::pace, 1, 1ms)}));
      if (plan.ops.back().kind != Op::Kind::say) continue;
      plan.ops.back().text = std::to_string(i) + ";";
      meant += plan.ops.back().text;
    }
    Player player;
    player.play(plan, seed, kStart);
    Recorder peer(player);
    // A byte of input whenever nothing else can happen, and now and then one that nobody awaits.
    for (std::size_t inputs = 0; player.busy(); ++inputs) {
      RC_ASSERT(inputs <= plan.ops.size());
      seed = base::mix64(seed);
      if (seed % 2 == 0) (void)player.poll(peer.now());
      if (seed % 3 == 0) player.took(1, peer.now());
      peer.run();
      player.took(1, peer.now());
    }
    RC_ASSERT(peer.bytes() == meant);
    RC_ASSERT(player.completed() == plan.ops.size());
  }));
}

}  // namespace
