// The two simulated clocks in plain numbers, and the inverse as a property.
#include "base/clock.hpp"

#include <rapidcheck.h>

#include "support/catch.hpp"

namespace {

using base::Clocks;
using base::Duration;
using base::TimePoint;
using namespace std::chrono_literals;

const TimePoint kStart{1000s};

TEST_CASE("the judge clock is the integral of the scale") {
  Clocks clocks(kStart);
  CHECK(clocks.judge(kStart) == 0s);
  CHECK(clocks.judge(kStart + 3s) == 3s);
  clocks.set_scale(kStart + 10s, 60);
  CHECK(clocks.judge(kStart + 10s) == 10s);
  CHECK(clocks.judge(kStart + 11s) == 70s);
  clocks.set_scale(kStart + 12s, 0.5);
  CHECK(clocks.judge(kStart + 14s) == 131s);
  CHECK(clocks.scale() == 0.5);
}

TEST_CASE("the receiver clock stands at 0 until it is started") {
  Clocks clocks(kStart, 10);
  CHECK(clocks.receiver(kStart + 5s) == 0s);
  CHECK(clocks.when_receiver_shows(1s) == base::kNever);
  clocks.start_receiver(kStart + 5s);
  CHECK(clocks.started());
  CHECK(clocks.receiver(kStart + 5s) == 0s);
  CHECK(clocks.receiver(kStart + 6s) == 10s);
  CHECK(clocks.judge(kStart + 6s) == 60s);
}

TEST_CASE("starting the receiver clock again changes nothing") {
  Clocks clocks(kStart);
  clocks.start_receiver(kStart + 1s);
  clocks.start_receiver(kStart + 5s);
  CHECK(clocks.receiver(kStart + 6s) == 5s);
}

TEST_CASE("an advance moves the receiver clock alone") {
  Clocks clocks(kStart);
  clocks.start_receiver(kStart);
  clocks.advance(15min);
  CHECK(clocks.receiver(kStart + 1s) == 15min + 1s);
  CHECK(clocks.judge(kStart + 1s) == 1s);
  CHECK(clocks.advanced() == 15min);
  CHECK(clocks.when_receiver_shows(15min + 2s) == kStart + 2s);
  CHECK(clocks.when_receiver_shows(10min) <= kStart);
}

TEST_CASE("an advance before the start is where the receiver clock begins") {
  Clocks clocks(kStart);
  clocks.advance(1h);
  CHECK(clocks.receiver(kStart + 1s) == 1h);
  clocks.start_receiver(kStart + 1s);
  CHECK(clocks.receiver(kStart + 2s) == 1h + 1s);
}

TEST_CASE("a restarted receiver clock waits for its next start and the judge clock goes on") {
  Clocks clocks(kStart);
  clocks.start_receiver(kStart);
  clocks.advance(1h);
  clocks.restart_receiver();
  CHECK_FALSE(clocks.started());
  CHECK(clocks.receiver(kStart + 9s) == 0s);
  CHECK(clocks.judge(kStart + 9s) == 9s);
  clocks.start_receiver(kStart + 9s);
  CHECK(clocks.receiver(kStart + 10s) == 1s);
}

TEST_CASE("a scale that changes moves the instants still to come") {
  Clocks clocks(kStart);
  clocks.start_receiver(kStart);
  CHECK(clocks.when_receiver_shows(1min) == kStart + 60s);
  clocks.set_scale(kStart + 30s, 30);
  CHECK(clocks.when_receiver_shows(1min) == kStart + 31s);
  CHECK(clocks.when_receiver_shows(10s) <= kStart + 30s);
}

TEST_CASE("clocks saturate") {
  Clocks clocks(kStart, 1e9);
  clocks.start_receiver(kStart);
  CHECK(clocks.judge(kStart + 24h * 365) == Duration::max());
  clocks.advance(Duration::max());
  clocks.advance(Duration::max());
  CHECK(clocks.receiver(kStart + 1s) == Duration::max());
  CHECK(clocks.when_receiver_shows(Duration::max()) == base::kNever);
  Clocks slow(kStart, 1e-9);
  slow.start_receiver(kStart);
  CHECK(slow.when_receiver_shows(24h * 365) == base::kNever);
}

TEST_CASE("an instant before the last change of scale counts as that change") {
  Clocks clocks(kStart);
  clocks.set_scale(kStart + 5s, 2);
  CHECK(clocks.judge(kStart + 4s) == 5s);
}

TEST_CASE("the receiver clock shows an instant when it said it would and not before") {
  REQUIRE(rc::check([] {
    const double scale =
        *rc::gen::elementOf(std::vector<double>{0.1, 0.3, 1, 1.7, 7, 60, 86400, 1e6});
    Clocks clocks(kStart, *rc::gen::elementOf(std::vector<double>{1, 0.3, 3600}));
    const auto real = [] {
      return Duration(*rc::gen::inRange<std::int64_t>(0, 86'400'000'000'000));
    };
    const TimePoint begin = kStart + real();
    clocks.start_receiver(begin);
    clocks.advance(real());
    const TimePoint rescaled = begin + real();
    clocks.set_scale(rescaled, scale);
    const Duration at = clocks.receiver(rescaled) + real() + Duration(1);
    const TimePoint when = clocks.when_receiver_shows(at);
    RC_ASSERT(when > rescaled);
    RC_ASSERT(clocks.receiver(when) >= at);
    RC_ASSERT(clocks.receiver(when - Duration(1)) < at);
  }));
}

}  // namespace
