// retried: whoever was told to come back, came back. Judges deliveries; where a failure never got
// as far as a recipient, the sender (refused MAIL) or the client (refused connection), since then
// nobody can tell which messages were waiting. RFC 5321 4.5.4.1.
#include <algorithm>
#include <array>
#include <unordered_map>

#include <fmt/format.h>

#include "verify/checks.hpp"
#include "verify/fallback.hpp"
#include "verify/keys.hpp"
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

bool failed(const Attempt& attempt) {
  return attempt.outcome == Outcome::deferred || attempt.outcome == Outcome::lost;
}

// Of a row by beginning, what began at `at` or later.
std::span<const Attempt* const> from(std::span<const Attempt* const> row, base::Micros at) {
  const auto first = std::lower_bound(
      row.begin(), row.end(), at, [](const Attempt* a, base::Micros t) { return a->begin < t; }
  );
  return row.subspan(static_cast<std::size_t>(first - row.begin()));
}

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
  [[nodiscard]] bool had_mail_elsewhere(const Attempt& failure, base::Micros deadline) const;
  [[nodiscard]] bool came(
      std::span<const Attempt* const> row,
      const Attempt& failure,
      base::Micros deadline,
      base::Micros Attempt::*began
  ) const;
  void doubtful(const std::string& party, const Attempt& failure, std::string_view why);
  void missing(
      const std::string& who,
      const std::string& what,
      const Attempt& failure,
      std::uint64_t seen,
      base::Micros start,
      base::Micros patience
  );
  [[nodiscard]] base::Micros patience(const Attempt& failure, std::span<const Attempt* const> row);

  [[nodiscard]] base::Micros time(base::Micros judge) const {
    return timeline_.time(params_.clock, judge);
  }

  // From when the time to come back runs: a host that refused connections meanwhile had the client
  // suspend it.
  [[nodiscard]] base::Micros restarted(const Attempt& failure);
  const std::vector<base::Micros>& chains(std::string_view client);

  // Of a row, what has its MAIL then or later, by that.
  std::span<const Attempt* const> by_mail(std::span<const Attempt* const> row, base::Micros since);

  // `at` is within reach of `start`; both on the judge clock.
  [[nodiscard]] bool in_time(base::Micros at, base::Micros start) const {
    return time(at) <= time(start) + within_ + timeline_.judge_slack();
  }

  const Timeline& timeline_;
  const Params& params_;
  const base::Micros within_;
  Tally tally_;
  Fallbacks fallbacks_{timeline_};
  std::unordered_map<std::string, std::vector<base::Micros>> chains_{};  // by client
  // By party: of each failure the beginning of the series of failures that it belongs to.
  std::unordered_map<const void*, std::unordered_map<const Attempt*, base::Micros>> turned_away_{};
  std::unordered_map<const Attempt* const*, std::vector<const Attempt*>> by_mail_{};  // by row
};

// For each of them, where a chain of failures that follow each other in time ends: computed once
// from the back.
const std::vector<base::Micros>& Judge::chains(std::string_view client) {
  const auto known = chains_.find(std::string(client));
  if (known != chains_.end()) return known->second;
  const auto failures = timeline_.host_failures(client);
  std::vector<base::Micros> ends(failures.size());
  for (std::size_t i = failures.size(); i-- > 0;) {
    ends[i] = failures[i]->judge_end;
    if (i + 1 < failures.size() && in_time(failures[i + 1]->judge_begin, ends[i])) {
      ends[i] = std::max(ends[i], ends[i + 1]);
    }
  }
  return chains_.emplace(std::string(client), std::move(ends)).first->second;
}

base::Micros Judge::restarted(const Attempt& failure) {
  const auto failures = timeline_.host_failures(failure.client);
  const auto next = std::lower_bound(
      failures.begin(),
      failures.end(),
      failure.end,
      [](const Attempt* a, base::Micros t) { return a->begin < t; }
  );
  if (next == failures.end() || !in_time((*next)->judge_begin, failure.judge_end)) {
    return failure.judge_end;
  }
  return chains(failure.client)[static_cast<std::size_t>(next - failures.begin())];
}

std::span<const Attempt* const> Judge::by_mail(
    std::span<const Attempt* const> row, base::Micros since
) {
  const auto [known, is_new] = by_mail_.try_emplace(row.data());
  std::vector<const Attempt*>& sorted = known->second;
  if (is_new) {
    sorted.assign(row.begin(), row.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const Attempt* a, const Attempt* b) {
      return a->mail < b->mail;
    });
  }
  const auto first =
      std::lower_bound(sorted.begin(), sorted.end(), since, [](const Attempt* a, base::Micros t) {
        return a->mail < t;
      });
  return {first, sorted.end()};
}

