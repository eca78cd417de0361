// What the API changes about a receiver: rules in front, phase, scale, counters, a new beginning;
// and the messages it keeps. The record and the clocks are in receiver.cpp.
#include <algorithm>
#include <utility>

#include "receiver/receiver.hpp"

namespace receiver {

namespace {

std::optional<RuleView> view_of(const Edition& edition, std::size_t id) {
  auto views = edition.rules();
  const auto found =
      std::find_if(views.begin(), views.end(), [&](const auto& view) { return view.id == id; });
  if (found == views.end()) return std::nullopt;
  return std::move(*found);
}

}  // namespace

std::size_t Receiver::next_rule() const {
  const std::lock_guard lock(mutex_);
  return last_rule_ + 1;
}

void Receiver::replace_rules_locked(std::vector<scenario::Rule> pushed) {
  edition_ = std::make_shared<const Edition>(*edition_, scenario_, pushed);
  pushed_ = std::move(pushed);
}

std::optional<RuleView> Receiver::push_rule(scenario::Rule rule, base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  std::size_t octets = rule.written.size();
  for (const auto& other : pushed_) octets += other.written.size();
  if (pushed_.size() >= kMostPushed || octets > kMostPushedOctets) return std::nullopt;
  pass_phases_locked(now);
  rule.id = ++last_rule_;
  journal::Event event;
  event.kind = journal::Kind::rule;
  event.subject = rule.name;
  event.count = rule.id;
  event.text = rule.written;
  auto pushed = pushed_;
  pushed.insert(pushed.begin(), std::move(rule));
  replace_rules_locked(std::move(pushed));
  record_locked(std::move(event), now);
  return view_of(*edition_, last_rule_);
}

std::optional<RuleView> Receiver::remove_rule(std::size_t id, base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  auto pushed = pushed_;
  const auto place =
      std::find_if(pushed.begin(), pushed.end(), [&](const auto& rule) { return rule.id == id; });
  if (place == pushed.end()) return std::nullopt;
  pass_phases_locked(now);
  auto view = view_of(*edition_, id);
  pushed.erase(place);
  replace_rules_locked(std::move(pushed));
  journal::Event event;
  event.kind = journal::Kind::rule;
  event.subject = view->name;
  event.count = id;
  event.flag = true;
  record_locked(std::move(event), now);
  return view;
}

bool Receiver::enter_phase(std::string_view phase, base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  const auto& phases = scenario_->phases;
  const auto found = std::find_if(phases.begin(), phases.end(), [&](const auto& one) {
    return !one.name.empty() && one.name == phase;
  });
  if (found == phases.end()) return false;
  pass_phases_locked(now);
  phase_ = static_cast<std::size_t>(found - phases.begin());
  phase_began_ = clocks_.started() ? clocks_.receiver(now) : clocks_.advanced();
  await_phase_end_locked(now);
  journal::Event event;
  event.kind = journal::Kind::phase;
  record_locked(std::move(event), now);
  return true;
}

void Receiver::rescale(double scale, base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  if (scale == clocks_.scale()) return;
  pass_phases_locked(now);
  clocks_.set_scale(now, scale);
  await_phase_end_locked(now);
  record_setup_locked(now);
}

void Receiver::reset_counters(base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  pass_phases_locked(now);
  edition_->counters->clear();
  journal::Event event;
  event.kind = journal::Kind::recount;
  record_locked(std::move(event), now);
}

void Receiver::reset(base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  begin_anew_locked(now);
  journal_.clear(name_);
  void_journal_locked("state and journal", now);
  record_setup_locked(now);
  carry_over_locked(now);
  await_phase_end_locked(now);
}

std::uint64_t Receiver::clear_journal(base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  pass_phases_locked(now);
  const auto removed = journal_.clear(name_);
  void_journal_locked("journal", now);
  record_setup_locked(now);
  carry_over_locked(now);
  return removed;
}

void Receiver::retire() {
  const std::lock_guard lock(mutex_);
  retired_ = true;
  messages_.clear();
  identities_.clear();
  journal_.forget(name_);
}

bool Receiver::is_retired() const {
  const std::lock_guard lock(mutex_);
  return retired_;
}

void Receiver::keep(KeptMessage message) {
  const std::lock_guard lock(mutex_);
  messages_.add(std::move(message));
}

void Receiver::mark_stored(std::uint64_t message) {
  const std::lock_guard lock(mutex_);
  messages_.mark_stored(message);
}

Messages::Page Receiver::messages(
    std::uint64_t after, std::size_t limit, const Messages::Filter& filter
) const {
  const std::lock_guard lock(mutex_);
  return messages_.page(after, limit, filter);
}

std::optional<KeptMessage> Receiver::message(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  return messages_.find(id);
}

}  // namespace receiver
