// All that is known of one receiver's past: its attempts and deliveries, the marks beside them, and
// how its clients behaved. Fed by its events, live or from a file, and the one thing that verdicts
// are made from. Pure. Not thread-safe: its owner guards it.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "journal/conduct.hpp"
#include "journal/deliveries.hpp"
#include "journal/marks.hpp"

namespace journal {

struct Account {
  Account() = default;

  explicit Account(Deliveries::Limits l) : deliveries(l), limits(l) {}

  // The next event of this receiver, in sequence.
  void add(const Event& event) {
    // What was known before is void; the journal begins anew with this.
    if (event.kind == Kind::reset) *this = Account(limits);
    deliveries.add(event);
    marks.add(event);
    conduct.add(event);
  }

  Deliveries deliveries{};
  Marks marks{};
  Conduct conduct{};
  Deliveries::Limits limits{};
};

// The same at one instant, as values: for whoever may keep its owner waiting only for the copy.
struct Past {
  std::vector<Attempt> attempts{};     // by rising id
  std::vector<Delivery> deliveries{};  // by rising id
  Marks marks{};
  Behaviour behaviour{};
  std::uint64_t dropped = 0, unfollowed = 0;  // as Deliveries counts them
};

[[nodiscard]] inline Past past_of(const Account& account) {
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  return {
      .attempts = account.deliveries.attempts(0, kAll),
      .deliveries = account.deliveries.deliveries(0, kAll),
      .marks = account.marks,
      .behaviour = account.conduct.so_far(),
      .dropped = account.deliveries.dropped(),
      .unfollowed = account.deliveries.unfollowed()};
}

}  // namespace journal
