// retried: whoever was told to come back, came back. Judges deliveries; where a failure never got
// as far as a recipient, the sender (refused MAIL) or the client (refused connection), since then
// nobody can tell which messages were waiting. RFC 5321 4.5.4.1.
#include <array>

#include <fmt/format.h>

#include "verify/checks.hpp"
#include "verify/keys.hpp"
#include "verify/returns.hpp"
#include "verify/suspensions.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr base::Micros kWithin = std::chrono::hours(1);

constexpr std::array kKeys{
    keys::Row{
        "within",
        "duration",
        keys::kDuration,
        "by when it must be tried again, from the failure on; default 1h",
        keys::read_within},
    keys::Row{
        "at_least",
        "integer",
        keys::kPositive,
        "how many further attempts there must be, unless one of them gets through; default 1",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.at_least = document::want_integer(v, "at_least", 1, 1000, s).value_or(1);
        }},
};

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline),
        params_(params),
        within_(params.within.value_or(kWithin)),
        tally_(timeline, expected(), "failure") {}

  Verdict verdict() {
    for (const Story& story : timeline_.stories()) delivery(story);
    for (const Attempt* attempt : timeline_.attempts()) {
      if (!failed(*attempt) || !params_.select.matches(*attempt)) continue;
      if (attempt->scope == Scope::client) host(*attempt);
      if (attempt->scope == Scope::sender) sender(*attempt);
    }
    return std::move(tally_).verdict(
        "nothing was deferred or lost", fmt::format("tried again within {}", spoken(within_))
    );
  }

 private:
  [[nodiscard]] std::string expected() const {
    if (params_.at_least == 1) {
      return fmt::format("another attempt within {} of a failure", spoken(within_));
    }
    return fmt::format(
        "{} further attempts within {} of a failure, unless one gets through",
        params_.at_least,
        spoken(within_)
    );
  }

  void delivery(const Story& story);
  void judge_delivery(const Story& story, const Attempt& first);
  void host(const Attempt& failure);
  void sender(const Attempt& failure);
  void followed(
      const Attempt& failure, std::span<const Attempt* const> row, const std::string& party
  );
  void doubtful(const std::string& party, const Attempt& failure, std::string_view why);
  void missing(
      const std::string& who,
      const std::string& what,
      const Attempt& failure,
      std::uint64_t seen,
      base::Micros start,
      base::Micros patience
  );

  [[nodiscard]] base::Micros time(base::Micros judge) const {
    return timeline_.time(params_.clock, judge);
  }

  // `length` after an instant of the judge clock, and the slack; on the clock of the expectation.
  [[nodiscard]] base::Micros with_slack(base::Micros since, base::Micros length) const {
    return time(since) + length + timeline_.judge_slack(since, since + length);
  }

  const Timeline& timeline_;
  const Params& params_;
  const base::Micros within_;
  Tally tally_;
  Suspensions suspensions_{timeline_, params_.clock, within_};
  Returns returns_{timeline_, params_.clock};
};

void Judge::delivery(const Story& story) {
  for (const Attempt* attempt : story.attempts) {
    if (!failed(*attempt) || !params_.select.matches(*attempt)) continue;
    return judge_delivery(story, *attempt);
  }
}

void Judge::judge_delivery(const Story& story, const Attempt& first) {
  const base::Micros start = suspensions_.end(first);
  const base::Micros deadline = with_slack(start, within_);
  std::uint64_t seen = 0;
  std::uint64_t unproven = 0;
  bool through = false;
  for (const Attempt* attempt : story.attempts) {
    if (attempt == &first || attempt->mail < first.end) continue;
    if (time(judge_start(*attempt)) > deadline) continue;
    if (story.facts->ambiguous && !story.proven_same(first, *attempt)) {
      ++unproven;
      continue;
    }
    ++seen;
    through =
        through || attempt->outcome == Outcome::accepted || attempt->outcome == Outcome::rejected;
  }
  const std::string name = who(*story.facts);
  if (through || seen >= params_.at_least) return tally_.pass();
  if (unproven > 0) {
    return tally_.blind(
        name,
        fmt::format(
            "{}: several messages have this sender and recipient, so nobody can tell whether what "
            "came after {} was the same one",
            name,
            reason(first)
        ),
        first.evidence
    );
  }
  missing(name, name, first, seen, start, within_);
}

// What did not come in time, or may still.
void Judge::missing(
    const std::string& who,
    const std::string& what,
    const Attempt& failure,
    std::uint64_t seen,
    base::Micros start,
    base::Micros patience
) {
  const base::Micros now = timeline_.now().judge;
  const base::Micros deadline = with_slack(start, patience);
  const std::string so_far =
      seen == 0 ? fmt::format("{} was not tried again", what)
                : fmt::format("{} was tried again {} of {} times", what, seen, params_.at_least);
  if (time(now) <= deadline) {
    const std::string looked = spoken(now - failure.judge_end);
    return tally_.open(
        who,
        fmt::format("{} in the {} since {}", so_far, looked, reason(failure)),
        failure.evidence,
        timeline_.judge_time(params_.clock, deadline) + base::Micros(1)
    );
  }
  if (params_.clock == Clock::judge && timeline_.advanced_between(failure.judge_end, deadline)) {
    return tally_.blind(
        who,
        fmt::format(
            "{} within {} of {}, but the receiver's clock was advanced meanwhile",
            so_far,
            spoken(patience),
            reason(failure)
        ),
        failure.evidence
    );
  }
  tally_.fail(
      who,
      fmt::format("{} within {} of {}", so_far, spoken(patience), reason(failure)),
      failure.evidence,
      unseen_since(failure)
  );
}

void Judge::host(const Attempt& failure) {
  followed(failure, timeline_.of_client(failure.client), "client " + failure.client);
}

void Judge::sender(const Attempt& failure) {
  followed(failure, timeline_.of_sender(failure.sender), "sender " + address(failure.sender));
}

// Any attempt of the same party follows, whatever became of it: one that failed must be followed
// itself. What began at the same time may be another message of the same campaign.
void Judge::followed(
    const Attempt& failure, std::span<const Attempt* const> row, const std::string& party
) {
  const base::Micros patience = returns_.patience(failure, row, within_);
  const base::Micros deadline = with_slack(failure.judge_end, patience);
  const Return back = returns_.after(failure, row, deadline);
  if (back == Return::later) return tally_.pass();
  const bool over = time(timeline_.now().judge) > deadline;
  if (over && back == Return::at_once) {
    return doubtful(
        party,
        failure,
        "came at the same time, and nothing later: nobody can tell whether it was a further "
        "attempt or another message"
    );
  }
  if (over && back == Return::elsewhere) {
    return doubtful(
        party, failure, "came from another address: nobody can tell whether it was the same sender"
    );
  }
  missing(party, party, failure, 0, failure.judge_end, patience);
}

void Judge::doubtful(const std::string& party, const Attempt& failure, std::string_view why) {
  tally_.blind(
      party, fmt::format("{}: what came after {} {}", party, reason(failure), why), failure.evidence
  );
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kRetried{
    .name = "retried",
    .side = Side::must,
    .doc = "What was deferred or lost is tried again",
    .selects =
        "deliveries with a deferred or lost attempt; where a failure never reached RCPT, "
        "the sender or the client",
    .occasion = "the failure",
    .fails = "no later attempt within `within` of the first failure",
    .passes = "every one was tried again, `at_least` times",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
