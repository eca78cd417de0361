// Drawn times and the names of operations.
#include "wire/plan.hpp"

#include <algorithm>
#include <set>

#include <rapidcheck.h>

#include "support/catch.hpp"

namespace {

using base::Duration;
using wire::Dist;
using wire::Op;
using namespace std::chrono_literals;

TEST_CASE("a fixed time is the same for every draw") {
  CHECK(Dist{2s, 2s}.at(0) == 2s);
  CHECK(Dist{2s, 2s}.at(~0ULL) == 2s);
  CHECK(Dist{}.at(5) == 0s);
}

TEST_CASE("bounds the wrong way round give the lower one") {
  CHECK(Dist{2s, 1s}.at(7) == 2s);
}

TEST_CASE("a drawn time reaches both bounds") {
  const Dist dist{Duration(10), Duration(12)};
  std::set<Duration> seen;
  for (std::uint64_t draw = 0; draw < 20; ++draw) seen.insert(dist.at(draw));
  CHECK(seen == std::set<Duration>{Duration(10), Duration(11), Duration(12)});
}

TEST_CASE("a drawn time lies between its bounds") {
  REQUIRE(rc::check([](std::int64_t a, std::int64_t b, std::uint64_t draw) {
    const Dist dist{Duration(std::min(a, b)), Duration(std::max(a, b))};
    RC_ASSERT(dist.at(draw) >= dist.lo);
    RC_ASSERT(dist.at(draw) <= dist.hi);
  }));
  const Dist widest{Duration::min(), Duration::max()};
  CHECK(widest.at(0) == Duration::min());
  CHECK(widest.at(~0ULL) == Duration::max());
}

TEST_CASE("operations have names of their own") {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(Op::Kind::reset); ++kind) {
    names.insert(wire::name_of(static_cast<Op::Kind>(kind)));
  }
  CHECK(names.size() == 11);
  CHECK(names.count("slow_read") == 1);
  CHECK(names.count("?") == 0);
}

TEST_CASE("a plan accepts when it has a place to commit") {
  CHECK_FALSE(wire::Plan{}.accepts());
  CHECK(wire::Plan{.ops = {}, .commit = 0}.accepts());
}

}  // namespace
