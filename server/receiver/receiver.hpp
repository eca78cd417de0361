// One simulated receiving system: its scenario, clocks, counters and view of the deliveries, and
// its part of the journal. Everything that happens to it is recorded through here, so that events
// carry its phase and clocks. Knows no socket and reads no clock. Thread-safe: one mutex;
// connections call from the SMTP thread, the API from its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/name.hpp"
#include "base/stage.hpp"
#include "base/time.hpp"
#include "journal/account.hpp"
#include "journal/journal.hpp"
#include "journal/meter.hpp"
#include "receiver/edition.hpp"
#include "receiver/identities.hpp"
#include "receiver/messages.hpp"
#include "scenario/model.hpp"

namespace receiver {

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
  Messages::Counts messages{};
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

  // ---- rules in front of the scenario's own, until a new scenario or a reset

  static constexpr std::size_t kMostPushed = 1000;
  static constexpr std::size_t kMostPushedOctets = std::size_t{1024} * 1024;  // as written

  // The id that the next pushed rule will have: the API names unnamed ones by it.
  [[nodiscard]] std::size_t next_rule() const;

  // Puts a rule, made by scenario::load_rule for this receiver's edition, in front of all; in force
  // for connections accepted and transactions begun from now on. nullopt: there are kMostPushed, or
  // they would be too long together.
  std::optional<RuleView> push_rule(scenario::Rule rule, base::TimePoint now);

  // Takes a pushed rule away; as it was last. nullopt: there is no pushed rule of that id.
  std::optional<RuleView> remove_rule(std::size_t id, base::TimePoint now);

  // ---- state

  // Goes to a phase of the scenario in force at once; it lasts as long as it says, then the next
  // one follows. False: there is none of that name.
  bool enter_phase(std::string_view phase, base::TimePoint now);

  // From now on one real second stands for `scale` (> 0) simulated ones.
  void rescale(double scale, base::TimePoint now);

  // All rules count anew.
  void reset_counters(base::TimePoint now);

  // State and journal begin anew: phases, receiver clock, counters, pushed rules, messages, events.
  void reset(base::TimePoint now);

  // Forgets events, attempts, deliveries and messages; the state stays. How many events that were.
  std::uint64_t clear_journal(base::TimePoint now);

  // The receiver is gone: the journal forgets its name, and what it still records is kept nowhere.
  void retire();
  [[nodiscard]] bool is_retired() const;

  // ---- messages

  // `message.id` is the number of its event; what is to be kept of it has been captured.
  void keep(KeptMessage message);
  void mark_stored(std::uint64_t message);

  [[nodiscard]] Messages::Page messages(
      std::uint64_t after, std::size_t limit, const Messages::Filter& filter
  ) const;
  [[nodiscard]] std::optional<KeptMessage> message(std::uint64_t id) const;

  // ---- the record

  // Completes and keeps an event: at, judge, clock, receiver, phase. Phase changes due by `now` are
  // recorded first, each at its own instant.
  std::uint64_t record(journal::Event event, base::TimePoint now);

  // An instant as the journal writes it.
  [[nodiscard]] base::Micros in_run(base::TimePoint at) const;

  // A connection begins or ends; the first one starts the receiver clock.
  void opened(base::TimePoint now);
  void closed();

  // Where the receiver is at `now`, for a query; phase changes due are recorded first. The phase is
  // the present one among those of `edition`, which need not be in force any more: kNoPhase if it
  // has none of that name.
  struct Moment {
    static constexpr std::size_t kNoPhase = static_cast<std::size_t>(-1);
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

  // The same for a transaction that there is none of: what it would be if this sender offered this
  // recipient now.
  [[nodiscard]] journal::DeliveryRef would_be(
      std::string_view sender,
      std::string_view recipient,
      const journal::Deliveries::Parameters& parameters
  ) const;

  // How long the client of a connection kept it waiting before its first MAIL; nullopt: its
  // beginning is not known.
  [[nodiscard]] std::optional<base::Micros> idle(std::uint64_t connection) const;

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

  // Counts and times since it was made, or reset.
  [[nodiscard]] journal::Meter::Figures figures() const;

  // Phase changes that are due are recorded first.
  [[nodiscard]] Status status(base::TimePoint now);
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
  void begin_anew_locked(base::TimePoint now);
  void record_setup_locked(base::TimePoint now);
  void replace_rules_locked(std::vector<scenario::Rule> pushed);
  void void_journal_locked(std::string_view what, base::TimePoint now);
  void find_reuse_locked(const journal::Event& message, base::TimePoint now);
  void note_secure_locked(const journal::Event& tls);
  void carry_over_locked(base::TimePoint now);
  void await_phase_end_locked(base::TimePoint earliest);

  // Constant after construction.
  const std::string name_;
  const base::Name shared_name_;
  journal::Journal& journal_;
  const base::TimePoint run_start_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  scenario::ScenarioPtr scenario_;      // without pushed rules
  std::vector<scenario::Rule> pushed_;  // the newest first
  std::size_t last_rule_ = 0;           // the highest id given out in this generation
  EditionPtr edition_;                  // of these
  Messages messages_;
  Identities identities_;
  base::Clocks clocks_;
  journal::Account account_;
  journal::Meter meter_;
  std::uint64_t journals_ = 0;     // how often it began anew
  std::size_t phase_ = 0;          // the one the journal knows of
  base::Duration phase_began_{0};  // receiver clock
  base::TimePoint phase_ends_ = base::kNever;
  std::uint64_t open_connections_ = 0;
  std::unordered_map<std::uint64_t, journal::EventPtr> talks_;  // open: their `connected` events
  base::TimePoint last_event_{};
  bool retired_ = false;
};

}  // namespace receiver
