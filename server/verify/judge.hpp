// The verdict of a run: every expectation judged, and what they say together. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "verify/expectation.hpp"
#include "verify/timeline.hpp"
#include "verify/verdict.hpp"

namespace verify {

enum class Result : std::uint8_t { pass, fail, inconclusive, not_applicable };
[[nodiscard]] std::string_view name_of(Result result);  // "not applicable"

struct Judged {
  const Expectation* expectation = nullptr;
  Verdict verdict{};
  Result result = Result::inconclusive;
};

struct Judgement {
  // Fail if a check failed, else inconclusive if one is, or if none applied, else pass. Advice does
  // not count.
  Result result = Result::inconclusive;

  // Neither time nor events can change the result for the better or the worse: a check that counts
  // has failed, or all have passed with their windows run.
  bool certain = false;

  // Something that counts has selected nothing yet (checks of a policy do not count here).
  bool waiting_for_selection = false;

  std::optional<base::Micros> deadline{};  // the earliest of the checks', on the judge clock
  std::vector<Judged> checks{};            // in the order of the expectations
};

// The expectations must outlive the judgement.
[[nodiscard]] Judgement judge(const Timeline& timeline, std::span<const Expectation> expectations);

// The real instant (since the run began) at which the judge clock will show `judge`, at the
// timeline's present scale.
[[nodiscard]] base::Micros real_time(const Timeline& timeline, base::Micros judge);

}  // namespace verify
