// What each operation does to the stream, instant by instant in virtual time.
#include "wire/player.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "wire/ops.hpp"
#include "wire/recorder.hpp"

namespace {

using base::Duration;
using base::kNever;
using wire::Ending;
using wire::kStart;
using wire::Op;
using wire::op;
using wire::Piece;
using wire::Player;
using wire::Recorder;
using wire::say;
using wire::wait;
using wire::Wants;
using namespace std::chrono_literals;

struct Row {
  std::string name;
  std::vector<Op> ops;
  std::vector<Piece> pieces;
  Ending ending = Ending::none;
  bool over = false;
  std::size_t completed = 0;
};

TEST_CASE("a plan puts its bytes on the wire at its instants") {
  const auto row = GENERATE(values<Row>({
      {"say", {say("250 OK\r\n")}, {{0s, "250 OK\r\n"}}, Ending::none, false, 1},
      {"says join",
       {say("250-a\r\n"), say("250 b\r\n")},
       {{0s, "250-a\r\n250 b\r\n"}},
       Ending::none,
       false,
       2},
      {"wait", {wait(2s), say("a")}, {{2s, "a"}}, Ending::none, false, 2},
      {"waits add up", {wait(2s), wait(3s), say("a")}, {{5s, "a"}}, Ending::none, false, 3},
      {"wait between",
       {say("a"), wait(2s), say("b")},
       {{0s, "a"}, {2s, "b"}},
       Ending::none,
       false,
       3},
      {"wait of nothing", {wait(0s), say("a")}, {{0s, "a"}}, Ending::none, false, 2},
      {"pace",
       {op(Op::Kind::pace, 2, 1s), say("abcde")},
       {{0s, "ab"}, {1s, "cd"}, {2s, "e"}},
       Ending::none,
       false,
       2},
      {"pace of 0 is 1 byte",
       {op(Op::Kind::pace, 0, 1s), say("ab")},
       {{0s, "a"}, {1s, "b"}},
       Ending::none,
       false,
       2},
      {"pace without a gap",
       {op(Op::Kind::pace, 1), say("abc")},
       {{0s, "abc"}},
       Ending::none,
       false,
       2},
      {"pace goes on in the next say",
       {op(Op::Kind::pace, 2, 1s), say("abc"), say("d")},
       {{0s, "ab"}, {1s, "c"}, {2s, "d"}},
       Ending::none,
       false,
       3},
      {"pace after a wait",
       {op(Op::Kind::pace, 1, 1s), wait(5s), say("ab")},
       {{5s, "a"}, {6s, "b"}},
       Ending::none,
       false,
       3},
      {"wait after paced bytes",
       {op(Op::Kind::pace, 1, 1s), say("ab"), wait(5s), say("c")},
       {{0s, "a"}, {1s, "b"}, {6s, "c"}},
       Ending::none,
       false,
       4},
      {"cut",
       {op(Op::Kind::cut, 2), say("450 no\r\n"), op(Op::Kind::close)},
       {{0s, "45"}},
       Ending::close,
       true,
       3},
      {"cut is for one say",
       {op(Op::Kind::cut, 1), say("ab"), say("cd")},
       {{0s, "acd"}},
       Ending::none,
       false,
       3},
      {"cut to nothing", {op(Op::Kind::cut, 0), say("ab")}, {}, Ending::none, false, 2},
      {"cut beyond the end",
       {op(Op::Kind::cut, 99), say("ab")},
       {{0s, "ab"}},
       Ending::none,
       false,
       2},
      {"cut of paced bytes",
       {op(Op::Kind::pace, 1, 1s), op(Op::Kind::cut, 2), say("abc")},
       {{0s, "a"}, {1s, "b"}},
       Ending::none,
       false,
       3},
      {"close",
       {say("421 bye\r\n"), op(Op::Kind::close)},
       {{0s, "421 bye\r\n"}},
       Ending::close,
       true,
       2},
      {"close at once", {op(Op::Kind::close)}, {}, Ending::close, true, 1},
      {"half close",
       {say("a"), op(Op::Kind::half_close)},
       {{0s, "a"}},
       Ending::half_close,
       true,
       2},
      {"reset after a wait", {wait(2s), op(Op::Kind::reset)}, {}, Ending::reset, true, 2},
      {"nothing follows an ending", {op(Op::Kind::reset), say("a")}, {}, Ending::reset, true, 1},
      {"stall", {say("a"), op(Op::Kind::stall), say("b")}, {{0s, "a"}}, Ending::none, true, 1},
      {"empty say", {say(""), say("a")}, {{0s, "a"}}, Ending::none, false, 2},
      {"empty plan", {}, {}, Ending::none, false, 0},
  }));
  CAPTURE(row.name);
  Player player;
  player.play({.ops = row.ops}, 1, kStart);
  Recorder peer(player);
  peer.run();
  CHECK(peer.pieces() == row.pieces);
  CHECK(peer.ending() == row.ending);
  CHECK(player.over() == row.over);
  CHECK(player.completed() == row.completed);
  CHECK(peer.wakes_are_ahead());
}

TEST_CASE("healthy replies go out together") {
  Player player;
  player.say("250 2.1.0 Ok\r\n");
  player.say("250 2.1.5 Ok\r\n");
  const Wants wants = player.poll(kStart);
  CHECK(wants.write == "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n");
  CHECK(wants.read == Player::kReadAtOnce);
  CHECK(wants.wake == kNever);
  CHECK(wants.ending == Ending::none);
  CHECK_FALSE(player.busy());
}

TEST_CASE("what was not taken is offered again with what came since") {
  Player player;
  player.say("abcdef");
  CHECK(player.poll(kStart).write == "abcdef");
  player.wrote(4, kStart);
  player.say("gh");
  CHECK(player.poll(kStart).write == "efgh");
  CHECK(player.offered_bytes() == 8);
  CHECK(player.written_bytes() == 4);
  player.wrote(4, kStart);
  CHECK(player.poll(kStart).write.empty());
  CHECK(player.written_bytes() == 8);
}

TEST_CASE("a long text arrives whole through many partial writes") {
  std::string text;
  for (int i = 0; text.size() < 20'000; ++i) text += std::to_string(i) + " ";
  Player player;
  player.say(text);
  Recorder peer(player, [](std::size_t offered) { return std::min<std::size_t>(offered, 700); });
  peer.run();
  CHECK(peer.bytes() == text);
  CHECK(player.written_bytes() == text.size());
}

TEST_CASE("input is read while a plan waits") {
  Player player;
  player.play({.ops = {wait(5s), say("a")}}, 1, kStart);
  const Wants wants = player.poll(kStart);
  CHECK(wants.write.empty());
  CHECK(wants.wake == kStart + 5s);
  CHECK(wants.read == Player::kReadAtOnce);
  CHECK(player.busy());
}

TEST_CASE("a plan is done when all was put up even if the peer takes nothing") {
  Player player;
  player.play({.ops = {say("a"), say("b")}}, 1, kStart);
  CHECK(player.busy());
  CHECK(player.poll(kStart).write == "ab");
  CHECK_FALSE(player.busy());
  CHECK_FALSE(player.holding(kStart));
}

TEST_CASE("a commit point is reached when the operations before it are completed") {
  Player player;
  player.play({.ops = {wait(2s), op(Op::Kind::reset)}, .commit = 1}, 1, kStart);
  (void)player.poll(kStart);
  CHECK(player.completed() == 0);
  (void)player.poll(kStart + 1999ms);
  CHECK(player.completed() == 0);
  CHECK(player.poll(kStart + 2s).ending == Ending::reset);
  CHECK(player.completed() == 2);
}

TEST_CASE("a paced say is completed by its last byte") {
  Player player;
  player.play({.ops = {op(Op::Kind::pace, 1, 1s), say("ab"), say("c")}}, 1, kStart);
  Recorder peer(player);
  peer.run();
  CHECK(peer.commits() == std::vector<std::size_t>{1, 1, 2, 2, 3, 3});
}

TEST_CASE("a reset waits until the bytes before it were handed over") {
  Player player;
  player.play({.ops = {say("45"), op(Op::Kind::reset)}}, 1, kStart);
  CHECK(player.poll(kStart).ending == Ending::none);
  CHECK(player.completed() == 1);
  player.wrote(1, kStart);
  CHECK(player.poll(kStart).ending == Ending::none);
  CHECK(player.busy());
  player.wrote(1, kStart);
  const Wants wants = player.poll(kStart);
  CHECK(wants.ending == Ending::reset);
  CHECK(wants.write.empty());
  CHECK(wants.read == 0);
  CHECK(player.completed() == 2);
}

TEST_CASE("a half close is asked for until it is done and input is read on") {
  Player player;
  player.play({.ops = {op(Op::Kind::half_close)}}, 1, kStart);
  CHECK(player.poll(kStart).ending == Ending::half_close);
  CHECK(player.poll(kStart).ending == Ending::half_close);
  player.half_closed();
  const Wants wants = player.poll(kStart);
  CHECK(wants.ending == Ending::none);
  CHECK(wants.read == Player::kReadAtOnce);
  CHECK(player.over());
  player.say("lost");
  CHECK(player.poll(kStart).write.empty());
}

TEST_CASE("a stall holds for ever and reads everything") {
  Player player;
  player.play({.ops = {op(Op::Kind::stall)}}, 1, kStart);
  player.say("lost");
  const Wants wants = player.poll(kStart + 24h);
  CHECK(wants.write.empty());
  CHECK(wants.wake == kNever);
  CHECK(wants.read == Player::kReadAtOnce);
  CHECK(player.busy());
  CHECK(player.over());
  CHECK(player.holding(kStart + 48h));
}

TEST_CASE("only time of ours counts as holding") {
  Player player;
  CHECK_FALSE(player.holding(kStart));
  player.play({.ops = {wait(2s), op(Op::Kind::pace, 1, 1s), say("ab")}}, 1, kStart);
  (void)player.poll(kStart);
  CHECK(player.holding(kStart + 1999ms));
  CHECK_FALSE(player.holding(kStart + 2s));
  (void)player.poll(kStart + 2s);
  CHECK(player.holding(kStart + 2s));
  (void)player.poll(kStart + 3s);
  CHECK_FALSE(player.holding(kStart + 3s));
  CHECK_FALSE(player.busy());
}

TEST_CASE("bytes said while a plan runs follow it at its pace") {
  Player player;
  player.play({.ops = {op(Op::Kind::pace, 1, 1s), say("ab")}}, 1, kStart);
  player.say("cd");
  Recorder peer(player);
  peer.run();
  CHECK(peer.pieces() == std::vector<Piece>{{0s, "a"}, {1s, "b"}, {2s, "c"}, {3s, "d"}});
  CHECK(player.completed() == 2);
  CHECK_FALSE(player.busy());
  player.say("ef");
  CHECK(player.poll(peer.now()).write == "ef");
}

TEST_CASE("pace and cut end with their plan") {
  Player player;
  player.play({.ops = {op(Op::Kind::pace, 1, 1s), op(Op::Kind::cut, 1)}}, 1, kStart);
  (void)player.poll(kStart);
  CHECK_FALSE(player.busy());
  player.play({.ops = {say("abc")}}, 1, kStart);
  CHECK(player.poll(kStart).write == "abc");
}

TEST_CASE("a late wake-up does not shorten the next gap") {
  Player player;
  player.play(
      {.ops = {wait(1s), op(Op::Kind::pace, 1, 1s), say("ab"), wait(1s), say("c")}}, 1, kStart
  );
  CHECK(player.poll(kStart).wake == kStart + 1s);
  CHECK(player.poll(kStart + 9s).write == "a");
  CHECK(player.poll(kStart + 9s).wake == kStart + 10s);
  CHECK(player.poll(kStart + 20s).write == "ab");
  CHECK(player.poll(kStart + 20s).wake == kStart + 21s);
}

TEST_CASE("each operation draws a time of its own and the same draw gives the same times") {
  const auto instants = [](std::uint64_t draw) {
    const Op random{.kind = Op::Kind::wait, .time = {1s, 1000s}};
    Player player;
    player.play({.ops = {random, say("a"), random, say("b")}}, draw, kStart);
    Recorder peer(player);
    peer.run();
    return std::pair(peer.pieces()[0].at, peer.pieces()[1].at - peer.pieces()[0].at);
  };
  CHECK(instants(1) == instants(1));
  CHECK(instants(1) != instants(2));
  CHECK(instants(1).first != instants(1).second);
}

TEST_CASE("times beyond the end of the clock never come") {
  Player player;
  const Op endless{.kind = Op::Kind::wait, .time = {Duration::max(), Duration::max()}};
  player.play({.ops = {endless, say("a")}}, 1, kStart);
  CHECK(player.poll(kStart).wake == kNever);
  CHECK(player.busy());
  CHECK(player.holding(kStart + 24h));
}

}  // namespace
