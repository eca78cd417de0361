// Scaled clocks in long double, rounded down: 64 bits of mantissa hold any nanosecond of a long
// run. Everything saturates instead of overflowing. Nothing here reads a clock.
#include "base/clock.hpp"

#include <algorithm>
#include <cmath>

namespace base {

namespace {

Duration rounded_down(long double nanoseconds) {
  constexpr auto kMost = static_cast<long double>(Duration::max().count());
  if (nanoseconds >= kMost) return Duration::max();
  if (nanoseconds <= -kMost) return Duration(-Duration::max().count());
  return Duration(static_cast<Duration::rep>(std::floor(nanoseconds)));
}

// a + b for b >= 0.
Duration sum(Duration a, Duration b) {
  return a > Duration::max() - b ? Duration::max() : a + b;
}

Duration scaled(Duration real, double scale) {
  if (scale == 1.0) return real;
  return rounded_down(static_cast<long double>(real.count()) * static_cast<long double>(scale));
}

// The shortest real time whose scaled() reaches `simulated` (> 0). The division can be off by a
// nanosecond either way, so its result is only the first guess.
Duration unscaled(Duration simulated, double scale) {
  if (scale == 1.0 || simulated == Duration::max()) return simulated;
  const auto exact = static_cast<long double>(simulated.count()) / static_cast<long double>(scale);
  Duration real = rounded_down(std::ceil(exact));
  if (real == Duration::max()) return real;
  constexpr int kCorrections = 4;
  for (int i = 0; i < kCorrections && scaled(real - Duration(1), scale) >= simulated; ++i) --real;
  for (int i = 0; i < kCorrections && scaled(real, scale) < simulated; ++i) ++real;
  return real;
}

}  // namespace

Duration Clocks::judge(TimePoint now) const {
  // Another thread may have rescaled a moment after this one read `now`: time stands still then.
  if (now <= mark_) return judge_at_mark_;
  return sum(judge_at_mark_, scaled(now - mark_, scale_));
}

Duration Clocks::receiver(TimePoint now) const {
  if (!started_) return advanced_;
  return sum(std::max(judge(now) - judge_at_start_, Duration{0}), advanced_);
}

TimePoint Clocks::when_receiver_shows(Duration at) const {
  if (!started_ || at == Duration::max()) return kNever;
  // What the judge clock shows then, seen from the mark.
  const Duration ahead = sum(at - advanced_, judge_at_start_) - judge_at_mark_;
  if (ahead <= Duration{0}) return mark_;
  const Duration real = unscaled(ahead, scale_);
  const Duration room = kNever - mark_;
  return real >= room ? kNever : mark_ + real;
}

void Clocks::start_receiver(TimePoint now) {
  if (started_) return;
  started_ = true;
  judge_at_start_ = judge(now);
}

void Clocks::restart_receiver() {
  started_ = false;
  advanced_ = Duration{0};
}

void Clocks::set_scale(TimePoint now, double scale) {
  judge_at_mark_ = judge(now);
  mark_ = std::max(mark_, now);
  scale_ = scale;
}

void Clocks::advance(Duration by) {
  advanced_ = sum(advanced_, std::max(by, Duration{0}));
}

}  // namespace base
