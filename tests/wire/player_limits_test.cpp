// The two operations that bound amounts: slow_read on the way in, noise on the way out.
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
using wire::Wants;
using namespace std::chrono_literals;

TEST_CASE("slow reading allows so many bytes per window from then on") {
  Player player;
  player.play({.ops = {op(Op::Kind::slow_read, 10, 1s)}}, 1, kStart);
  CHECK(player.poll(kStart).read == 10);
  player.took(4, kStart);
  CHECK(player.poll(kStart).read == 6);
  CHECK(player.poll(kStart).wake == kNever);
  player.took(6, kStart);
  const Wants wants = player.poll(kStart + 500ms);
  CHECK(wants.read == 0);
  CHECK(wants.wake == kStart + 1s);
  CHECK(player.holding(kStart + 500ms));
  CHECK_FALSE(player.busy());
  CHECK(player.poll(kStart + 1s).read == 10);
  CHECK_FALSE(player.holding(kStart + 1s));
  player.play({.ops = {say("a")}}, 1, kStart + 1s);
  CHECK(player.poll(kStart + 1s).read == 10);
}

TEST_CASE("an allowance that was not used is not saved up") {
  Player player;
  player.play({.ops = {op(Op::Kind::slow_read, 10, 1s)}}, 1, kStart);
  (void)player.poll(kStart);
  player.took(10, kStart + 5s);
  CHECK(player.poll(kStart + 5s).read == 0);
  CHECK(player.poll(kStart + 5s).wake == kStart + 6s);
}

TEST_CASE("slow reading and a wait wake at whichever is first") {
  Player player;
  player.play({.ops = {op(Op::Kind::slow_read, 0, 3s), wait(2s), say("a")}}, 1, kStart);
  CHECK(player.poll(kStart).read == 1);
  player.took(100, kStart);
  CHECK(player.poll(kStart).wake == kStart + 2s);
  CHECK(player.poll(kStart + 2s).wake == kStart + 3s);
}

TEST_CASE("noise has its length and no line end and depends on the draw alone") {
  const auto made = [](std::uint64_t draw, std::uint32_t n) {
    Player player;
    player.play({.ops = {op(Op::Kind::noise, n), op(Op::Kind::close)}}, draw, kStart);
    Recorder peer(player);
    peer.run();
    CHECK(peer.ending() == Ending::close);
    return peer.bytes();
  };
  CHECK(made(7, 100) == made(7, 100));
  CHECK(made(7, 100) != made(8, 100));
  CHECK(made(7, 0).empty());
  CHECK(made(7, 300'000).size() == 300'000);
  for (std::uint64_t draw = 0; draw < 2000; ++draw) {
    const char last = made(draw, 1).back();
    if (last == '\r' || last == '\n') FAIL("noise ends in a line end for draw " << draw);
  }
}

TEST_CASE("noise is made no faster than the peer takes it") {
  Player player;
  player.play({.ops = {op(Op::Kind::noise, 0xFFFFFFFF)}}, 1, kStart);
  CHECK(player.poll(kStart).write.size() <= 64 * 1024);
  CHECK(player.poll(kStart).wake == kNever);
  CHECK(player.busy());
  CHECK_FALSE(player.holding(kStart));
  player.wrote(1000, kStart);
  (void)player.poll(kStart);
  CHECK(player.offered_bytes() == 64 * 1024 + 1000);
}

}  // namespace
