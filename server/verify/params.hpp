// What an expectation says beside its check's name: the parameters of all checks in one place. Each
// check reads the keys of its own rows (checks.hpp) and knows its own defaults. Durations are on
// the judge clock unless a comment says otherwise. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "verify/select.hpp"

namespace verify {

// Which clock bounds are measured on: the judge clock, or the receiver's, advances included.
enum class Clock : std::uint8_t { judge, receiver };

// least <= x <= most.
using Bounds = std::pair<base::Micros, base::Micros>;

// Names of kinds of findings, of the table of them (findings.hpp).
using Findings = std::vector<std::string_view>;

struct Params {
  Select select{};
  Clock clock = Clock::judge;
  std::optional<base::Micros> within{};
  std::optional<base::Micros> quiet{};
  std::uint64_t at_least = 1;                  // retried
  std::optional<base::Micros> min_gap{};       // not-hasty; none: 1 s of real time
  std::uint64_t gaps = 3;                      // backs-off
  std::optional<double> growth{};              // backs-off, at least 1
  std::optional<Bounds> first{};               // backs-off
  std::optional<base::Micros> cap{};           // backs-off
  std::vector<base::Micros> schedule{};        // backs-off: the gaps, in order
  double jitter = 0.25;                        // backs-off, a fraction
  std::optional<base::Micros> tolerance{};     // backs-off, of schedule; none: jitter
  Codes codes{}, except{};                     // not-retried, suppressed
  bool whole_domain = false;                   // suppressed
  bool offered = false;                        // suppressed
  std::uint64_t probes = 0;                    // suppressed
  std::optional<base::Micros> probe_period{};  // suppressed; none: the whole window
  std::uint64_t at_most = 0;                   // attempt-limit
  std::optional<Bounds> after{};               // gives-up
  Findings kinds{}, except_kinds{};            // protocol; no kinds: those that are faults
};

}  // namespace verify
