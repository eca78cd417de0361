// What reports say in the same words wherever they are rendered. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "verify/report.hpp"

namespace verify {

// Safe to print: controls and bytes that are not valid UTF-8 as base::printable has them, but
// backslashes as they are. So a text that checks made printable already does not change.
[[nodiscard]] std::string shown(std::string_view text);

// "PASS", "FAIL", "INCONCLUSIVE", "NOT APPLICABLE".
[[nodiscard]] std::string_view loud(Result result);

// The verdict in one sentence: "1 of 3 checks failed, 1 could not be decided".
[[nodiscard]] std::string headline(const Report& report);

// "suppressed", or "no mail to the dead (suppressed, policy mta)". The policy is told only where
// the report has checks of more than one source.
[[nodiscard]] std::string title(const Report& report, const Report::Check& check);

// In a word or two: "passed", "failed", and why it is not known: "still open", "nothing to judge",
// "cannot be known". Of advice "taken" and "not taken".
[[nodiscard]] std::string_view standing(const Report::Check& check);

// "event 41", "events 41, 57", "events 41, 57 and 12 more"; empty when there are none.
[[nodiscard]] std::string events(std::span<const std::uint64_t> evidence);

// One sentence and its evidence: "a@gone.test was tried again  events 41, 57". `expected` stands
// in parentheses between them, if given.
[[nodiscard]] std::string finding(
    std::string_view observed, std::string_view expected, std::span<const std::uint64_t> evidence
);

// "28 s", or "28 min (28 s real)" where the judge clock says something else.
[[nodiscard]] std::string spoken_both(const BothTimes& times);

}  // namespace verify