void Judge::delivery(const Story& story) {
  for (const Attempt* attempt : story.attempts) {
    if (!failed(*attempt) || !params_.select.matches(*attempt)) continue;
    return judge_delivery(story, *attempt);
  }
}

void Judge::judge_delivery(const Story& story, const Attempt& first) {
  const base::Micros start = restarted(first);
  const base::Micros deadline = time(start) + within_ + timeline_.judge_slack();
  std::uint64_t seen = 0;
  std::uint64_t unproven = 0;
  bool through = false;
  for (const Attempt* attempt : story.attempts) {
    if (attempt == &first || attempt->mail < first.end) continue;
    if (time(attempt->judge_begin) > deadline) break;
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
  const base::Micros deadline = time(start) + patience + timeline_.judge_slack();
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

// How long a party may stay away after a failure: `within`; or, when it has been turned away for
// long already, twice that long, since whoever backs off waits about as long as it has waited.
base::Micros Judge::patience(const Attempt& failure, std::span<const Attempt* const> row) {
  auto& since = turned_away_[row.data()];
  if (since.empty()) {
    std::optional<base::Micros> start;
    for (const Attempt* attempt : row) {
      if (attempt->outcome == Outcome::accepted) start.reset();
      if (!failed(*attempt)) continue;
      since.emplace(attempt, start.value_or(time(attempt->judge_begin)));
      start = since.at(attempt);
    }
  }
  return std::max(within_, 2 * (time(failure.judge_end) - since.at(&failure)));
}

// Any attempt of the same party follows, whatever became of it: one that failed must be followed
// itself. What began at the same time may be another message of the same campaign.
void Judge::followed(
    const Attempt& failure, std::span<const Attempt* const> row, const std::string& party
) {
  if (fallbacks_.answered(failure)) return tally_.pass();
  const base::Micros later = failure.end + timeline_.slack() + base::Micros(1);
  const base::Micros patient = patience(failure, row);
  const base::Micros deadline = time(failure.judge_end) + patient + timeline_.judge_slack();
  // A new connection, or one that was there before and is used again.
  const bool follows = came(from(row, later), failure, deadline, &Attempt::judge_begin) ||
                       came(by_mail(row, later), failure, deadline, &Attempt::judge_mail) ||
                       had_mail_elsewhere(failure, deadline);
  if (follows) return tally_.pass();
  const bool over = time(timeline_.now().judge) > deadline;
  const bool at_once = came(from(row, failure.end), failure, deadline, &Attempt::judge_begin) ||
                       came(by_mail(row, failure.end), failure, deadline, &Attempt::judge_mail);
  if (over && at_once) {
    return doubtful(
        party,
        failure,
        "came at the same time, and nothing later: nobody can tell whether it was a further "
        "attempt or another message"
    );
  }
  // A pool of addresses, or IPv6 and then IPv4.
  const bool elsewhere =
      failure.scope == Scope::client &&
      came(from(timeline_.attempts(), later), failure, deadline, &Attempt::judge_begin);
  if (over && elsewhere) {
    return doubtful(
        party, failure, "came from another address: nobody can tell whether it was the same sender"
    );
  }
  missing(party, party, failure, 0, failure.judge_end, patient);
}

// The client came back, with mail for another receiver on the same port: no attempt here.
bool Judge::had_mail_elsewhere(const Attempt& failure, base::Micros deadline) const {
  if (failure.scope != Scope::client) return false;
  const auto& elsewhere = timeline_.behaviour().elsewhere;
  const auto known = elsewhere.find(failure.client);
  if (known == elsewhere.end()) return false;
  const base::Micros in_flight_until = failure.end + timeline_.slack();
  return std::any_of(known->second.begin(), known->second.end(), [&](const journal::Moment& mail) {
    return mail.at > in_flight_until && time(mail.judge) <= deadline;
  });
}

// The first of the row, but for the failure itself, began in time.
bool Judge::came(
    std::span<const Attempt* const> row,
    const Attempt& failure,
    base::Micros deadline,
    base::Micros Attempt::*began
) const {
  if (!row.empty() && row.front() == &failure) row = row.subspan(1);
  return !row.empty() && time(row.front()->*began) <= deadline;
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
