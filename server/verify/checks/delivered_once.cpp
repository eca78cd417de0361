// delivered-once: what was deferred or lost arrives in the end, and arrives once. The count is of
// positive replies to the end of data, not of what was stored. A second copy after a reply that the
// client may never have read is rightful (RFC 5321 4.5.4.1, RFC 1047) and told as such.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "verify/checks.hpp"
#include "verify/keys.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr base::Micros kLeastQuiet = std::chrono::seconds(2);  // real time

constexpr std::array kKeys{
    keys::Row{
        "within",
        "duration",
        keys::kDuration,
        "by when it must be accepted, from its first attempt on; default: no bound, and what is "
        "not accepted stays inconclusive",
        keys::read_within},
    keys::Row{
        "quiet",
        "duration",
        keys::kDuration,
        "how long after the acceptance no second copy may be seen; default: its largest gap, and "
        "at least 2 s of real time",
        keys::read_quiet},
};

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline), params_(params), tally_(timeline, expected(), "delivery") {}

  Verdict verdict() {
    for (const Story& story : timeline_.stories()) {
      if (is_selected(story)) delivery(story);
    }
    return std::move(tally_).verdict(
        "nothing was deferred, lost or accepted", "accepted, and no second copy"
    );
  }

 private:
  [[nodiscard]] std::string expected() const {
    const std::string by = params_.within ? " within " + spoken(*params_.within) : std::string();
    return fmt::format("accepted{}, exactly once", by);
  }

  [[nodiscard]] bool is_selected(const Story& story) const {
    if (story.facts->state == Outcome::rejected) return false;
    return std::any_of(story.attempts.begin(), story.attempts.end(), [&](const Attempt* attempt) {
      const bool counts = attempt->outcome == Outcome::accepted || failed(*attempt);
      return counts && params_.select.matches(*attempt);
    });
  }

  [[nodiscard]] base::Micros time(base::Micros judge) const {
    return timeline_.time(params_.clock, judge);
  }

  // `length` after an instant of the judge clock, and the slack; on the clock of the expectation.
  [[nodiscard]] base::Micros with_slack(base::Micros since, base::Micros length) const {
    return time(since) + length + timeline_.judge_slack(since, since + length);
  }

  void delivery(const Story& story);
  void not_accepted(const Story& story);
  bool too_late(const Story& story, const Attempt& accepted);
  bool twice(const Story& story);
  bool doubtful(const Story& story, const Attempt& accepted, base::Micros until);
  bool untold(const Story& story);
  void remark_copies(const Story& story);
  [[nodiscard]] base::Micros quiet_of(const Story& story, base::Micros since) const;

  const Timeline& timeline_;
  const Params& params_;
  Tally tally_;
};

void Judge::delivery(const Story& story) {
  const Attempt* accepted = nullptr;
  for (const Attempt* attempt : story.attempts) {
    if (attempt->outcome != Outcome::accepted) continue;
    if (accepted == nullptr || attempt->end < accepted->end) accepted = attempt;
  }
  if (accepted == nullptr) return not_accepted(story);
  if (twice(story) || too_late(story, *accepted)) return;
  // The last acceptance begins the time in which another copy would show.
  const Attempt* last = accepted;
  for (const Attempt* attempt : story.attempts) {
    if (attempt->outcome == Outcome::accepted && attempt->end > last->end) last = attempt;
  }
  const base::Micros until = with_slack(last->judge_end, quiet_of(story, last->judge_end));
  if (doubtful(story, *accepted, until) || untold(story)) return;
  if (time(timeline_.now().judge) <= until) {
    const std::string name = who(*story.facts);
    return tally_.open(
        name,
        fmt::format("{} was accepted; a second copy may still come", name),
        last->evidence,
        timeline_.judge_time(params_.clock, until) + base::Micros(1)
    );
  }
  remark_copies(story);
  tally_.pass();
}

base::Micros Judge::quiet_of(const Story& story, base::Micros since) const {
  if (params_.quiet) return *params_.quiet;
  base::Micros largest = timeline_.judged(kLeastQuiet, since);
  for (const Gap& gap : timeline_.gaps(story)) {
    largest = std::max(largest, timeline_.pause(params_.clock, gap));
  }
  return largest;
}

void Judge::not_accepted(const Story& story) {
  const std::string name = who(*story.facts);
  const Attempt& first = *story.attempts.front();
  const Attempt& last = *story.attempts.back();
  const base::Micros now = timeline_.now().judge;
  const std::string state = fmt::format(
      "{} was not accepted in {}, last {}",
      name,
      counted(story.attempts.size(), "attempt"),
      reason(last)
  );
  const auto evidence = evidence_of({&first, &last});
  if (!params_.within) return tally_.open(name, state, evidence, {});
  const base::Micros start = judge_start(first);
  const base::Micros deadline = with_slack(start, *params_.within);
  if (time(now) <= deadline) {
    return tally_.open(
        name, state, evidence, timeline_.judge_time(params_.clock, deadline) + base::Micros(1)
    );
  }
  const std::string late =
      fmt::format("{}, within {} of its first attempt", state, spoken(*params_.within));
  if (params_.clock == Clock::judge && timeline_.advanced_between(start, deadline)) {
    return tally_.blind(name, late + ", but the receiver's clock was advanced meanwhile", evidence);
  }
  tally_.fail(name, late, evidence, unseen_since(first));
}

