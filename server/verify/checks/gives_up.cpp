// gives-up: a sender that never gets through stops, neither too early nor too late. RFC
// 5321 4.5.4.1 asks for 4 to 5 days. Deliveries that were accepted or rejected in the end say
// nothing about it.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "verify/checks.hpp"
#include "verify/keys.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::array kKeys{
    keys::Row{
        "after",
        "[least, most], durations",
        keys::kBounds,
        "when its last attempt must begin, after its first",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.after = keys::bounds(v, "after", s);
        },
        document::Need::required},
    keys::Row{
        "quiet",
        "duration",
        keys::kDuration,
        "how long after the last attempt there must be none; default: until the most of `after` is "
        "over",
        keys::read_quiet},
};

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline),
        params_(params),
        least_(params.after->first),
        most_(params.after->second),
        tally_(
            timeline,
            fmt::format("the last attempt {} to {} after the first", spoken(least_), spoken(most_)),
            "delivery"
        ) {}

  Verdict verdict() {
    for (const Story& story : timeline_.stories()) {
      if (!story.resolved() && story.failed(params_.select)) delivery(story);
    }
    return std::move(tally_).verdict(
        "no delivery was left deferred or lost",
        fmt::format("the last attempt came {} after the first", spoken(latest_))
    );
  }

 private:
  [[nodiscard]] base::Micros time(base::Micros judge) const {
    return timeline_.time(params_.clock, judge);
  }

  void delivery(const Story& story);
  void within_bounds(const Story& story, base::Micros until);

  const Timeline& timeline_;
  const Params& params_;
  const base::Micros least_, most_;
  Tally tally_;
  base::Micros latest_{0};
};

void Judge::delivery(const Story& story) {
  const std::string name = who(*story.facts);
  const Attempt& first = *story.attempts.front();
  const Attempt& last = *story.attempts.back();
  const Now& now = timeline_.now();
  const base::Micros start = judge_start(first);
  const base::Micros slack = timeline_.judge_slack(start, start + most_);
  const base::Micros took = time(judge_start(last)) - time(start);
  const base::Micros end = time(start) + most_ + slack;
  const auto evidence = evidence_of({&first, &last});
  const std::string what = fmt::format(
      "{}: its last attempt began {} after its first",
      name,
      spoken(took, real_start(last) - real_start(first), timeline_.scale())
  );
  const bool too_late = took > most_ + slack;
  const bool over = time(now.judge) > end;
  const bool too_early = over && took + slack < least_;
  if (story.facts->ambiguous) {
    return tally_.blind(
        name, what + ", but several messages have this sender and recipient", evidence
    );
  }
  if (too_late || too_early) {
    // Up to where it was decided: what is known by then an advance cannot undo.
    const base::Micros decided = too_late ? judge_start(last) : end;
    const bool advanced =
        params_.clock == Clock::judge && timeline_.advanced_between(start, decided);
    if (advanced) {
      return tally_.blind(
          name, what + ", but the receiver's clock was advanced meanwhile", evidence
      );
    }
    if (too_late) return tally_.fail(name, what, evidence);
    return tally_.fail(
        name, what + ", and none since", evidence, Unseen{evidence.empty() ? 0 : evidence.back()}
    );
  }
  within_bounds(story, end);
}

// Its last attempt so far would do as its last, or it still has time.
void Judge::within_bounds(const Story& story, base::Micros end) {
  const std::string name = who(*story.facts);
  const Attempt& first = *story.attempts.front();
  const Attempt& last = *story.attempts.back();
  const base::Micros start = judge_start(first);
  const base::Micros slack = timeline_.judge_slack(start, start + most_);
  const base::Micros took = time(judge_start(last)) - time(start);
  const base::Micros now = time(timeline_.now().judge);
  const bool late_enough = took + slack >= least_;
  base::Micros until = end;
  if (const Attempt* ended = story.last_to_end();
      late_enough && params_.quiet && ended != nullptr) {
    until = time(ended->judge_end) + *params_.quiet + slack;
  }
  if (late_enough && now > until) {
    latest_ = std::max(latest_, took);
    return tally_.pass();
  }
  tally_.open(
      name,
      fmt::format(
          "{} may be tried again, {} after its first attempt", name, spoken(now - time(start))
      ),
      evidence_of({&first, &last}),
      timeline_.judge_time(params_.clock, until) + base::Micros(1)
  );
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kGivesUp{
    .name = "gives-up",
    .side = Side::both,
    .doc = "A sender that never gets through stops in good time",
    .selects = "deliveries deferred or lost, and neither accepted nor rejected in the end",
    .occasion = "the failure",
    .fails = "the last attempt began before or after the range `after`",
    .passes = "the last attempt began within the range, and `quiet` ran",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
