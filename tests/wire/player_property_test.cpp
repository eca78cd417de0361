// Properties of the Player for any plan and any peer: the bytes are exactly those of the plan, time
// only goes forward, and how the peer takes the bytes changes nothing but their grouping.
#include <algorithm>

#include <rapidcheck.h>

#include "base/random.hpp"
#include "support/catch.hpp"
#include "wire/player.hpp"
#include "wire/recorder.hpp"

namespace {

using base::Duration;
using wire::Ending;
using wire::kStart;
using wire::Op;
using wire::Plan;
using wire::Player;
using wire::Recorder;

rc::Gen<Op> any_op(std::vector<Op::Kind> kinds) {
  return rc::gen::exec([kinds = std::move(kinds)] {
    Op op;
    op.kind = *rc::gen::elementOf(kinds);
    op.n = *rc::gen::inRange<std::uint32_t>(0, 12);
    op.time.lo = Duration(*rc::gen::inRange(0, 1000));
    op.time.hi = op.time.lo + Duration(*rc::gen::inRange(0, 1000));
    if (op.kind == Op::Kind::say) op.text = *rc::gen::arbitrary<std::string>();
    return op;
  });
}

Plan any_plan(std::vector<Op::Kind> kinds) {
  return {.ops = *rc::gen::container<std::vector<Op>>(any_op(std::move(kinds)))};
}

const std::vector<Op::Kind> kEndless{
    Op::Kind::say, Op::Kind::wait, Op::Kind::pace, Op::Kind::cut, Op::Kind::slow_read};
const std::vector<Op::Kind> kAll{
    Op::Kind::say,
    Op::Kind::say,
    Op::Kind::noise,
    Op::Kind::wait,
    Op::Kind::await,
    Op::Kind::pace,
    Op::Kind::cut,
    Op::Kind::slow_read,
    Op::Kind::stall,
    Op::Kind::half_close,
    Op::Kind::close,
    Op::Kind::reset};

// What the says of a plan without noise and endings amount to.
std::string meant(const Plan& plan) {
  std::string all;
  std::size_t cut = std::string::npos;
  for (const Op& op : plan.ops) {
    if (op.kind == Op::Kind::cut) cut = op.n;
    if (op.kind != Op::Kind::say) continue;
    all += op.text.substr(0, cut);
    cut = std::string::npos;
  }
  return all;
}

// A peer that takes pieces of random sizes.
Recorder::Appetite picky(std::uint64_t seed) {
  return [seed](std::size_t offered) mutable {
    seed = base::mix64(seed);
    return 1 + static_cast<std::size_t>(seed % offered);
  };
}

TEST_CASE("exactly the bytes of the plans are sent whatever the peer takes at once") {
  REQUIRE(rc::check([](std::uint64_t seed) {
    Player player;
    Recorder peer(player, picky(seed));
    std::string expected;
    for (int i = 0; i < 3; ++i) {
      const Plan plan = any_plan(kEndless);
      player.play(plan, seed, peer.now());
      const auto late = *rc::gen::arbitrary<std::string>();
      player.say(late);
      expected += meant(plan) + late;
      peer.run();
      RC_ASSERT(!player.busy());
      RC_ASSERT(player.completed() == plan.ops.size());
    }
    RC_ASSERT(peer.bytes() == expected);
    RC_ASSERT(player.written_bytes() == expected.size());
    RC_ASSERT(player.offered_bytes() == expected.size());
  }));
}

TEST_CASE("how the peer takes the bytes does not change when they are offered") {
  REQUIRE(rc::check([](std::uint64_t seed) {
    const Plan plan = any_plan(kAll);
    Player whole_player;
    Player picky_player;
    whole_player.play(plan, seed, kStart);
    picky_player.play(plan, seed, kStart);
    Recorder whole(whole_player);
    Recorder parts(picky_player, picky(seed));
    whole.run();
    parts.run();
    RC_ASSERT(whole.pieces() == parts.pieces());
    RC_ASSERT(whole.ending() == parts.ending());
    RC_ASSERT(whole_player.completed() == picky_player.completed());
  }));
}

TEST_CASE("wake-ups lie ahead and completed operations never become fewer") {
  REQUIRE(rc::check([](std::uint64_t seed) {
    const Plan plan = any_plan(kAll);
    Player player;
    player.play(plan, seed, kStart);
    Recorder peer(player, picky(seed));
    peer.run();
    RC_ASSERT(peer.wakes_are_ahead());
    RC_ASSERT(std::is_sorted(peer.commits().begin(), peer.commits().end()));
    RC_ASSERT(peer.commits().back() <= plan.ops.size());
  }));
}

TEST_CASE("polling more often than asked changes nothing") {
  REQUIRE(rc::check([](std::uint64_t seed) {
    const Plan plan = any_plan(kAll);
    Player asked_player;
    asked_player.play(plan, seed, kStart);
    Recorder asked(asked_player);
    asked.run(kStart + Duration(3000));

    Player eager_player;
    eager_player.play(plan, seed, kStart);
    std::string bytes;
    for (auto now = kStart; now <= kStart + Duration(3000); now += Duration(1)) {
      const auto wants = eager_player.poll(now);
      bytes += wants.write;
      eager_player.wrote(wants.write.size(), now);
      (void)eager_player.poll(now);
    }
    RC_ASSERT(bytes == asked.bytes());
    RC_ASSERT(eager_player.completed() == asked_player.completed());
  }));
}

TEST_CASE("slow reading never lets more than its share in") {
  REQUIRE(rc::check([](std::uint64_t seed) {
    const auto share = *rc::gen::inRange<std::uint32_t>(1, 50);
    const Duration window(*rc::gen::inRange(1, 100));
    Player player;
    player.play(
        {.ops = {{.kind = Op::Kind::slow_read, .n = share, .time = {window, window}}}}, 1, kStart
    );
    std::vector<std::pair<base::TimePoint, std::size_t>> reads;
    auto now = kStart;
    while (now < kStart + Duration(1000)) {
      const auto wants = player.poll(now);
      if (wants.read > 0) {
        seed = base::mix64(seed);
        const std::size_t n = 1 + seed % wants.read;
        reads.emplace_back(now, n);
        player.took(n, now);
        now += Duration(static_cast<std::int64_t>(seed >> 60));
      } else {
        now = wants.wake;
      }
    }
    // Two windows touch any stretch as long as one.
    for (auto from = reads.begin(); from != reads.end(); ++from) {
      std::size_t sum = 0;
      for (auto r = from; r != reads.end() && r->first < from->first + window; ++r)
        sum += r->second;
      RC_ASSERT(sum <= 2 * share);
    }
  }));
}

}  // namespace
