// The part of the ledger that says which message an attempt carried, once its content has been
// seen, and the part that forgets.
#include <algorithm>
#include <functional>

#include "base/random.hpp"
#include "journal/ledger.hpp"

namespace journal {

namespace {

// How many attempts in hand are passed over before one of them is forgotten all the same.
constexpr int kPatience = 64;

std::uint64_t hash_of(const Key& key, std::string_view message_id) {
  const std::hash<std::string_view> hash;
  return base::mix64(hash(key.first)) ^ hash(message_id);
}

bool carries(const AttemptRecord* attempt, std::string_view message_id) {
  return attempt != nullptr && attempt->message && attempt->message->message_id == message_id;
}

}  // namespace

void Ledger::identify(
    AttemptRecord& attempt, std::shared_ptr<const MessageFacts> message, const std::string& key
) {
  const std::string message_id = message->message_id;
  attempt.message = std::move(message);
  const DeliveryRecord* own = deliveries_.find(attempt.delivery);
  if (own == nullptr) return;
  Key& before = *own->key;
  Key& after = key.empty() || key == before.first ? before : *keys_.try_emplace(key).first;

  DeliveryRecord* target = nullptr;
  const bool had_others = &after != &before || after.second.opened > 1;
  if (had_others && !message_id.empty()) target = with_message(after, message_id);
  if (target == nullptr && &after != &before) {
    DeliveryRecord* current = deliveries_.find(after.second.current);
    if (current != nullptr && !current->closed()) target = current;
  }
  if (&after != &before || (target != nullptr && target != own)) {
    move_to(target, after, attempt);
  }
  if (!message_id.empty()) return note_message_id(attempt, message_id);
  // The same content again may be another message; another content is one as far as anybody knows.
  KeyRecord& record = deliveries_.at(attempt.delivery).key->second;
  const std::string& content = attempt.message->body_hash;
  if (record.nameless.empty()) record.nameless = content;
  if (record.nameless != content) record.several_messages = true;
}

// Earlier failures under the same incomplete key go along: they were this message's as far as
// anybody can tell, unless another connection has an attempt of it in hand.
void Ledger::move_to(DeliveryRecord* target, Key& key, AttemptRecord& attempt) {
  DeliveryRecord& source = deliveries_.at(attempt.delivery);
  const bool alone = source.open == (attempt.open() ? 1U : 0U) && source.accepted == 0;
  const std::vector<std::uint64_t> moving =
      alone ? source.attempts : std::vector<std::uint64_t>{attempt.id};
  if (target == nullptr) target = &open_delivery(key, attempt);
  for (const std::uint64_t id : moving) {
    AttemptRecord& record = attempts_.at(id);
    detach(source, record);
    attach(*target, record);
  }
  if (!source.attempts.empty()) return;
  Key& emptied = *source.key;
  if (emptied.second.current == source.id) {
    emptied.second.current = &emptied == &key ? target->id : 0;
  }
  --emptied.second.retained;
  deliveries_.erase(source.id);
  if (&emptied != &key) park(emptied);
}

// The delivery of this key that has carried this message.
DeliveryRecord* Ledger::with_message(const Key& key, const std::string& message_id) {
  const auto known = by_message_.find(hash_of(key, message_id));
  if (known == by_message_.end()) return nullptr;
  DeliveryRecord* delivery = deliveries_.find(known->second);
  if (delivery == nullptr || delivery->key != &key) return nullptr;
  const auto& ids = delivery->attempts;
  const bool proven = std::any_of(ids.begin(), ids.end(), [&](std::uint64_t id) {
    return carries(find(id), message_id);
  });
  return proven ? delivery : nullptr;
}

void Ledger::note_message_id(AttemptRecord& attempt, const std::string& message_id) {
  DeliveryRecord& delivery = deliveries_.at(attempt.delivery);
  KeyRecord& key = delivery.key->second;
  if (delivery.message_id.empty()) delivery.message_id = message_id;
  by_message_.insert_or_assign(hash_of(*delivery.key, message_id), delivery.id);
  if (key.message_id.empty()) key.message_id = message_id;
  if (key.message_id != message_id) key.several_messages = true;
  auto& overlaps = key.overlaps;
  const auto settled = [this](const auto& overlap) { return proven_same(overlap); };
  overlaps.erase(std::remove_if(overlaps.begin(), overlaps.end(), settled), overlaps.end());
}

bool Ledger::proven_same(const std::pair<std::uint64_t, std::uint64_t>& overlap) const {
  const AttemptRecord* one = find(overlap.first);
  return one != nullptr && one->message && !one->message->message_id.empty() &&
         carries(find(overlap.second), one->message->message_id);
}

bool Ledger::ambiguous(const DeliveryRecord& delivery) const {
  const KeyRecord& key = delivery.key->second;
  return !delivery.unique && (key.several_messages || key.crowded || !key.overlaps.empty());
}

// The oldest delivery goes as a whole; one with an attempt in hand gets another turn. With nothing
// but such ones the bound wins.
void Ledger::forget_oldest() {
  for (int passed = 0; !order_.empty();) {
    const std::uint64_t id = order_.front();
    order_.pop_front();
    const AttemptRecord* attempt = find(id);
    if (attempt == nullptr) continue;
    const DeliveryRecord* owner = delivery(attempt->delivery);
    const bool in_hand = attempt->open() || (owner != nullptr && owner->open > 0);
    if (in_hand && passed++ < kPatience) {
      order_.push_back(id);
      continue;
    }
    return forget(id);
  }
}

void Ledger::forget(std::uint64_t attempt) {
  const AttemptRecord& record = attempts_.at(attempt);
  const DeliveryRecord* owner = deliveries_.find(record.delivery);
  if (owner == nullptr) {
    strike_end(record);
    attempts_.erase(attempt);
    ++dropped_;
    return;
  }
  const DeliveryRecord& delivery = *owner;
  Key& key = *delivery.key;
  for (const std::uint64_t id : delivery.attempts) {
    const AttemptRecord& gone = attempts_.at(id);
    if (gone.message) {
      const auto known = by_message_.find(hash_of(key, gone.message->message_id));
      if (known != by_message_.end() && known->second == delivery.id) by_message_.erase(known);
    }
    attempts_.erase(id);
  }
  dropped_ += delivery.attempts.size() + 1;
  --key.second.retained;
  deliveries_.erase(delivery.id);
  erase_if_unused(key);
}

// An incomplete key gives its delivery up to each message that passes: its next delivery is another
// one.
void Ledger::park(Key& key) {
  if (key.second.parked) return;
  key.second.parked = true;
  parked_.push_back(&key);
  if (parked_.size() <= max_attempts_) return;
  Key& oldest = *parked_.front();
  parked_.pop_front();
  oldest.second.parked = false;
  erase_if_unused(oldest);
}

void Ledger::erase_if_unused(Key& key) {
  if (key.second.retained > 0 || key.second.parked) return;
  keys_.erase(keys_.find(key.first));
}

}  // namespace journal
