// A party (a sender, a client) that was turned away before anybody could tell with which message:
// what of it came after a failure. Pure.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "verify/fallback.hpp"
#include "verify/timeline.hpp"

namespace verify {

// What came after a failure.
enum class Return : std::uint8_t {
  none,       // nothing in time
  elsewhere,  // something from another address
  at_once,    // something at the same time: perhaps another message of the same campaign
  later,      // the party came back
};

class Returns {
 public:
  using Row = std::span<const Attempt* const>;  // the attempts of one party, by beginning

  // Borrows the timeline.
  Returns(const Timeline& timeline, Clock clock) : timeline_(timeline), clock_(clock) {}

  // How long the party may stay away after a failure of its: `least`; or, when it has been turned
  // away for long already, twice that long, since whoever backs off waits about as long as it has
  // waited.
  [[nodiscard]] base::Micros patience(const Attempt& failure, Row party, base::Micros least);

  // Any attempt of the party counts, whatever became of it: one that failed must be followed
  // itself. `deadline` on the clock of the expectation.
  [[nodiscard]] Return after(const Attempt& failure, Row party, base::Micros deadline);

 private:
  // Of a party: of each failure the beginning of the series of failures that it belongs to.
  using Series = std::unordered_map<const Attempt*, base::Micros>;

  [[nodiscard]] Series series_of(Row party) const;
  [[nodiscard]] Row by_mail(Row party, base::Micros since);
  [[nodiscard]] bool came_since(
      const Attempt& failure, Row party, base::Micros since, base::Micros deadline
  );
  [[nodiscard]] bool came(
      Row row, const Attempt& failure, base::Micros deadline, base::Micros Attempt::*began
  ) const;
  [[nodiscard]] bool had_mail_elsewhere(const Attempt& failure, base::Micros deadline) const;

  [[nodiscard]] base::Micros time(base::Micros judge) const {
    return timeline_.time(clock_, judge);
  }

  const Timeline& timeline_;
  const Clock clock_;
  Fallbacks fallbacks_{timeline_};
  // By the first of the party's row.
  std::unordered_map<const void*, Series> turned_away_{};
  std::unordered_map<const void*, std::vector<const Attempt*>> by_mail_{};
};

}  // namespace verify
