// A receiver's two simulated clocks as arithmetic on real time; nothing here reads a clock.
//   judge clock    = integral of `scale` over real time: what gaps and deadlines are measured on.
//   Never advanced. receiver clock = judge clock since the receiver's first connection, plus
//   advances: phases and windows run on it.
// Not thread-safe: the owner (one receiver) guards it.
#pragma once

#include "base/time.hpp"

namespace base {

class Clocks {
 public:
  explicit Clocks(TimePoint start, double scale = 1.0) : mark_(start), scale_(scale) {}

  // Judge time since construction. `now` must not precede the last set_scale.
  [[nodiscard]] Duration judge(TimePoint now) const;

  // Receiver time since the receiver's first connection plus advances; before it has started, where
  // it will.
  [[nodiscard]] Duration receiver(TimePoint now) const;

  // The real instant at which the receiver clock will show `at`; kNever if the clock has not
  // started. An instant already shown lies in the past.
  [[nodiscard]] TimePoint when_receiver_shows(Duration at) const;

  // Starts the receiver clock; later calls change nothing.
  void start_receiver(TimePoint now);

  [[nodiscard]] bool started() const { return started_; }

  // Puts the receiver clock back to 0, not started (a new scenario). The judge clock goes on.
  void restart_receiver();

  // From `now` on one real second counts `scale` (> 0) simulated ones.
  void set_scale(TimePoint now, double scale);

  [[nodiscard]] double scale() const { return scale_; }

  // Moves the receiver clock forward by `by` (>= 0), at once. Before it has started: it will start
  // there.
  void advance(Duration by);

  [[nodiscard]] Duration advanced() const { return advanced_; }

 private:
  TimePoint mark_;  // real instant of judge_at_mark_
  Duration judge_at_mark_{0};
  double scale_;
  bool started_ = false;
  Duration judge_at_start_{0};  // judge time at which the receiver clock began
  Duration advanced_{0};
};

}  // namespace base
