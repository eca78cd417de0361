// not-retried: a message that was refused for good is not tried again. Only an attempt that is
// proven to be the same message is a retry: another message to the same recipient is the business
// of `suppressed`. RFC 5321 4.2.1 (5yz replies).
#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "verify/checks.hpp"
#include "verify/keys.hpp"
#include "verify/quiet.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::array kKeys{keys::kCodesRow, keys::kExceptRow, keys::kQuiet};

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline), params_(params), tally_(timeline, expected(), "delivery") {}

  Verdict verdict() {
    for (const Story& story : timeline_.stories()) {
      for (const Attempt* attempt : story.attempts) {
        if (!is_final(*attempt)) continue;
        delivery(story, *attempt);
        break;
      }
    }
    return std::move(tally_).verdict(
        "no delivery was rejected",
        fmt::format("no further attempt in the {} observed", spoken(looked_))
    );
  }

 private:
  [[nodiscard]] std::string expected() const {
    const std::string window = params_.quiet ? " for " + spoken(*params_.quiet) : std::string();
    return fmt::format("no further attempt of a rejected message{}", window);
  }

  [[nodiscard]] bool is_final(const Attempt& attempt) const {
    if (attempt.outcome != Outcome::rejected || !params_.select.matches(attempt)) return false;
    const bool wanted = params_.codes.empty() || matches(params_.codes, attempt);
    // 530 asks to secure the connection or to log in, and then to send again (RFC 3207 4, RFC 4954
    // 6).
    const bool asks_for_more = attempt.code == 530 && params_.codes.empty();
    return wanted && !asks_for_more && !matches(params_.except, attempt);
  }

  [[nodiscard]] base::Micros since(const Attempt& rejection, base::Micros judge) const {
    return timeline_.time(params_.clock, judge) -
           timeline_.time(params_.clock, rejection.judge_end);
  }

  // All attempts of a key by their MAIL, and the last MAIL of each Message-ID and ENVID.
  struct KeyRow {
    std::vector<const Attempt*> by_mail{};
    std::unordered_map<std::string, base::Micros> last_of_id{}, last_of_envid{};
  };

  const KeyRow& row_of(const Story& story);
  [[nodiscard]] static bool proven_after(
      const KeyRow& row, const Story& story, const Attempt& rejection, base::Micros since
  );
  void delivery(const Story& story, const Attempt& rejection);
  void quiet_so_far(const Story& story, const Attempt& rejection);

  const Timeline& timeline_;
  const Params& params_;
  Tally tally_;
  std::unordered_map<std::string, KeyRow> rows_{};
  base::Micros looked_ = base::Micros::max();  // the shortest time any of them was watched
};

// What comes later under its key: once a delivery is accepted, what follows is another one, and may
// carry the rejected message all the same. Worked out once for each key.
const Judge::KeyRow& Judge::row_of(const Story& story) {
  const auto [known, is_new] = rows_.try_emplace(story.facts->key);
  KeyRow& row = known->second;
  if (!is_new) return row;
  for (const Story* each : timeline_.of_key(story.facts->key)) {
    row.by_mail.insert(row.by_mail.end(), each->attempts.begin(), each->attempts.end());
  }
  std::stable_sort(row.by_mail.begin(), row.by_mail.end(), [](const Attempt* a, const Attempt* b) {
    return a->mail < b->mail;
  });
  for (const Attempt* attempt : row.by_mail) {
    row.last_of_id[attempt->message_id] = attempt->mail;
    row.last_of_envid[attempt->envid] = attempt->mail;
  }
  return row;
}

bool Judge::proven_after(
    const KeyRow& row, const Story& story, const Attempt& rejection, base::Micros since
) {
  if (story.unique) return row.by_mail.back()->mail > since;
  const auto [id, envid] = std::pair(rejection.message_id, rejection.envid);
  return (!id.empty() && row.last_of_id.at(id) > since) ||
         (!envid.empty() && row.last_of_envid.at(envid) > since);
}

void Judge::delivery(const Story& story, const Attempt& rejection) {
  const std::string name = who(*story.facts);
  const base::Micros in_flight = rejection.end + timeline_.slack(rejection.end);
  const KeyRow& row = row_of(story);
  const auto later = std::upper_bound(
      row.by_mail.begin(),
      row.by_mail.end(),
      in_flight,
      [](base::Micros t, const Attempt* a) { return t < a->mail; }
  );
  if (later == row.by_mail.end()) return quiet_so_far(story, rejection);
  if (proven_after(row, story, rejection, in_flight)) {
    const Attempt& again = **std::find_if(later, row.by_mail.end(), [&](const Attempt* attempt) {
      return story.proven_same(rejection, *attempt);
    });
    const std::string how =
        spoken(since(rejection, again.judge_mail), again.mail - rejection.end, timeline_.scale());
    return tally_.fail(
        name,
        fmt::format("{} was tried again {} after {}", name, how, reason(rejection)),
        evidence_of({&rejection, &again})
    );
  }
  const base::Micros after = since(rejection, (*later)->judge_mail);
  if (params_.quiet && after > *params_.quiet) return quiet_so_far(story, rejection);
  tally_.blind(
      name,
      fmt::format(
          "{} was tried again {} after {}, but nothing proves that it was the same message: ENVID "
          "would, or the promise [delivery] unique = true{}",
          name,
          spoken(after),
          reason(rejection),
          rejection.stage == base::Stage::message ? ", or a Message-ID" : ""
      ),
      evidence_of({&rejection, *later})
  );
}

void Judge::quiet_so_far(const Story& story, const Attempt& rejection) {
  const std::string name = who(*story.facts);
  const base::Micros looked = since(rejection, timeline_.now().judge);
  const std::string so_far = fmt::format(
      "{}: no further attempt in the {} since {}", name, spoken(looked), reason(rejection)
  );
  looked_ = std::min(looked_, looked);
  Calm calm{
      .who = name,
      .so_far = so_far,
      .evidence = rejection.evidence,
      .since = rejection.judge_end,
      .in_flight_until = rejection.end + timeline_.slack(rejection.end)};
  if (quiet_enough(tally_, timeline_, params_, std::move(calm))) tally_.pass();
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kNotRetried{
    .name = "not-retried",
    .side = Side::must_not,
    .doc = "A rejected message is not tried again",
    .selects = "deliveries with a 5yz reply",
    .occasion = "the rejection",
    .fails =
        "a later attempt that is proven to be the same message: by its Message-ID, its ENVID, "
        "or the promise of one message per key",
    .passes = "no later attempt of its sender and recipient, and `quiet` ran",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
