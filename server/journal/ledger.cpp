#include "journal/ledger.hpp"

#include <algorithm>

namespace journal {

namespace {

// Of the delivery in hand this many attempts are looked at for one that overlaps; overlaps kept per
// key.
constexpr std::size_t kLookBack = 8;
constexpr std::size_t kOverlaps = 16;

bool scenario_changed(const Setup& before, const Setup& after) {
  Setup rescaled = before;
  rescaled.scale = after.scale;
  // A set-up said again in other respects the same is a scenario put anew: only a new scale is not.
  return before.scale == after.scale || rescaled != after;
}

}  // namespace

void Ledger::use(std::shared_ptr<const Setup> setup) {
  if (scenario_changed(*setup_, *setup)) ++epoch_;
  setup_ = std::move(setup);
}

AttemptRecord& Ledger::begin(Scope scope, const Origin& origin) {
  while (attempts_.size() >= std::max<std::size_t>(max_attempts_, 1)) forget_oldest();
  const std::uint64_t id = ++last_attempt_;
  AttemptRecord& attempt = attempts_.emplace_hint(attempts_.end(), id, AttemptRecord{})->second;
  attempt.id = id;
  attempt.scope = scope;
  attempt.origin = origin;
  order_.push_back(id);
  ++counts.attempts;
  return attempt;
}

AttemptRecord& Ledger::begin_client(const Origin& origin) {
  AttemptRecord& attempt = begin(Scope::client, origin);
  attempt.previous = std::exchange(last_of_client_[std::string(origin.client.view())], attempt.id);
  return attempt;
}

AttemptRecord& Ledger::begin_sender(const Origin& origin) {
  AttemptRecord& attempt = begin(Scope::sender, origin);
  attempt.previous = std::exchange(last_of_sender_[std::string(origin.sender.view())], attempt.id);
  return attempt;
}

AttemptRecord& Ledger::begin_delivery(
    const Origin& origin, const base::Name& recipient, const std::string& key
) {
  AttemptRecord& attempt = begin(Scope::delivery, origin);
  attempt.recipient = recipient;
  join(attempt, key);
  return attempt;
}

void Ledger::name_recipient(
    AttemptRecord& attempt, const base::Name& recipient, const std::string& key
) {
  const auto last = last_of_sender_.find(attempt.origin.sender.view());
  if (last != last_of_sender_.end() && last->second == attempt.id) {
    last->second = attempt.previous;
    if (attempt.previous == 0) last_of_sender_.erase(last);
  }
  attempt.scope = Scope::delivery;
  attempt.recipient = recipient;
  join(attempt, key);
}

// Acceptance closed the delivery of this key? Then another one begins.
void Ledger::join(AttemptRecord& attempt, const std::string& key) {
  Key& found = *keys_.try_emplace(key).first;
  note_overlap(found, attempt);
  const auto current = deliveries_.find(found.second.current);
  const bool joins = current != deliveries_.end() && !current->second.closed();
  attach(joins ? current->second : open_delivery(found, attempt), attempt);
}

DeliveryRecord& Ledger::open_delivery(Key& key, const AttemptRecord& attempt) {
  const std::uint64_t id = ++last_delivery_;
  DeliveryRecord& delivery =
      deliveries_.emplace_hint(deliveries_.end(), id, DeliveryRecord{})->second;
  delivery.id = id;
  delivery.key = &key;
  delivery.ordinal = ++key.second.opened;
  delivery.unique = setup_->delivery_unique;
  delivery.sender = attempt.origin.sender;
  delivery.recipient = attempt.recipient;
  key.second.current = id;
  ++key.second.retained;
  return delivery;
}

void Ledger::attach(DeliveryRecord& delivery, AttemptRecord& attempt) {
  if (delivery.epoch != epoch_) delivery.numbered = 0;
  delivery.epoch = epoch_;
  attempt.number = ++delivery.numbered;
  attempt.delivery = delivery.id;
  attempt.previous = delivery.attempts.empty() ? 0 : delivery.attempts.back();
  delivery.attempts.push_back(attempt.id);
  delivery.open += attempt.open() ? 1U : 0U;
  delivery.accepted += attempt.answer.outcome == Outcome::accepted ? 1U : 0U;
  delivery.copies += attempt.stored ? 1U : 0U;
}

void Ledger::detach(DeliveryRecord& delivery, const AttemptRecord& attempt) {
  const auto place = std::find(delivery.attempts.begin(), delivery.attempts.end(), attempt.id);
  const auto next = delivery.attempts.erase(place);
  if (next != delivery.attempts.end()) find(*next)->previous = attempt.previous;
  delivery.open -= attempt.open() ? 1U : 0U;
  delivery.accepted -= attempt.answer.outcome == Outcome::accepted ? 1U : 0U;
  delivery.copies -= attempt.stored ? 1U : 0U;
}

// Two connections at once under one key: two messages, or one whose sender has two minds.
void Ledger::note_overlap(Key& key, const AttemptRecord& attempt) {
  const auto current = deliveries_.find(key.second.current);
  if (current == deliveries_.end() || key.second.several_messages || key.second.crowded) return;
  const auto& ids = current->second.attempts;
  const std::size_t from = ids.size() - std::min(ids.size(), kLookBack);
  for (std::size_t i = ids.size(); i-- > from;) {
    const AttemptRecord& other = attempts_.at(ids[i]);
    if (other.origin.connection == attempt.origin.connection) continue;
    if (!other.open() && other.answer.when.at <= attempt.origin.begin.at) continue;
    key.second.crowded = key.second.overlaps.size() == kOverlaps;
    if (!key.second.crowded) key.second.overlaps.emplace_back(attempt.id, other.id);
    return;
  }
}

void Ledger::decide(AttemptRecord& attempt, Answer answer) {
  const Outcome before = attempt.answer.outcome;
  const Outcome after = answer.outcome;
  attempt.answer = std::move(answer);
  count(before, -1);
  count(after, 1);
  const auto found = deliveries_.find(attempt.delivery);
  if (found == deliveries_.end()) return;
  DeliveryRecord& delivery = found->second;
  delivery.open += (after == Outcome::open ? 1U : 0U) - (before == Outcome::open ? 1U : 0U);
  delivery.accepted +=
      (after == Outcome::accepted ? 1U : 0U) - (before == Outcome::accepted ? 1U : 0U);
}

void Ledger::count(Outcome outcome, std::int64_t by) {
  const auto add = [by](std::uint64_t& counter) { counter += static_cast<std::uint64_t>(by); };
  switch (outcome) {
    case Outcome::open: return;
    case Outcome::accepted: return add(counts.accepted);
    case Outcome::deferred: return add(counts.deferred);
    case Outcome::rejected: return add(counts.rejected);
    case Outcome::lost: return add(counts.lost);
    case Outcome::abandoned: return add(counts.abandoned);
  }
}

void Ledger::mark_stored(AttemptRecord& attempt) {
  if (attempt.stored) return;
  attempt.stored = true;
  const auto delivery = deliveries_.find(attempt.delivery);
  if (delivery != deliveries_.end()) ++delivery->second.copies;
}

AttemptRecord* Ledger::find(std::uint64_t attempt) {
  const auto found = attempts_.find(attempt);
  return found == attempts_.end() ? nullptr : &found->second;
}

const AttemptRecord* Ledger::find(std::uint64_t attempt) const {
  const auto found = attempts_.find(attempt);
  return found == attempts_.end() ? nullptr : &found->second;
}

const DeliveryRecord* Ledger::delivery(std::uint64_t id) const {
  const auto found = deliveries_.find(id);
  return found == deliveries_.end() ? nullptr : &found->second;
}

}  // namespace journal
