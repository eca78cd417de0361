// backs-off: the gaps between attempts do not shrink; or grow, or follow a schedule, where that is
// asked for. The first two gaps are compared with nothing: the phase of a queue run makes a first
// retry early or late. RFC 5321 4.5.4.1.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "verify/checks.hpp"
#include "verify/keys.hpp"
#include "verify/quiet.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

void read_schedule(const document::Node& value, Params& params, document::Diagnostics& sink) {
  const auto* list = document::want_list(value, "schedule", sink);
  if (list == nullptr) return;
  if (list->items.empty()) sink.error(value.place, "'schedule' must not be an empty list");
  for (const auto& item : list->items) {
    if (const auto gap = keys::duration(item, "schedule", sink)) params.schedule.push_back(*gap);
  }
}

// clang-format off
constexpr std::array kKeys{
    keys::Row{"gaps", "integer", keys::kPositive, "so many gaps must be seen; default 3",
              [](const document::Node& v, Params& p, document::Diagnostics& s) { p.gaps = document::want_integer(v, "gaps", 1, 1000, s).value_or(3); }},
    keys::Row{"first", "[least, most], durations", keys::kBounds, "what the first gap must be; default anything",
              [](const document::Node& v, Params& p, document::Diagnostics& s) { p.first = keys::bounds(v, "first", s); }},
    keys::Row{"growth", "number", R"({"type":"number","minimum":1})", "each gap from the third on is at least so many times the one before; default 1",
              [](const document::Node& v, Params& p, document::Diagnostics& s) { p.growth = document::want_number(v, "growth", 1, 1000, s); }},
    keys::Row{"cap", "duration", keys::kDuration, "gaps need not grow beyond this; default: none",
              [](const document::Node& v, Params& p, document::Diagnostics& s) { p.cap = keys::duration(v, "cap", s); }},
    keys::Row{"schedule", "list of durations", R"({"type":"array","minItems":1,"items":{"$ref":"#/$defs/duration"}})", "what the gaps must be, one after the other", read_schedule},
    keys::Row{"tolerance", "duration", keys::kDuration, "by how much an entry of `schedule` may be missed; default: `jitter` of it",
              [](const document::Node& v, Params& p, document::Diagnostics& s) { p.tolerance = keys::duration(v, "tolerance", s); }},
    keys::Row{"jitter", "fraction", R"({"anyOf":[{"type":"number","minimum":0,"maximum":1},{"type":"string","pattern":"^[0-9]+(\\.[0-9]+)?%$"}]})", "by which a gap may be shorter than it should: 0.25, or \"25%\"; default 25 %",
              [](const document::Node& v, Params& p, document::Diagnostics& s) { p.jitter = keys::fraction(v, "jitter", s).value_or(0.25); }},
    keys::kQuiet,
};

// clang-format on

base::Micros times(base::Micros time, double factor) {
  return base::Micros(std::llround(static_cast<double>(time.count()) * factor));
}

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline), params_(params), tally_(timeline, expected(), "delivery") {}

  Verdict verdict() {
    for (const Story& story : timeline_.stories()) {
      if (story.failed(params_.select)) delivery(story);
    }
    return std::move(tally_).verdict(
        fmt::format("no delivery had {} to judge", counted(params_.gaps, "gap")),
        fmt::format("e.g. gaps of {}", shown_)
    );
  }

 private:
  // A gap with what has been found out about it.
  struct Seen {
    Gap gap{};
    base::Micros length{0};
    bool excused = false;
    bool advanced = false;  // the receiver's clock was, in between
  };

  // A rule that two gaps, or one, break.
  struct Fault {
    std::string what{};
    const Seen* at = nullptr;      // the gap at fault
    const Seen* before = nullptr;  // the one it was compared with
  };

  [[nodiscard]] std::string expected() const;
  [[nodiscard]] std::vector<Seen> look_at(const Story& story) const;
  void delivery(const Story& story);
  void first_gap(const std::vector<Seen>& seen, std::vector<Fault>& faults) const;
  void schedule(const std::vector<Seen>& seen, std::vector<Fault>& faults) const;
  void shrinks(const std::vector<Seen>& seen, std::vector<Fault>& faults) const;
  [[nodiscard]] Value value_of(const Fault& fault) const;
  void report(const Story& story, const Fault& fault);
  void conclude(const Story& story, const std::vector<Seen>& seen);
  [[nodiscard]] std::string listed(const std::vector<Seen>& seen) const;

  [[nodiscard]] base::Micros time(base::Micros judge) const {
    return timeline_.time(params_.clock, judge);
  }

  [[nodiscard]] base::Micros slack_of(const Seen& seen) const {
    return timeline_.judge_slack(seen.gap.from->judge_end, judge_start(*seen.gap.to));
  }

  const Timeline& timeline_;
  const Params& params_;
  Tally tally_;
  std::string shown_ = "none";
};

