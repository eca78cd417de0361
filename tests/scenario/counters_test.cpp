// Counters of rules: what is claimed, what would be, and what was in all.
#include "scenario/counters.hpp"

#include "support/catch.hpp"

using scenario::Counters;

namespace {

constexpr Counters::Terms kTwice{.rule = 3, .name = "twice", .after = 1, .times = 2};
const std::vector<std::string> kAnn{"ann"};
const std::vector<std::string> kBoth{"ann", "bob"};

bool same(const Counters::Claim& a, const Counters::Claim& b) {
  return a.nth == b.nth && a.firing == b.firing && a.draw == b.draw && a.fires == b.fires;
}

}  // namespace

TEST_CASE("peeking says what claiming will, and changes nothing") {
  Counters counters;
  for (int i = 0; i < 5; ++i) {
    for (const auto& keys : {kAnn, kBoth}) {
      const auto before = counters.totals(3);
      const auto first = counters.peek(kTwice, keys);
      CHECK(same(first, counters.peek(kTwice, keys)));
      CHECK(counters.totals(3) == before);
      CHECK(same(first, counters.claim(kTwice, keys)));
    }
  }
}

TEST_CASE("totals count each question once, whatever its keys") {
  Counters counters;
  CHECK(counters.totals(3) == Counters::Totals{});
  for (int i = 0; i < 4; ++i) (void)counters.claim(kTwice, kBoth);
  CHECK(counters.totals(3) == Counters::Totals{4, 2});
  CHECK(counters.totals(4) == Counters::Totals{});
  counters.clear();
  CHECK(counters.totals(3) == Counters::Totals{});
}

TEST_CASE("totals outlive forgotten keys") {
  Counters counters(1);
  (void)counters.claim({.rule = 1}, kAnn);
  (void)counters.claim({.rule = 1}, std::vector<std::string>{"bob"});
  CHECK(counters.forgotten() == 1);
  CHECK(counters.totals(1) == Counters::Totals{2, 2});
}

TEST_CASE("the latest counts come first, each with its rule and key") {
  Counters counters;
  (void)counters.claim({.rule = 1}, kAnn);
  (void)counters.claim({.rule = 12}, std::vector<std::string>{"a:b"});
  (void)counters.claim({.rule = 1}, kAnn);
  (void)counters.peek({.rule = 12}, std::vector<std::string>{"a:b"});
  const auto counts = counters.latest(10);
  REQUIRE(counts.size() == 2);
  CHECK(counts[0].rule == 1);
  CHECK(counts[0].key == "ann");
  CHECK(counts[0].reached == 2);
  CHECK(counts[0].fired == 2);
  CHECK(counts[1].rule == 12);
  CHECK(counts[1].key == "a:b");
  CHECK(counters.latest(1).size() == 1);
}
