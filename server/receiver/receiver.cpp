#include "receiver/receiver.hpp"

#include <algorithm>
#include <utility>

#include "smtp/finding.hpp"

namespace receiver {

namespace {

base::Micros in_micros(base::Duration d) {
  return std::chrono::floor<base::Micros>(d);
}

journal::Setup setup_of(const scenario::Scenario& s) {
  return {
      .scenario = s.name,
      .seed = s.seed,
      .scale = s.scale,
      .slack = s.slack,
      .delivery_key = s.delivery_key,
      .delivery_unique = s.delivery_unique,
      .expect = s.expect,
  };
}

}  // namespace

Receiver::Receiver(
    std::string name,
    scenario::ScenarioPtr scenario,
    journal::Journal& journal,
    base::TimePoint run_start,
    base::TimePoint now
)
    : name_(std::move(name)),
      shared_name_(name_),
      journal_(journal),
      run_start_(run_start),
      scenario_(std::move(scenario)),
      edition_(std::make_shared<const Edition>(scenario_, 1)),
      clocks_(now, scenario_->scale) {
  const std::lock_guard lock(mutex_);
  last_rule_ = edition_->own_rules;
  // A receiver of this name may have been there before.
  if (journal_.has_forgotten()) void_journal_locked("a new receiver", now);
  journals_ = 0;
  record_setup_locked(now);
  await_phase_end_locked(now);
}

EditionPtr Receiver::edition() const {
  const std::lock_guard lock(mutex_);
  return edition_;
}

void Receiver::use(scenario::ScenarioPtr scenario, base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  pass_phases_locked(now);
  scenario_ = std::move(scenario);
  begin_anew_locked(now);
  record_setup_locked(now);
  await_phase_end_locked(now);
}

void Receiver::begin_anew_locked(base::TimePoint now) {
  clocks_.set_scale(now, scenario_->scale);
  clocks_.restart_receiver();
  edition_ = std::make_shared<const Edition>(scenario_, edition_->generation + 1);
  pushed_.clear();
  // Ids are never given out twice, so that nobody removes another's rule.
  last_rule_ = std::max(last_rule_, edition_->own_rules);
  journals_ = 0;
  phase_ = 0;
  phase_began_ = base::Duration{0};
  phase_ends_ = base::kNever;
  // Connections that are open go on under the new clock, so it must run for them.
  if (open_connections_ > 0) clocks_.start_receiver(now);
}

void Receiver::record_setup_locked(base::TimePoint now) {
  auto setup = setup_of(*scenario_);
  setup.scale = clocks_.scale();
  journal::Event event;
  event.kind = journal::Kind::receiver;
  event.setup = std::make_shared<const journal::Setup>(std::move(setup));
  record_locked(std::move(event), now);
}

base::Micros Receiver::in_run(base::TimePoint at) const {
  return in_micros(at - run_start_);
}

std::uint64_t Receiver::record(journal::Event event, base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  pass_phases_locked(now);
  if (event.kind != journal::Kind::message) return record_locked(std::move(event), now);
  const auto message = event;
  const auto seq = record_locked(std::move(event), now);
  find_reuse_locked(message, now);
  return seq;
}

// RFC 5322 3.6.4: what has the same Message-ID is the same message.
void Receiver::find_reuse_locked(const journal::Event& message, base::TimePoint now) {
  const auto& facts = message.message;
  if (!facts || !identities_.note(facts->message_id, facts->body_hash)) return;
  journal::Event found;
  found.kind = journal::Kind::finding;
  found.connection = message.connection;
  found.stage = message.stage;
  found.subject = smtp::name_of(smtp::FindingKind::message_id_reused);
  found.text = "an earlier message with this Message-ID had another body";
  record_locked(std::move(found), now);
}

std::uint64_t Receiver::record_locked(journal::Event&& event, base::TimePoint now) {
  if (retired_) return 0;
  event.at = in_micros(now - run_start_);
  event.judge = in_micros(clocks_.judge(now));
  event.clock = in_micros(clocks_.receiver(now));
  event.receiver = shared_name_;
  event.phase = edition_->phase_names[phase_];
  last_event_ = std::max(last_event_, now);
  // Attempts name their evidence by number, so the journal comes first.
  const auto kept = journal_.keep(std::move(event));
  if (kept->kind == journal::Kind::connected) talks_[kept->connection] = kept;
  if (kept->kind == journal::Kind::ended) talks_.erase(kept->connection);
  if (kept->kind == journal::Kind::tls && !kept->flag) note_secure_locked(*kept);
  account_.add(*kept);
  meter_.add(*kept);
  return kept->seq;
}

// Each phase in between gets its turn, however short: an advance may pass several at one instant.
void Receiver::pass_phases_locked(base::TimePoint now) {
  while (phase_ends_ <= now) {
    const auto at = phase_ends_;
    phase_began_ += edition_->scenario->phases[phase_].lasts.value_or(base::Duration{0});
    ++phase_;
    await_phase_end_locked(at);
    journal::Event event;
    event.kind = journal::Kind::phase;
    record_locked(std::move(event), at);
  }
}

// What the clock has passed already ends at `earliest`: nothing is recorded in the past.
void Receiver::await_phase_end_locked(base::TimePoint earliest) {
  phase_ends_ = base::kNever;
  const auto& phases = edition_->scenario->phases;
  const auto& lasts = phases[phase_].lasts;
  if (phase_ + 1 >= phases.size() || !lasts) return;
  if (!clocks_.started()) {
    // It has been moved to where it will start.
    if (clocks_.advanced() >= phase_began_ + *lasts) phase_ends_ = earliest;
    return;
  }
  phase_ends_ = std::max(clocks_.when_receiver_shows(phase_began_ + *lasts), earliest);
}

void Receiver::opened(base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  ++open_connections_;
  if (clocks_.started()) return;
  clocks_.start_receiver(now);
  await_phase_end_locked(now);
}

void Receiver::closed() {
  const std::lock_guard lock(mutex_);
  --open_connections_;
}

Receiver::Moment Receiver::moment(const Edition& edition, base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  pass_phases_locked(now);
  Moment moment;
  moment.receiver_time = clocks_.receiver(now);
  moment.scale = clocks_.scale();
  std::optional<base::Duration> ends;
  if (edition.generation == edition_->generation) {
    // What the journal says of the phase is what rules go by, to the nanosecond.
    moment.phase = phase_;
    const auto& lasts = edition.scenario->phases[phase_].lasts;
    const bool last = phase_ + 1 == edition.scenario->phases.size();
    if (lasts && !last) ends = phase_began_ + *lasts;
  } else {
    // By its name, since that is what the events tell: a scenario that has been replaced meanwhile
    // may not know it.
    const auto& names = edition.phase_names;
    const auto same = std::find(names.begin(), names.end(), edition_->phase_names[phase_]);
    moment.phase =
        same == names.end() ? Moment::kNoPhase : static_cast<std::size_t>(same - names.begin());
  }
  if (ends && *ends > moment.receiver_time) moment.phase_left = *ends - moment.receiver_time;
  return moment;
}

journal::DeliveryRef Receiver::find(std::uint64_t connection, std::string_view recipient) const {
  const std::lock_guard lock(mutex_);
  auto found = account_.deliveries.find(connection, recipient);
  // Deliveries are numbered anew in a new journal, but none of them is one of those before.
  if (journals_ > 0) found.key += " @" + std::to_string(journals_);
  return found;
}

journal::DeliveryRef Receiver::would_be(
    std::string_view sender,
    std::string_view recipient,
    const journal::Deliveries::Parameters& parameters
) const {
  const std::lock_guard lock(mutex_);
  auto found = account_.deliveries.would_be(sender, recipient, parameters, parameters);
  if (journals_ > 0) found.key += " @" + std::to_string(journals_);
  return found;
}

journal::Meter::Figures Receiver::figures() const {
  const std::lock_guard lock(mutex_);
  return meter_.figures();
}

std::optional<base::Micros> Receiver::idle(std::uint64_t connection) const {
  const std::lock_guard lock(mutex_);
  return account_.deliveries.idle(connection);
}

base::TimePoint Receiver::tick(base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  pass_phases_locked(now);
  return phase_ends_;
}

journal::Moment Receiver::observed(base::TimePoint now, base::Duration silence) {
  const std::lock_guard lock(mutex_);
  // Another thread may have recorded something since the caller looked at the clock.
  now = std::max(now, last_event_);
  if (now - last_event_ >= silence) {
    pass_phases_locked(now);
    journal::Event event;
    event.kind = journal::Kind::observed;
    record_locked(std::move(event), now);
  }
  return account_.marks.last();
}

void Receiver::advance(base::Duration by, base::TimePoint now) {
  // Beyond this a clock would be no time that a journal can hold.
  constexpr base::Duration kFarthest = std::chrono::hours(24) * 36'525;
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  pass_phases_locked(now);
  by = std::clamp(by, base::Duration{0}, kFarthest - std::min(clocks_.advanced(), kFarthest));
  clocks_.advance(by);
  journal::Event event;
  event.kind = journal::Kind::advanced;
  event.by = in_micros(by);
  record_locked(std::move(event), now);
  await_phase_end_locked(now);
  pass_phases_locked(now);
}

std::uint64_t Receiver::offered(std::string_view recipient, base::TimePoint now) {
  journal::Event event;
  event.kind = journal::Kind::offered;
  event.subject = recipient;
  return record(std::move(event), now);
}

}  // namespace receiver