std::string Judge::expected() const {
  std::string text = params_.growth ? fmt::format("gaps that grow {:g} times", *params_.growth)
                                    : std::string("gaps that do not shrink");
  if (params_.cap) text += fmt::format(" up to {}", spoken(*params_.cap));
  if (params_.first) {
    text += fmt::format(
        ", the first {} to {}", spoken(params_.first->first), spoken(params_.first->second)
    );
  }
  if (!params_.schedule.empty()) {
    text += ", by a schedule of ";
    for (const auto& gap : params_.schedule) {
      text += (&gap == &params_.schedule.front() ? "" : ", ") + spoken(gap);
    }
  }
  return text;
}

std::vector<Judge::Seen> Judge::look_at(const Story& story) const {
  std::vector<Seen> seen;
  for (const Gap& gap : timeline_.gaps(story)) {
    seen.push_back(
        {.gap = gap,
         .length = timeline_.pause(params_.clock, gap),
         .excused = !timeline_.excuse(gap).empty(),
         .advanced = params_.clock == Clock::judge && timeline_.advanced_in(gap)}
    );
  }
  return seen;
}

std::string Judge::listed(const std::vector<Seen>& seen) const {
  std::string text;
  for (std::size_t i = 0; i < seen.size() && i < 10; ++i) {
    text += (i == 0 ? "" : ", ") + spoken(seen[i].length);
  }
  return seen.size() > 10 ? text + " ..." : text;
}

void Judge::first_gap(const std::vector<Seen>& seen, std::vector<Fault>& faults) const {
  if (!params_.first || seen.empty() || seen.front().excused) return;
  const base::Micros length = seen.front().length;
  const base::Micros slack = slack_of(seen.front());
  if (length + slack >= params_.first->first && length <= params_.first->second + slack) return;
  faults.push_back({fmt::format("the first gap was {}", spoken(length)), &seen.front(), nullptr});
}

void Judge::schedule(const std::vector<Seen>& seen, std::vector<Fault>& faults) const {
  for (std::size_t i = 0; i < std::min(seen.size(), params_.schedule.size()); ++i) {
    if (seen[i].excused) continue;
    const base::Micros wanted = params_.schedule[i];
    const base::Micros tolerance =
        params_.tolerance.value_or(times(wanted, params_.jitter)) + slack_of(seen[i]);
    const base::Micros missed = seen[i].length - wanted;
    if (missed <= tolerance && -missed <= tolerance) continue;
    faults.push_back(
        {fmt::format("gap {} was {}, not {}", i + 1, spoken(seen[i].length), spoken(wanted)),
         &seen[i],
         nullptr}
    );
  }
}

// From the third gap on each is compared with the one before.
void Judge::shrinks(const std::vector<Seen>& seen, std::vector<Fault>& faults) const {
  for (std::size_t i = 2; i < seen.size(); ++i) {
    const Seen& before = seen[i - 1];
    const Seen& here = seen[i];
    if (here.excused || before.excused) continue;
    base::Micros wanted = times(before.length, params_.growth.value_or(1.0));
    if (params_.cap) wanted = std::min(wanted, *params_.cap);
    const base::Micros least = times(wanted, 1 - params_.jitter) - slack_of(here);
    if (here.length >= least) continue;
    faults.push_back(
        {fmt::format(
             "gap {} was {} after one of {}", i + 1, spoken(here.length), spoken(before.length)
         ),
         &here,
         &before}
    );
  }
}

