// One window, one end: see the header.
#include "verify/quiet.hpp"

#include <utility>

namespace verify {

bool quiet_enough(Tally& tally, const Timeline& timeline, const Params& params, Calm calm) {
  const Now& now = timeline.now();
  const auto open = [&](std::optional<base::Micros> deadline) {
    tally.open(std::move(calm.who), std::move(calm.so_far), std::move(calm.evidence), deadline);
    return false;
  };
  if (params.quiet) {
    const base::Micros until = timeline.time(params.clock, calm.since) + *params.quiet +
                               timeline.judge_slack(calm.since, calm.since + *params.quiet);
    if (timeline.time(params.clock, now.judge) > until) return true;
    return open(timeline.judge_time(params.clock, until) + base::Micros(1));
  }
  const bool has_looked = !calm.in_flight_until || now.at > *calm.in_flight_until;
  if (!now.over || !has_looked) return open({});
  tally.provisional();
  return true;
}

bool quiet_enough(
    Tally& tally,
    const Timeline& timeline,
    const Params& params,
    const Story& story,
    std::string who,
    std::string so_far
) {
  const auto& evidence = story.attempts.back()->evidence;
  const Attempt* ended = story.last_to_end();
  if (ended == nullptr && params.quiet) {
    tally.open(std::move(who), std::move(so_far), evidence, {});
    return false;
  }
  Calm calm{.who = std::move(who), .so_far = std::move(so_far), .evidence = evidence};
  if (ended != nullptr) calm.since = ended->judge_end;
  return quiet_enough(tally, timeline, params, std::move(calm));
}

}  // namespace verify
