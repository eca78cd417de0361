// Twenty thousand random senders whose truth is known, judged by the checks and by a slow model of
// them; and what holds for every judging.
#include <algorithm>

#include "support/catch.hpp"
#include "verify/checks.hpp"
#include "verify/model/compare.hpp"

namespace {

using namespace verify::histories;
using verify::Timeline;
using verify::Value;
using verify::Verdict;

void compare_attempts(const Plan& plan, const Judged& history) {
  if (attempts_of(history.world) == attempts_of(history.timeline)) return;
  const Plan small = shrunk(plan, [](const Plan& candidate) {
    const Judged other = judged(candidate);
    return attempts_of(other.world) != attempts_of(other.timeline);
  });
  const Judged other = judged(small);
  FAIL_CHECK(
      in_words(small) << attempts_of(other.timeline) << "model:\n"
                      << attempts_of(other.world)
  );
}

void compare_verdicts(const Plan& plan, const Judged& history) {
  for (const Wish& wish : wishes(plan)) {
    if (!difference(history, wish)) continue;
    const Plan small = shrunk(plan, [&](const Plan& candidate) {
      return difference(judged(candidate), wish).has_value();
    });
    FAIL_CHECK(in_words(small) << in_words(wish) << *difference(judged(small), wish));
  }
}

// Of 2 000 histories and a few more: the tracker looks back over a few attempts of a key only, so
// once in a long while it does not see that two of them met.
void compare(std::uint64_t part) {
  std::uint64_t compared = 0, apart = 0;
  for (std::uint64_t seed = part * 10'000; compared < 2'000; ++seed) {
    const Plan plan = random_plan(seed);
    const Judged history = judged(plan);
    compare_attempts(plan, history);
    if (deliveries_of(history.world) != deliveries_of(history.timeline)) {
      ++apart;
      continue;
    }
    compare_verdicts(plan, history);
    ++compared;
  }
  CHECK(apart <= 10);
}

TEST_CASE("checks and their model agree on random histories part 1", "[label:random-histories]") {
  compare(1);
}

TEST_CASE("checks and their model agree on random histories part 2", "[label:random-histories]") {
  compare(2);
}

TEST_CASE("checks and their model agree on random histories part 3", "[label:random-histories]") {
  compare(3);
}

TEST_CASE("checks and their model agree on random histories part 4", "[label:random-histories]") {
  compare(4);
}

TEST_CASE("checks and their model agree on random histories part 5", "[label:random-histories]") {
  compare(5);
}

TEST_CASE("checks and their model agree on random histories part 6", "[label:random-histories]") {
  compare(6);
}

TEST_CASE("checks and their model agree on random histories part 7", "[label:random-histories]") {
  compare(7);
}

TEST_CASE("checks and their model agree on random histories part 8", "[label:random-histories]") {
  compare(8);
}

TEST_CASE("checks and their model agree on random histories part 9", "[label:random-histories]") {
  compare(9);
}

TEST_CASE("checks and their model agree on random histories part 10", "[label:random-histories]") {
  compare(10);
}

bool same(const Verdict& a, const Verdict& b) {
  return a.value == b.value && a.provisional == b.provisional && a.observed == b.observed &&
         a.evidence == b.evidence && a.deadline == b.deadline;
}

TEST_CASE("judging the same events twice gives the same verdict") {
  for (std::uint64_t seed = 200'000; seed < 200'300; ++seed) {
    const Plan plan = random_plan(seed);
    const Judged once = judged(plan), again = judged(plan);
    for (const Wish& wish : wishes(plan)) {
      const Verdict first = verdict_of(once.timeline, wish);
      const bool agrees = same(first, verdict_of(once.timeline, wish)) &&
                          same(first, verdict_of(again.timeline, wish));
      if (!agrees) FAIL_CHECK(in_words(plan) << in_words(wish));
    }
  }
}

// Where the order decides which delivery an attempt joins, or which of two is the first, the facts
// themselves differ.
TEST_CASE("verdicts do not depend on the order of connections within a microsecond") {
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 210'000; seed < 211'000; ++seed) {
    Plan plan = random_plan(seed);
    plan.cut = 1;
    const Judged one = judged(plan), other = judged(plan, Ties::swapped);
    if (unnumbered(one.world) != unnumbered(other.world)) continue;
    ++compared;
    for (const Wish& wish : wishes(plan)) {
      const Verdict first = verdict_of(one.timeline, wish);
      const Verdict second = verdict_of(other.timeline, wish);
      if (first.value == second.value && first.failed == second.failed) continue;
      FAIL_CHECK(in_words(plan) << in_words(wish) << first.observed << "\n" << second.observed);
    }
  }
  CHECK(compared > 900);
}

TEST_CASE("a fault that was seen stays a fault when more is seen") {
  std::uint64_t faults = 0;
  for (std::uint64_t seed = 220'000; seed < 222'000; ++seed) {
    Plan plan = random_plan(seed);
    // What was lost, or may be another message, can take a verdict back; so can a new measure.
    plan.rescales.clear();
    for (Visit& visit : plan.visits) visit.unseen = false;
    const Record all = record(plan);
    const std::size_t part = std::max<std::size_t>(1, all.events.size() * (seed % 90 + 10) / 100);
    Plan at_once = plan;
    at_once.watched = Micros(0);
    const World early = world(at_once, all, part);
    const World late = world(plan, all, all.events.size());
    const bool told_apart = std::none_of(late.mails.begin(), late.mails.end(), [](const Mail& m) {
      return m.ambiguous;
    });
    if (!told_apart) continue;
    const Timeline before = timeline_of(all, part, early);
    const Timeline after = timeline_of(all, all.events.size(), late);
    for (const Wish& wish : wishes(plan)) {
      if (verify::find_check(wish.check)->side != verify::Side::must_not) continue;
      const Verdict seen = verdict_of(before, wish);
      if (seen.value != Value::fail) continue;
      ++faults;
      const Verdict still = verdict_of(after, wish);
      if (still.value == Value::fail) continue;
      FAIL_CHECK(
          in_words(plan) << in_words(wish) << part << " " << seen.observed << "\n"
                         << still.observed
      );
    }
  }
  CHECK(faults > 200);
}

TEST_CASE("a window that has run stays run when the observation ends or goes on in silence") {
  std::uint64_t passes = 0;
  for (std::uint64_t seed = 230'000; seed < 231'000; ++seed) {
    Plan plan = random_plan(seed);
    plan.over = false;
    plan.watched *= 4;
    const Judged first = judged(plan);
    Plan over = plan, longer = plan;
    over.over = true;
    longer.watched += Micros(10'000'000);
    for (const Wish& wish : wishes(plan)) {
      if (verdict_of(first.timeline, wish).value != Value::pass) continue;
      ++passes;
      const bool stays = verdict_of(judged(over).timeline, wish).value == Value::pass &&
                         verdict_of(judged(longer).timeline, wish).value == Value::pass;
      if (!stays) FAIL_CHECK(in_words(plan) << in_words(wish));
    }
  }
  CHECK(passes > 300);
}

}  // namespace
