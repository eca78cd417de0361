// not-hasty: between a failure and the next attempt a sender waits. Judges deliveries only: how a
// client treats a host that refuses connections is another matter. RFC 5321 4.5.4.1 asks for 30
// minutes at least; every measured MTA takes less by default.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "verify/checks.hpp"
#include "verify/keys.hpp"
#include "verify/quiet.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr base::Micros kRealGap = std::chrono::seconds(1);

constexpr std::array kKeys{
    keys::Row{
        "min_gap",
        "duration",
        keys::kDuration,
        "the least time between a failure and the next attempt; default 1 s of real time",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.min_gap = keys::duration(v, "min_gap", s);
        }},
    keys::kQuiet,
};

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline),
        params_(params),
        min_gap_(params.min_gap.value_or(timeline.judged(kRealGap, timeline.now().judge))),
        tally_(
            timeline,
            fmt::format("at least {} between a failure and the next attempt", spoken(min_gap_)),
            "delivery"
        ) {}

  Verdict verdict() {
    for (const Story& story : timeline_.stories()) delivery(story);
    const std::string least = seen_ ? spoken(*seen_) : std::string("none");
    return std::move(tally_).verdict(
        "no delivery was deferred or lost", fmt::format("the shortest gap was {}", least)
    );
  }

 private:
  // What the gaps of one delivery amount to.
  struct Look {
    std::uint64_t selected = 0, judged = 0;
    std::string excuse{};
    bool settled = true;
  };

  void delivery(const Story& story);
  [[nodiscard]] bool too_short(const Gap& gap) const;
  bool is_hasty(const Gap& gap, Look& look);
  [[nodiscard]] Value fault_of(const Story& story, const Gap& gap) const;
  void report(const Story& story, const Gap& gap);
  void conclude(const Story& story, const Look& look);

  [[nodiscard]] base::Micros length(const Gap& gap) const {
    return timeline_.pause(params_.clock, gap);
  }

  const Timeline& timeline_;
  const Params& params_;
  const base::Micros min_gap_;
  Tally tally_;
  std::optional<base::Micros> seen_{};  // the shortest gap that was judged
};

void Judge::delivery(const Story& story) {
  if (!story.failed(params_.select)) return;
  Look look;
  // The worst of them tells: values are in order, fail before open before blind.
  std::optional<Gap> hasty;
  for (const Gap& gap : timeline_.gaps(story)) {
    if (!params_.select.matches(*gap.from) || !is_hasty(gap, look)) continue;
    if (!hasty || fault_of(story, gap) < fault_of(story, *hasty)) hasty = gap;
  }
  if (hasty) return report(story, *hasty);
  conclude(story, look);
}

// Without `min_gap` real time counts, whatever the scale was then; but not on a clock that may be
// advanced.
bool Judge::too_short(const Gap& gap) const {
  const bool on_clock = params_.min_gap || params_.clock == Clock::receiver;
  const base::Micros start = judge_start(*gap.to);
  if (on_clock) return length(gap) + timeline_.judge_slack(gap.from->judge_end, start) < min_gap_;
  const base::Micros real = real_start(*gap.to) - gap.from->end;
  return real + timeline_.slack(gap.from->end) < kRealGap;
}

bool Judge::is_hasty(const Gap& gap, Look& look) {
  ++look.selected;
  const base::Micros gap_length = length(gap);
  if (const auto excuse = timeline_.excuse(gap); !excuse.empty()) {
    look.excuse = excuse;
    return false;
  }
  ++look.judged;
  if (too_short(gap)) return true;
  seen_ = std::min(seen_.value_or(gap_length), gap_length);
  return false;
}

// What a gap that is too short amounts to. What would excuse it may be in what was lost.
Value Judge::fault_of(const Story& story, const Gap& gap) const {
  const bool advanced = params_.clock == Clock::judge && timeline_.advanced_in(gap);
  const bool one_message = !story.facts->ambiguous || story.proven_same(*gap.from, *gap.to);
  const bool complete = timeline_.complete_since(unseen_since(*gap.from).since);
  if (!one_message || advanced || !complete) return Value::blind;
  return timeline_.excuse_settled(gap) ? Value::fail : Value::open;
}

void Judge::report(const Story& story, const Gap& gap) {
  const base::Micros gap_length = length(gap);
  const std::string name = who(*story.facts);
  const std::string what = fmt::format(
      "{} was tried again {} after {}",
      name,
      spoken(gap_length, real_start(*gap.to) - gap.from->end, timeline_.scale()),
      reason(*gap.from)
  );
  const auto evidence = evidence_of({gap.from, gap.to});
  const bool advanced = params_.clock == Clock::judge && timeline_.advanced_in(gap);
  if (story.facts->ambiguous && !story.proven_same(*gap.from, *gap.to)) {
    tally_.blind(name, what + ", but several messages have this sender and recipient", evidence);
  } else if (advanced) {
    tally_.blind(name, what + ", but the receiver's clock was advanced in between", evidence);
  } else if (fault_of(story, gap) == Value::open) {
    const base::Micros settled = timeline_.settles(gap).judge;
    tally_.open(
        name, what + ", unless a new message flushed the queue", evidence, settled + base::Micros(2)
    );
  } else {
    tally_.fail(name, what, evidence, unseen_since(*gap.from));
  }
}

void Judge::conclude(const Story& story, const Look& look) {
  const std::string name = who(*story.facts);
  const Attempt& last = *story.attempts.back();
  const Now& now = timeline_.now();
  if (story.facts->ambiguous) {
    return tally_.blind(
        name,
        fmt::format("{}: several messages have this sender and recipient", name),
        last.evidence
    );
  }
  if (!story.resolved() && !now.over) {
    return tally_.open(
        name, fmt::format("{} is neither accepted nor rejected yet", name), last.evidence, {}
    );
  }
  if (look.judged == 0) {
    const std::string why = look.selected == 0 ? "there was no further attempt" : look.excuse;
    return tally_.no_occasion(
        name, fmt::format("{}: no gap to judge: {}", name, why), last.evidence
    );
  }
  if (!story.resolved()) {
    return tally_.open(
        name, fmt::format("{} was neither accepted nor rejected", name), last.evidence, {}
    );
  }
  const std::string so_far = fmt::format("{} may be tried again", name);
  if (quiet_enough(tally_, timeline_, params_, story, name, so_far)) tally_.pass();
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kNotHasty{
    .name = "not-hasty",
    .side = Side::must_not,
    .doc = "A sender waits before it tries again",
    .selects = "deliveries with a deferred or lost attempt",
    .occasion = "a further attempt",
    .fails = "a gap shorter than `min_gap` that nothing excuses",
    .passes =
        "each has had a further attempt, no gap was too short, and it was accepted or "
        "rejected in the end",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
