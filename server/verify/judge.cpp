// The verdict of a run: see the header.
#include "verify/judge.hpp"

#include <algorithm>
#include <cmath>

namespace verify {

namespace {

// A check of a policy that selected something and never had its occasion did apply.
bool does_not_apply(const Expectation& expectation, const Verdict& verdict) {
  if (verdict.value != Value::empty) return false;
  return expectation.optional || (!expectation.policy.empty() && verdict.selected == 0);
}

Result result_of(const Expectation& expectation, const Verdict& verdict) {
  if (does_not_apply(expectation, verdict)) return Result::not_applicable;
  switch (verdict.value) {
    case Value::pass: return Result::pass;
    case Value::fail: return Result::fail;
    case Value::open:
    case Value::empty:
    case Value::blind: return Result::inconclusive;
  }
  return Result::inconclusive;
}

}  // namespace

std::string_view name_of(Result result) {
  switch (result) {
    case Result::pass: return "pass";
    case Result::fail: return "fail";
    case Result::inconclusive: return "inconclusive";
    case Result::not_applicable: return "not applicable";
  }
  return "";
}

Judgement judge(const Timeline& timeline, std::span<const Expectation> expectations) {
  Judgement all;
  bool failed = false, unclear = false, applied = false, pending = false;
  for (const Expectation& expectation : expectations) {
    Judged judged{
        .expectation = &expectation,
        .verdict = expectation.check->judge(timeline, expectation.params)};
    judged.result = result_of(expectation, judged.verdict);
    const Verdict& verdict = judged.verdict;
    if (verdict.deadline)
      all.deadline = std::min(all.deadline.value_or(*verdict.deadline), *verdict.deadline);
    const bool counts = !expectation.advice && judged.result != Result::not_applicable;
    if (counts) {
      applied = true;
      failed = failed || judged.result == Result::fail;
      unclear = unclear || judged.result == Result::inconclusive;
      // What is blind may still fail, but no waiting makes it pass.
      pending = pending || verdict.value == Value::open || verdict.value == Value::empty;
    }
    const bool nothing_yet = counts && verdict.value == Value::empty;
    all.waiting_for_selection = all.waiting_for_selection || nothing_yet;
    all.checks.push_back(std::move(judged));
  }
  if (failed) {
    all.result = Result::fail;
  } else if (unclear || !applied) {
    all.result = Result::inconclusive;
  } else {
    all.result = Result::pass;
  }
  all.certain = failed || (applied && !pending);
  return all;
}

base::Micros real_time(const Timeline& timeline, base::Micros judge) {
  const auto left = static_cast<double>((judge - timeline.now().judge).count());
  return timeline.now().at +
         base::Micros(static_cast<std::int64_t>(std::ceil(left / timeline.scale())));
}

}  // namespace verify