bool Judge::too_late(const Story& story, const Attempt& accepted) {
  if (!params_.within) return false;
  const Attempt& first = *story.attempts.front();
  const base::Micros start = judge_start(first);
  if (time(accepted.judge_end) <= with_slack(start, *params_.within)) return false;
  const base::Micros took = time(accepted.judge_end) - time(start);
  const std::string name = who(*story.facts);
  const std::string what = fmt::format(
      "{} was accepted {} after its first attempt",
      name,
      spoken(took, accepted.end - real_start(first), timeline_.scale())
  );
  const auto evidence = evidence_of({&first, &accepted});
  const bool advanced =
      params_.clock == Clock::judge && timeline_.advanced_between(start, accepted.judge_end);
  const bool one_message = &first == &accepted || story.proven_same(first, accepted);
  if (advanced) {
    tally_.blind(name, what + ", but the receiver's clock was advanced meanwhile", evidence);
  } else if (story.facts->ambiguous && !one_message) {
    tally_.blind(name, what + ", but several messages have this sender and recipient", evidence);
  } else {
    // It may have been accepted before, and that be lost.
    tally_.fail(name, what, evidence, unseen_since(first));
  }
  return true;
}

// A further attempt of a message that its sender knows to be accepted; or two at once that were
// both accepted. What was on its way and came to nothing is no second copy.
bool Judge::twice(const Story& story) {
  const Attempt* known = nullptr;  // accepted, and read to be so; the earliest to end
  for (const Attempt* attempt : story.attempts) {
    const bool read = attempt->outcome == Outcome::accepted && !attempt->ambiguous_end;
    if (read && (known == nullptr || attempt->end < known->end)) known = attempt;
  }
  if (known == nullptr) return false;
  for (const Attempt* again : story.attempts) {
    if (again == known || !story.proven_same(*known, *again)) continue;
    const bool later = again->mail > known->end + timeline_.slack(known->end);
    // A client that gave a slow reply up may have left its connection open: that reply is not read.
    const bool at_once =
        again->end >= known->end && again->outcome == Outcome::accepted && !again->ambiguous_end;
    if (!later && !at_once) continue;
    const std::string name = who(*story.facts);
    const std::string how = later ? fmt::format(
                                        "was tried again {} after it was accepted",
                                        spoken(
                                            time(again->judge_mail) - time(known->judge_end),
                                            again->mail - known->end,
                                            timeline_.scale()
                                        )
                                    )
                                  : std::string("was accepted twice, by attempts at the same time");
    tally_.fail(name, fmt::format("{} {}", name, how), evidence_of({known, again}));
    return true;
  }
  return false;
}

// Another message with this sender and recipient, or a second copy of this one: who can tell?
bool Judge::doubtful(const Story& story, const Attempt& accepted, base::Micros until) {
  const std::string name = who(*story.facts);
  const Attempt* other = nullptr;
  const auto row = timeline_.of_key(story.facts->key);
  auto next =
      std::lower_bound(row.begin(), row.end(), accepted.begin, [](const Story* a, base::Micros t) {
        return a->attempts.front()->begin < t;
      });
  if (next != row.end() && *next == &story) ++next;
  if (next != row.end() && time((*next)->attempts.front()->judge_begin) <= until) {
    other = (*next)->attempts.front();
  }
  if (other == nullptr && !story.facts->ambiguous) return false;
  tally_.blind(
      name,
      fmt::format(
          "{}: several messages may have this sender and recipient, so nobody can tell a second "
          "copy from another message",
          name
      ),
      evidence_of({&accepted, other})
  );
  return true;
}

// A further attempt after a positive reply that may have been read, though nothing shows it (yet):
// the connection goes on in silence, or its QUIT came in one piece with the message.
bool Judge::untold(const Story& story) {
  for (const Attempt* first : story.attempts) {
    const bool may_be_read = first->outcome == Outcome::accepted && first->ambiguous_end &&
                             first->since_reply != Attempt::Since::broken;
    if (!may_be_read) continue;
    const base::Micros told = first->end + timeline_.slack(first->end);
    for (const Attempt* again : story.attempts) {
      if (again->mail <= told || !story.proven_same(*first, *again)) continue;
      const std::string name = who(*story.facts);
      const auto evidence = evidence_of({first, again});
      const std::string what =
          fmt::format("{} was tried again after it was accepted, and nothing shows", name);
      if (first->since_reply == Attempt::Since::open) {
        tally_.open(name, what + " yet whether that reply was read", evidence, {});
      } else {
        tally_.blind(name, what + " whether that reply was read", evidence);
      }
      return true;
    }
  }
  return false;
}

void Judge::remark_copies(const Story& story) {
  if (story.facts->copies < 2) return;
  tally_.remark(
      fmt::format(
          "{} was kept {} times, rightfully: no earlier positive reply is known to have been read",
          who(*story.facts),
          story.facts->copies
      ),
      story.attempts.back()->evidence
  );
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kDeliveredOnce{
    .name = "delivered-once",
    .side = Side::both,
    .doc = "What was deferred or lost arrives, and arrives once",
    .selects = "deliveries deferred, lost or accepted whose last outcome is no rejection",
    .occasion = "the first attempt",
    .fails =
        "not accepted `within` of the first attempt, if it is given; or the same message tried "
        "again after its sender had read that it was accepted",
    .passes = "each was accepted, no second copy came, and `quiet` ran",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
