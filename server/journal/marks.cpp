#include "journal/marks.hpp"

#include <cstddef>

namespace journal {

namespace {

// Beyond the bound this part of it goes at once, so that forgetting costs little per event.
constexpr std::size_t kPart = Marks::kMost / 8;

// Forgets the oldest of a full list; says how many went.
template <typename Mark>
std::uint64_t make_room(std::vector<Mark>& marks) {
  if (marks.size() < Marks::kMost) return 0;
  marks.erase(marks.begin(), marks.begin() + static_cast<std::ptrdiff_t>(kPart));
  return kPart;
}

}  // namespace

void Marks::add(const Event& event) {
  const Moment now{.at = event.at, .judge = event.judge, .seq = event.seq};
  if (first_.seq == 0) first_ = now;
  last_ = now;
  if (event.kind == Kind::receiver && event.setup) {
    lost(now, make_room(setups_));
    setups_.push_back({.when = now, .setup = event.setup});
  } else if (event.kind == Kind::advanced) {
    lost(now, make_room(advances_));
    advances_.push_back({.when = now, .by = event.by});
  } else if (event.kind == Kind::offered) {
    lost(now, make_room(offers_));
    offers_.push_back({.when = now, .recipient = event.subject});
  } else if (event.kind == Kind::dropped) {
    lost(now, event.count);
  }
}

// A full list of losses still says that something is missing, and from before when.
void Marks::lost(const Moment& when, std::uint64_t count) {
  if (count == 0) return;
  if (losses_.size() < kMost) {
    losses_.push_back({.when = when, .count = count});
  } else {
    losses_.back().when = when;
    losses_.back().count += count;
  }
}

}  // namespace journal
