// Dropped sequence numbers as runs: see the header.
#include "journal/losses.hpp"

#include <algorithm>

namespace journal {

void Losses::add(std::uint64_t seq) {
  if (runs_.empty() || seq != last_ + 1) {
    if (runs_.size() >= max_runs_ && runs_.size() > 1) {
      const Run oldest = runs_.front();
      runs_.pop_front();
      forgotten_ = oldest.first + (runs_.front().before - oldest.before) - 1;
    }
    runs_.push_back({.first = seq, .before = total_});
  }
  last_ = seq;
  ++total_;
}

// Dropped numbers that are at most `seq`, which is not below the oldest run that is known.
std::uint64_t Losses::up_to(std::uint64_t seq) const {
  const auto next =
      std::upper_bound(runs_.begin(), runs_.end(), seq, [](std::uint64_t value, const Run& run) {
        return value < run.first;
      });
  if (next == runs_.begin()) return runs_.empty() ? 0 : runs_.front().before;
  const Run& run = *std::prev(next);
  const std::uint64_t ends = next == runs_.end() ? total_ : next->before;
  return std::min(run.before + (seq - run.first + 1), ends);
}

Losses::Count Losses::between(std::uint64_t after, std::uint64_t until) const {
  if (until <= after) return {};
  // Whoever has seen nothing has lost what only the sums know of, too.
  const std::uint64_t seen = after == 0 ? 0 : up_to(after);
  return {.events = up_to(until) - seen, .at_least = after != 0 && after < forgotten_};
}

}  // namespace journal
