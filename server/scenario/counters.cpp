// Counters of rules: see the header. One list in order of use, one index into it.
#include "scenario/counters.hpp"

#include <cassert>
#include <charconv>

#include "base/random.hpp"

namespace scenario {

namespace {

// Rule and key as one text; ':' ends the number, so no two pairs look alike.
void write_key(std::string& out, std::size_t rule, std::string_view key) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, rule).ptr;
  out.assign(digits, end);
  out += ':';
  out += key;
}

}  // namespace

Counters::Entry& Counters::touch(std::size_t rule, std::string_view key) {
  std::string full;
  write_key(full, rule, key);
  const auto known = by_key_.find(full);
  if (known != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, known->second);
    return entries_.front();
  }
  if (entries_.size() >= max_keys_) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
    ++forgotten_;
  }
  entries_.push_front({std::move(full)});
  by_key_.emplace(entries_.front().key, entries_.begin());
  return entries_.front();
}

const Counters::Entry* Counters::find(std::size_t rule, std::string_view key) const {
  std::string full;
  write_key(full, rule, key);
  const auto known = by_key_.find(full);
  return known == by_key_.end() ? nullptr : &*known->second;
}

namespace {

// The claim so far, with one more key that was reached `reached` times, this one included, and has
// fired `fired` times; whether that key rules now. Of keys with equal numbers the one that has
// fired less often rules, so that order does not matter.
bool joins(Counters::Claim& claim, std::uint64_t reached, std::uint64_t fired) {
  const bool smaller = reached < claim.nth || (reached == claim.nth && fired < claim.firing);
  if (claim.nth != 0 && !smaller) return false;
  claim.nth = reached;
  claim.firing = fired;
  return true;
}

void draw(Counters::Claim& claim, const Counters::Terms& terms, std::string_view ruling) {
  claim.draw = base::draw(terms.seed, terms.name, ruling, claim.nth);
  claim.fires = claim.nth > terms.after && (!terms.times || claim.firing < *terms.times) &&
                base::unit(claim.draw) < terms.chance;
}

}  // namespace

Counters::Claim Counters::claim(const Terms& terms, std::span<const std::string> keys) {
  assert(!keys.empty());
  const std::lock_guard lock(mutex_);
  Claim claim;
  std::string_view ruling;
  for (const auto& key : keys) {
    Entry& entry = touch(terms.rule, key);
    if (joins(claim, ++entry.reached, entry.fired)) ruling = key;
  }
  draw(claim, terms, ruling);
  Totals& totals = totals_[terms.rule];
  ++totals.reached;
  if (!claim.fires) return claim;
  ++totals.fired;
  for (const auto& key : keys) ++touch(terms.rule, key).fired;
  return claim;
}

Counters::Claim Counters::peek(const Terms& terms, std::span<const std::string> keys) const {
  assert(!keys.empty());
  const std::lock_guard lock(mutex_);
  Claim claim;
  std::string_view ruling;
  for (const auto& key : keys) {
    const Entry* entry = find(terms.rule, key);
    const bool rules =
        entry == nullptr ? joins(claim, 1, 0) : joins(claim, entry->reached + 1, entry->fired);
    if (rules) ruling = key;
  }
  draw(claim, terms, ruling);
  return claim;
}

Counters::Totals Counters::totals(std::size_t rule) const {
  const std::lock_guard lock(mutex_);
  const auto known = totals_.find(rule);
  return known == totals_.end() ? Totals{} : known->second;
}

std::vector<Counters::Count> Counters::latest(std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<Count> counts;
  for (const Entry& entry : entries_) {
    if (counts.size() == most) break;
    std::size_t rule = 0;
    const char* const end = entry.key.data() + entry.key.size();
    const char* const colon = std::from_chars(entry.key.data(), end, rule).ptr;
    counts.push_back(
        {.rule = rule,
         .key = std::string(colon + 1, end),
         .reached = entry.reached,
         .fired = entry.fired}
    );
  }
  return counts;
}

void Counters::clear() {
  const std::lock_guard lock(mutex_);
  by_key_.clear();
  entries_.clear();
  totals_.clear();
  forgotten_ = 0;
}

std::uint64_t Counters::forgotten() const {
  const std::lock_guard lock(mutex_);
  return forgotten_;
}

}  // namespace scenario
