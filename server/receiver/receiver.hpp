// One simulated receiving system: its scenario, clocks, counters and view of the deliveries, and
// its part of the journal. Everything that happens to it is recorded through here, so that events
// carry its phase and clocks. Knows no socket and reads no clock. Thread-safe: one mutex;
// connections call from the SMTP thread, the API from its own.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/name.hpp"
#include "base/stage.hpp"
#include "base/time.hpp"
#include "journal/account.hpp"
#include "journal/journal.hpp"
#include "scenario/counters.hpp"
#include "scenario/model.hpp"

namespace receiver {

// A scenario in force, with the counters of its rules. A connection keeps the edition it began
// with.
struct Edition {
  scenario::ScenarioPtr scenario;
  std::vector<base::Name> phase_names;  // by phase index
  mutable scenario::Counters counters{};

  explicit Edition(scenario::ScenarioPtr s);

  // Whether a rule or trigger could act at `stage` at all: most questions of a healthy server need
  // no query.
  [[nodiscard]] bool acts_at(base::Stage stage) const {
    return acts_at_[static_cast<std::size_t>(stage)];
  }

 private:
  std::array<bool, base::kStageNames.size()> acts_at_{};
};

using EditionPtr = std::shared_ptr<const Edition>;

// What the API shows of a receiver's state at an instant.
struct Status {
  std::string scenario;
  std::string phase;
  std::uint64_t seed = 1;
  double scale = 1;
  base::Duration receiver_clock{0};
  base::Duration judge_clock{0};
  bool clock_started = false;
  std::uint64_t open_connections = 0;
  journal::Deliveries::Counts counts{};
  std::uint64_t dropped_events = 0;
  std::uint64_t forgotten_attempts = 0;
};

class Receiver {
 public:
  // `run_start` is the instant at which the journal's time is 0.
  Receiver(
      std::string name,
      scenario::ScenarioPtr scenario,
      journal::Journal& journal,
      base::TimePoint run_start,
      base::TimePoint now
  );

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] EditionPtr edition() const;

  // Puts another scenario in force: phases, receiver clock and counters start anew, the journal
  // stays. A scenario equal in text to the present one should not be put (the caller knows);
  // connections meet it at their next MAIL.
  void use(scenario::ScenarioPtr scenario, base::TimePoint now);

  // Completes and keeps an event: at, judge, clock, receiver, phase. Phase changes due by `now` are
  // recorded first, each at its own instant.
  std::uint64_t record(journal::Event event, base::TimePoint now);

  // An instant as the journal writes it.
  [[nodiscard]] base::Micros in_run(base::TimePoint at) const;

  // A connection begins or ends; the first one starts the receiver clock.
  void opened(base::TimePoint now);
  void closed();

  // Where the receiver is at `now`, for a query; phase changes due are recorded first. The phase is
  // one of `edition`'s, which need not be in force any more.
  struct Moment {
    base::Duration receiver_time{0};
    std::size_t phase = 0;
    base::Duration phase_left{0};  // receiver clock, until the phase ends; 0: it has no end
    double scale = 1;
  };

  [[nodiscard]] Moment moment(const Edition& edition, base::TimePoint now);

  // The delivery that a recipient of the transaction in hand belongs to; its RCPT must have been
  // recorded.
  [[nodiscard]] journal::DeliveryRef find(std::uint64_t connection, std::string_view recipient)
      const;

  // Records phase changes that are due; call at least every 250 ms. Returns the instant of the next
  // one (kNever: none).
  base::TimePoint tick(base::TimePoint now);

  // Records that nothing happened and it was watching, if its last event is at least `silence` old
  // (10 s while running; 0 at the end and for a judge: always). Returns when its last event was,
  // this one included.
  journal::Moment observed(base::TimePoint now, base::Duration silence = std::chrono::seconds(10));

  // Moves the receiver clock forward by `by` at once (the judge clock stays) and records it; the
  // phases that it passes are recorded after it. Negative: as 0. Bounded: all advances together
  // are at most a hundred years, and the event says how far it really went.
  void advance(base::Duration by, base::TimePoint now);

  // Records that the harness has submitted a message to this recipient; the event's number.
  std::uint64_t offered(std::string_view recipient, base::TimePoint now);

  // Shows all that is known of the past, in one consistent look: `see` is called at once, under
  // the lock, and must not call back.
  void look(const std::function<void(const journal::Account&)>& see) const;

  // The same with the moment of it: `now`, or that of the last event if another thread has recorded
  // one since; its seq is that of the last event.
  using See = std::function<void(const journal::Account&, const journal::Moment&)>;
  void look(base::TimePoint now, const See& see) const;

  // Records that it was watching until now, and shows all that is known up to exactly this event:
  // whoever reads the journal up to it knows as much.
  void conclude(base::TimePoint now, const See& see);

  [[nodiscard]] Status status(base::TimePoint now) const;
  [[nodiscard]] std::vector<journal::Attempt> attempts(std::uint64_t after, std::size_t limit)
      const;

  // Deliveries with their attempts, in one consistent look.
  struct DeliveryStory {
    journal::Delivery delivery;
    std::vector<journal::Attempt> attempts;
  };

  [[nodiscard]] std::vector<DeliveryStory> deliveries(std::uint64_t after, std::size_t limit) const;
  [[nodiscard]] std::optional<DeliveryStory> delivery(std::uint64_t id) const;

 private:
  std::uint64_t record_locked(journal::Event&& event, base::TimePoint now);
  void pass_phases_locked(base::TimePoint now);
  void put_in_force_locked(base::TimePoint now);
  void await_phase_end_locked(base::TimePoint earliest);

  // Constant after construction.
  const std::string name_;
  const base::Name shared_name_;
  journal::Journal& journal_;
  const base::TimePoint run_start_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  EditionPtr edition_;
  base::Clocks clocks_;
  journal::Account account_;
  std::size_t phase_ = 0;  // the one the journal knows of
  base::TimePoint phase_ends_ = base::kNever;
  std::uint64_t open_connections_ = 0;
  base::TimePoint last_event_{};
};

}  // namespace receiver
