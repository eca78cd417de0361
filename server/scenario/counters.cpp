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

Counters::Claim Counters::claim(const Terms& terms, std::span<const std::string> keys) {
  assert(!keys.empty());
  const std::lock_guard lock(mutex_);
  Claim claim;
  std::string_view ruling;
  for (const auto& key : keys) {
    Entry& entry = touch(terms.rule, key);
    const std::uint64_t nth = ++entry.reached;
    // Of keys with equal numbers the one that has fired less often rules, so that order does not
    // matter.
    const bool smaller = nth < claim.nth || (nth == claim.nth && entry.fired < claim.firing);
    if (claim.nth != 0 && !smaller) continue;
    claim.nth = nth;
    claim.firing = entry.fired;
    ruling = key;
  }
  claim.draw = base::draw(terms.seed, terms.name, ruling, claim.nth);
  claim.fires = claim.nth > terms.after && (!terms.times || claim.firing < *terms.times) &&
                base::unit(claim.draw) < terms.chance;
  if (!claim.fires) return claim;
  for (const auto& key : keys) ++touch(terms.rule, key).fired;
  return claim;
}

void Counters::clear() {
  const std::lock_guard lock(mutex_);
  by_key_.clear();
  entries_.clear();
  forgotten_ = 0;
}

std::uint64_t Counters::forgotten() const {
  const std::lock_guard lock(mutex_);
  return forgotten_;
}

}  // namespace scenario
