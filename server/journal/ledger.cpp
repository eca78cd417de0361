#include "journal/ledger.hpp"

#include <algorithm>
#include <iterator>

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
  AttemptRecord& attempt = attempts_.add();
  attempt.scope = scope;
  attempt.origin = origin;
  order_.push_back(attempt.id);
  ++counts.attempts;
  return attempt;
}

AttemptRecord& Ledger::begin_client(const Origin& origin) {
  return begin(Scope::client, origin);
}

AttemptRecord& Ledger::begin_sender(const Origin& origin) {
  return begin(Scope::sender, origin);
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
  strike_end(attempt);
  attempt.scope = Scope::delivery;
  attempt.recipient = recipient;
  join(attempt, key);
}

// Acceptance closed the delivery of this key? Then another one begins.
void Ledger::join(AttemptRecord& attempt, const std::string& key) {
  Key& found = *keys_.try_emplace(key).first;
  note_overlap(found, attempt);
  // One message keeps its ENVID (RFC 3461 4.4).
  const base::Name& envid = attempt.origin.envid;
  KeyRecord& record = found.second;
  if (record.envid.empty()) record.envid = envid;
  if (!envid.empty() && !(record.envid == envid)) record.several_messages = true;
  DeliveryRecord* current = deliveries_.find(found.second.current);
  const bool joins = current != nullptr && !current->closed();
  attach(joins ? *current : open_delivery(found, attempt), attempt);
}

Ledger::Place Ledger::would_join(const std::string& key) const {
  const auto known = keys_.find(key);
  if (known == keys_.end()) return {};
  const DeliveryRecord* current = deliveries_.find(known->second.current);
  if (current == nullptr || current->closed()) return {.ordinal = known->second.opened + 1};
  return {
      .ordinal = current->ordinal, .number = current->epoch == epoch_ ? current->numbered + 1 : 1};
}

DeliveryRecord& Ledger::open_delivery(Key& key, const AttemptRecord& attempt) {
  DeliveryRecord& delivery = deliveries_.add();
  ++counts.deliveries;
  delivery.key = &key;
  delivery.ordinal = ++key.second.opened;
  delivery.unique = setup_->delivery_unique;
  delivery.sender = attempt.origin.sender;
  delivery.recipient = attempt.recipient;
  key.second.current = delivery.id;
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
  const DeliveryRecord* current = deliveries_.find(key.second.current);
  if (current == nullptr || key.second.several_messages || key.second.crowded) return;
  const auto& ids = current->attempts;
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
  strike_end(attempt);
  attempt.answer = std::move(answer);
  note_end(attempt);
  count(before, -1);
  count(after, 1);
  DeliveryRecord* found = deliveries_.find(attempt.delivery);
  if (found == nullptr) return;
  DeliveryRecord& delivery = *found;
  delivery.open += (after == Outcome::open ? 1U : 0U) - (before == Outcome::open ? 1U : 0U);
  delivery.accepted +=
      (after == Outcome::accepted ? 1U : 0U) - (before == Outcome::accepted ? 1U : 0U);
}

void Ledger::ended(AttemptRecord& attempt, Instant when) {
  strike_end(attempt);
  attempt.answer.when = when;
  note_end(attempt);
}

void Ledger::note_end(const AttemptRecord& attempt) {
  if (attempt.scope == Scope::delivery || attempt.open()) return;
  const bool client = attempt.scope == Scope::client;
  const base::Name& whose = client ? attempt.origin.client : attempt.origin.sender;
  Ends& ends = (client ? ends_of_client_ : ends_of_sender_)[std::string(whose.view())];
  const Ends::value_type end{attempt.answer.when.at, attempt.id};
  ends.insert(std::upper_bound(ends.begin(), ends.end(), end), end);
}

void Ledger::strike_end(const AttemptRecord& attempt) {
  if (attempt.scope == Scope::delivery || attempt.open()) return;
  const bool client = attempt.scope == Scope::client;
  auto& all = client ? ends_of_client_ : ends_of_sender_;
  const auto known = all.find((client ? attempt.origin.client : attempt.origin.sender).view());
  if (known == all.end()) return;
  Ends& ends = known->second;
  const Ends::value_type end{attempt.answer.when.at, attempt.id};
  const auto place = std::lower_bound(ends.begin(), ends.end(), end);
  if (place != ends.end() && *place == end) ends.erase(place);
  if (ends.empty()) all.erase(known);
}

// Of those that ended in the very microsecond in which it began, the ones with smaller ids.
const AttemptRecord* Ledger::previous(const AttemptRecord& attempt) const {
  if (attempt.scope == Scope::delivery) return find(attempt.previous);
  const bool client = attempt.scope == Scope::client;
  const auto& all = client ? ends_of_client_ : ends_of_sender_;
  const auto known = all.find((client ? attempt.origin.client : attempt.origin.sender).view());
  if (known == all.end()) return nullptr;
  const Ends& ends = known->second;
  const Ends::value_type begin{attempt.origin.begin.at, attempt.id};
  const auto after = std::lower_bound(ends.begin(), ends.end(), begin);
  return after == ends.begin() ? nullptr : find(std::prev(after)->second);
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
  if (DeliveryRecord* delivery = deliveries_.find(attempt.delivery)) ++delivery->copies;
}

AttemptRecord* Ledger::find(std::uint64_t attempt) {
  return attempts_.find(attempt);
}

const AttemptRecord* Ledger::find(std::uint64_t attempt) const {
  return attempts_.find(attempt);
}

const DeliveryRecord* Ledger::delivery(std::uint64_t id) const {
  return deliveries_.find(id);
}

}  // namespace journal
