// attempt-limit: a sender does not try for ever, nor too often. Counts the attempts of a delivery.
#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "verify/checks.hpp"
#include "verify/keys.hpp"
#include "verify/quiet.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::array kKeys{
    keys::Row{
        "at_most",
        "integer",
        keys::kPositive,
        "the most attempts a delivery may have",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.at_most = document::want_integer(v, "at_most", 1, 1'000'000, s).value_or(1);
        },
        document::Need::required},
    keys::kQuiet,
};

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline),
        params_(params),
        tally_(
            timeline, fmt::format("no more than {}", counted(params.at_most, "attempt")), "delivery"
        ) {}

  Verdict verdict() {
    for (const Story& story : timeline_.stories()) {
      if (story.failed(params_.select)) delivery(story);
    }
    return std::move(tally_).verdict(
        "no delivery was deferred or lost", fmt::format("the most were {}", most_)
    );
  }

 private:
  void delivery(const Story& story);

  const Timeline& timeline_;
  const Params& params_;
  Tally tally_;
  std::size_t most_ = 0;
};

void Judge::delivery(const Story& story) {
  const std::string name = who(*story.facts);
  // Who is told to send the rest in the next transaction does not try again by doing so.
  std::vector<const Attempt*> tries;
  std::copy_if(
      story.attempts.begin(),
      story.attempts.end(),
      std::back_inserter(tries),
      [](const Attempt* attempt) { return !too_many_recipients(*attempt); }
  );
  const std::size_t count = tries.size();
  const Attempt& last = *story.attempts.back();
  const std::string so_far = fmt::format("{} had {}", name, counted(count, "attempt"));
  if (story.facts->ambiguous) {
    return tally_.blind(
        name, so_far + ", but several messages have this sender and recipient", last.evidence
    );
  }
  if (count > params_.at_most) {
    return tally_.fail(name, so_far, evidence_of({tries.front(), tries[params_.at_most]}));
  }
  most_ = std::max(most_, count);
  if (story.facts->state == Outcome::accepted) return tally_.pass();
  const std::string may_go_on = so_far + " and may be tried again";
  const Attempt* ended = story.last_to_end();
  if (ended == nullptr) return tally_.open(name, may_go_on, last.evidence, {});
  Calm calm{
      .who = name,
      .so_far = may_go_on,
      .evidence = last.evidence,
      .since = ended->judge_end,
      .in_flight_until = ended->end + timeline_.slack(ended->end)};
  if (quiet_enough(tally_, timeline_, params_, std::move(calm))) tally_.pass();
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kAttemptLimit{
    .name = "attempt-limit",
    .side = Side::must_not,
    .doc = "A sender does not try too often",
    .selects = "deliveries with a deferred or lost attempt",
    .occasion = "the failure",
    .fails = "more than `at_most` attempts",
    .passes = "accepted, or `quiet` ran since the last attempt",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
