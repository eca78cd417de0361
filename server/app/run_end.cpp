// The end of a run: see the header.
#include "app/run_end.hpp"

#include <algorithm>
#include <cmath>

namespace app {

namespace {

using verify::Expectation;
using verify::Params;
using verify::Result;
using verify::Side;
using verify::Story;
using verify::Value;

constexpr base::Micros kQuiet = std::chrono::seconds(30);  // real time, when nothing says otherwise
constexpr base::Micros kRetried = std::chrono::hours(1);   // the check's own `within`

bool is_named(const Expectation& expectation, std::string_view check) {
  return expectation.check->name == check;
}

// Judge time until an expectation is decided at the latest, from the first failure on.
base::Micros longest(const Expectation& expectation) {
  const Params& params = expectation.params;
  base::Micros all{0};
  if (is_named(expectation, "retried")) {
    all = params.within.value_or(kRetried) * static_cast<std::int64_t>(params.at_least);
  } else if (params.within) {
    all = *params.within;
  }
  // Without a window of its own it looks for as long as the largest gap, which fits into `within`.
  if (is_named(expectation, "delivered-once") && !params.quiet) all *= 2;
  if (params.after) all += params.after->second;
  for (const base::Micros gap : params.schedule) all += gap;
  return all + params.quiet.value_or(base::Micros{0});
}

bool is_selected(const Story& story, const Expectation& expectation) {
  return std::any_of(story.attempts.begin(), story.attempts.end(), [&](const auto* attempt) {
    return expectation.params.select.matches(*attempt);
  });
}

void add(Standing& standing, const Story& story, const verify::Judgement& judgement) {
  bool selected = false;
  bool awaited = false;
  for (const auto& judged : judgement.checks) {
    const bool counts = !judged.expectation->advice && judged.result != Result::not_applicable;
    if (!counts || !is_selected(story, *judged.expectation)) continue;
    selected = true;
    // That check itself says when a sender that never gets through has given up.
    if (is_named(*judged.expectation, "gives-up")) {
      awaited = false;
      break;
    }
    awaited = true;
  }
  if (story.facts->sender.empty() && !selected) return;
  ++standing.deliveries;
  const auto state = story.facts->state;
  standing.accepted += state == journal::Outcome::accepted ? 1 : 0;
  standing.rejected += state == journal::Outcome::rejected ? 1 : 0;
  if (story.resolved()) return;
  ++standing.open;
  standing.awaited += awaited ? 1 : 0;
}

}  // namespace

std::vector<Expectation> with_windows(std::span<const Expectation> expectations, double scale) {
  std::optional<base::Micros> window;
  for (const Expectation& expectation : expectations) {
    const auto& within = expectation.params.within;
    if (within) window = std::max(window.value_or(*within), *within);
  }
  if (!window) {
    window = base::Micros(std::llround(static_cast<double>(kQuiet.count()) * scale));
  }
  std::vector<Expectation> out(expectations.begin(), expectations.end());
  for (Expectation& expectation : out) {
    const bool endless = expectation.check->side == Side::must_not && !expectation.params.quiet;
    if (endless) expectation.params.quiet = window;
  }
  return out;
}

base::Duration last_deadline(std::span<const Expectation> expectations, double scale) {
  base::Micros latest{0};
  for (const Expectation& expectation : with_windows(expectations, scale)) {
    latest = std::max(latest, longest(expectation));
  }
  const double real = static_cast<double>(latest.count()) / scale;
  // Ten years are more than anybody waits, and still far from what a clock can hold.
  constexpr double kMost = 3.2e14;
  return base::Micros(std::llround(std::min(real, kMost)));
}

Standing standing_of(const verify::Timeline& timeline, const verify::Judgement& judgement) {
  Standing standing{
      .attempts = timeline.attempts().size(),
      .failed = judgement.result == Result::fail,
      .certain = judgement.certain,
      .waiting_for_selection = judgement.waiting_for_selection,
  };
  for (const Story& story : timeline.stories()) add(standing, story, judgement);
  for (const auto& judged : judgement.checks) {
    if (judged.expectation->advice || judged.result == Result::not_applicable) continue;
    ++standing.checks;
    const Value value = judged.verdict.value;
    standing.done += value == Value::open || value == Value::empty ? 0 : 1;
  }
  return standing;
}

End end_of(const Standing& standing, std::uint64_t messages, Until until) {
  if (until == Until::exit) return standing.command_ended ? End::settled : End::not_yet;
  if (standing.failed) return End::failed;
  const bool settled = standing.command_ended && standing.certain &&
                       !standing.waiting_for_selection && standing.deliveries >= messages &&
                       standing.awaited == 0;
  return settled ? End::settled : End::not_yet;
}

int exit_status(verify::Result result, bool command_failed) {
  if (result == Result::fail) return kFailed;
  if (command_failed) return kCommandFailed;
  return result == Result::pass ? kDone : kInconclusive;
}

}  // namespace app