// What a fault amounts to. What would excuse it, or lies between, may be in what was lost.
Value Judge::value_of(const Fault& fault) const {
  const Seen& earliest = fault.before != nullptr ? *fault.before : *fault.at;
  const bool complete = timeline_.complete_since(unseen_since(*earliest.gap.from).since);
  if (fault.at->advanced || earliest.advanced || !complete) return Value::blind;
  const bool settled =
      timeline_.excuse_settled(fault.at->gap) && timeline_.excuse_settled(earliest.gap);
  return settled ? Value::fail : Value::open;
}

void Judge::delivery(const Story& story) {
  const std::vector<Seen> seen = look_at(story);
  std::vector<Fault> faults;
  first_gap(seen, faults);
  schedule(seen, faults);
  shrinks(seen, faults);
  if (faults.empty()) return conclude(story, seen);
  // Values are in order: fail before open before blind.
  report(
      story,
      *std::min_element(
          faults.begin(),
          faults.end(),
          [this](const Fault& a, const Fault& b) { return value_of(a) < value_of(b); }
      )
  );
}

void Judge::report(const Story& story, const Fault& fault) {
  const std::string name = who(*story.facts);
  const std::string what = fmt::format("{}: {}", name, fault.what);
  const Gap& gap = fault.at->gap;
  const auto evidence =
      evidence_of({fault.before != nullptr ? fault.before->gap.from : nullptr, gap.from, gap.to});
  const bool advanced = fault.at->advanced || (fault.before != nullptr && fault.before->advanced);
  if (story.facts->ambiguous) {
    tally_.blind(name, what + ", but several messages have this sender and recipient", evidence);
  } else if (advanced) {
    tally_.blind(name, what + ", but the receiver's clock was advanced in between", evidence);
  } else if (value_of(fault) == Value::open) {
    const base::Micros settles = timeline_.settles(gap).judge + base::Micros(2);
    tally_.open(name, what + ", unless a new message flushed the queue", evidence, settles);
  } else {
    const Gap& earliest = fault.before != nullptr ? fault.before->gap : gap;
    tally_.fail(name, what, evidence, unseen_since(*earliest.from));
  }
}

void Judge::conclude(const Story& story, const std::vector<Seen>& seen) {
  const auto usable = [](const Seen& gap) { return !gap.excused && !gap.advanced; };
  const auto judged = static_cast<std::uint64_t>(std::count_if(seen.begin(), seen.end(), usable));
  const std::string name = who(*story.facts);
  const Attempt& last = *story.attempts.back();
  if (seen.size() < params_.gaps) return;  // not one of those this check looks at
  const bool compared = params_.first || !params_.schedule.empty() || seen.size() < 3 ||
                        (usable(seen[seen.size() - 1]) && usable(seen[seen.size() - 2]));
  if (story.facts->ambiguous) {
    return tally_.blind(
        name, name + ": several messages have this sender and recipient", last.evidence
    );
  }
  if (judged < params_.gaps || !compared) {
    return tally_.no_occasion(
        name,
        fmt::format("{}: of gaps of {}, {} can be judged", name, listed(seen), judged),
        last.evidence
    );
  }
  const std::string so_far = fmt::format("{}: gaps of {} so far", name, listed(seen));
  if (!story.resolved()) return tally_.open(name, so_far, last.evidence, {});
  if (!quiet_enough(tally_, timeline_, params_, story, name, so_far)) return;
  if (shown_ == "none") shown_ = listed(seen);
  tally_.pass();
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kBacksOff{
    .name = "backs-off",
    .side = Side::both,
    .doc = "The pauses of a sender do not get shorter",
    .selects = "deliveries with `gaps` gaps or more after failures",
    .occasion = "gap number `gaps`",
    .fails =
        "the first gap is outside `first`; from the third on a gap is shorter than the one "
        "before, times `growth`, by more than `jitter`, below `cap`; an entry of `schedule` "
        "is missed by more than `tolerance`",
    .passes = "`gaps` gaps were seen, none at fault, and it was accepted or rejected in the end",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
