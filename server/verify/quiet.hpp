// How a check ends on a case in which nothing forbidden was seen: it has to look for long enough.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "verify/params.hpp"
#include "verify/tally.hpp"

namespace verify {

// A case in which nothing forbidden has happened so far.
struct Calm {
  std::string who{};
  std::string so_far{};  // a sentence, of what was seen
  std::vector<std::uint64_t> evidence{};
  base::Micros since{0};  // judge clock: the window begins
  // Real time: what comes until then may have been on its way when the window began, so nobody has
  // looked before; none: there is nothing of that kind.
  std::optional<base::Micros> in_flight_until{};
};

// Whether it was quiet for long enough: for `quiet` and the slack, when the expectation has it;
// otherwise until the end of the run, and then the pass is provisional. If not, the case is opened,
// with the deadline by which it will have been.
[[nodiscard]] bool quiet_enough(
    Tally& tally, const Timeline& timeline, const Params& params, Calm calm
);

// The same for a delivery, since its last attempt ended; while one is under way no window has
// begun.
[[nodiscard]] bool quiet_enough(
    Tally& tally,
    const Timeline& timeline,
    const Params& params,
    const Story& story,
    std::string who,
    std::string so_far
);

}  // namespace verify
