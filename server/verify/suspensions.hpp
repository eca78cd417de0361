// Until when a client had reason to hold everything back: a host that refuses its connections has
// it suspend all mail for that host. Pure.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "verify/timeline.hpp"

namespace verify {

class Suspensions {
 public:
  // Borrows the timeline. Failures of a host no further apart than `within` follow each other.
  Suspensions(const Timeline& timeline, Clock clock, base::Micros within)
      : timeline_(timeline), clock_(clock), within_(within) {}

  // From when the time to come back after a failure runs, on the judge clock: from its end, or from
  // the end of the last of the host's failures that follow it without a break.
  [[nodiscard]] base::Micros end(const Attempt& failure);

 private:
  [[nodiscard]] const std::vector<base::Micros>& chains(std::string_view client);
  [[nodiscard]] bool in_time(base::Micros at, base::Micros start) const;

  const Timeline& timeline_;
  const Clock clock_;
  const base::Micros within_;
  // By client: for each of its host failures, where the chain that it belongs to ends.
  std::unordered_map<std::string, std::vector<base::Micros>> chains_{};
};

}  // namespace verify
