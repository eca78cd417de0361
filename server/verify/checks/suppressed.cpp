// suppressed: a recipient that was refused for good gets no further mail of any kind. A refusal at
// MAIL or at the end of data is the message's, not the recipient's. That a sender left a recipient
// alone means something only if it had something to send: the harness must say so.
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "verify/checks.hpp"
#include "verify/keys.hpp"
#include "verify/quiet.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::array<std::string_view, 2> kScopes{"recipient", "domain"};

constexpr std::array kKeys{
    keys::kCodesRow,
    keys::kExceptRow,
    keys::Row{
        "scope",
        "recipient or domain",
        R"({"enum":["recipient","domain"]})",
        "what is to be left alone: the recipient, or its whole domain; default recipient",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.whole_domain = document::want_word(v, "scope", kScopes, s) == 1U;
        }},
    keys::Row{
        "offered",
        "true or false",
        keys::kBool,
        "the promise that more mail to each of them was submitted after the rejection; default "
        "false: it must be said over the API, recipient by recipient",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.offered = document::want_bool(v, "offered", s).value_or(false);
        }},
    keys::kQuiet,
    keys::Row{
        "probes",
        "integer",
        keys::kCount,
        "so many later attempts are allowed; default 0",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.probes = document::want_integer(v, "probes", 0, 1'000'000, s).value_or(0);
        }},
    keys::Row{
        "probe_period",
        "duration",
        keys::kDuration,
        "`probes` are allowed in every such period; default: the whole window",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.probe_period = keys::duration(v, "probe_period", s);
        }},
};

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline),
        params_(params),
        tally_(timeline, expected(), params.whole_domain ? "domain" : "recipient") {}

  Verdict verdict();

 private:
  [[nodiscard]] std::string expected() const {
    return params_.quiet ? fmt::format("no attempt for {}", spoken(*params_.quiet))
                         : std::string("no further attempt");
  }

  [[nodiscard]] bool is_final(const Attempt& attempt) const {
    const bool recipient_refused = attempt.scope == Scope::delivery &&
                                   attempt.outcome == Outcome::rejected &&
                                   attempt.stage == base::Stage::rcpt;
    if (!recipient_refused || !params_.select.matches(attempt)) return false;
    const bool wanted = params_.codes.empty() || matches(params_.codes, attempt);
    return wanted && !matches(params_.except, attempt);
  }

  [[nodiscard]] base::Micros time(base::Micros judge) const {
    return timeline_.time(params_.clock, judge);
  }

  // The window in which nothing may come, and whether there was anything to come.
  struct Occasion {
    bool offered = false;
    base::Micros from{0};       // of the window, on the judge clock
    base::Micros from_real{0};  // the same in real time
  };

  [[nodiscard]] Occasion occasion(const Attempt& rejection) const;
  [[nodiscard]] std::vector<const Attempt*> later(
      const Attempt& rejection, const Occasion& occasion
  ) const;
  [[nodiscard]] const Attempt* one_too_many(const std::vector<const Attempt*>& later) const;
  void judge_one(const std::string& name, const Attempt& rejection);
  void quiet_so_far(const std::string& name, const Attempt& rejection, const Occasion& occasion);

  const Timeline& timeline_;
  const Params& params_;
  Tally tally_;
  base::Micros looked_ = base::Micros::max();
};

// The first rejection of each.
Verdict Judge::verdict() {
  std::map<std::string, const Attempt*> rejected;
  std::vector<std::string> order;
  for (const Attempt* attempt : timeline_.attempts()) {
    if (!is_final(*attempt)) continue;
    std::string name = params_.whole_domain ? base::domain_of(attempt->recipient)
                                            : base::fold_domain(attempt->recipient);
    const auto [place, is_new] = rejected.emplace(name, attempt);
    if (is_new) {
      order.push_back(std::move(name));
    } else if (attempt->end < place->second->end) {
      place->second = attempt;
    }
  }
  for (const std::string& name : order) judge_one(name, *rejected.at(name));
  return std::move(tally_).verdict(
      "no recipient was rejected at RCPT",
      fmt::format("no further attempt in the {} observed", spoken(looked_))
  );
}

Judge::Occasion Judge::occasion(const Attempt& rejection) const {
  Occasion found{
      .offered = params_.offered, .from = rejection.judge_end, .from_real = rejection.end};
  if (const auto* offer =
          timeline_.offer(rejection.recipient, params_.whole_domain, rejection.end)) {
    found.offered = true;
    found.from = offer->when.judge;
    found.from_real = offer->when.at;
  }
  return found;
}

// What was not on its way yet when the rejection was written. The sender's own notifications do not
// count.
std::vector<const Attempt*> Judge::later(const Attempt& rejection, const Occasion& occasion) const {
  const auto row = params_.whole_domain ? timeline_.to_domain(base::domain_of(rejection.recipient))
                                        : timeline_.to_recipient(rejection.recipient);
  std::vector<const Attempt*> found;
  for (const Attempt* attempt : row) {
    if (attempt->mail <= rejection.end + timeline_.slack(rejection.end)) continue;
    if (attempt->sender.empty() && !params_.select.names_null_sender()) continue;
    if (params_.quiet && time(attempt->judge_mail) > time(occasion.from) + *params_.quiet) continue;
    found.push_back(attempt);
  }
  // Rows are by the beginning of the connection, which may have idled before MAIL.
  std::stable_sort(found.begin(), found.end(), [](const Attempt* a, const Attempt* b) {
    return a->mail < b->mail;
  });
  return found;
}

// The first that is more than `probes` in a period; nullptr: none is.
const Attempt* Judge::one_too_many(const std::vector<const Attempt*>& later) const {
  for (std::size_t i = params_.probes; i < later.size(); ++i) {
    if (params_.probes == 0 || !params_.probe_period) return later[i];
    const Attempt* earliest = later[i - params_.probes];
    if (time(later[i]->judge_mail) - time(earliest->judge_mail) < *params_.probe_period) {
      return later[i];
    }
  }
  return nullptr;
}

void Judge::judge_one(const std::string& name, const Attempt& rejection) {
  const Occasion when = occasion(rejection);
  const std::string shown = address(name);
  if (const Attempt* again = one_too_many(later(rejection, when))) {
    const base::Micros after = time(again->judge_mail) - time(rejection.judge_end);
    return tally_.fail(
        shown,
        fmt::format(
            "{} was tried again {} after {}",
            shown,
            spoken(after, again->mail - rejection.end, timeline_.scale()),
            reason(rejection)
        ),
        evidence_of({&rejection, again})
    );
  }
  if (!when.offered) {
    return tally_.no_occasion(
        shown,
        fmt::format(
            "{} was not tried again after {}, but nothing says that more mail to it was submitted",
            shown,
            reason(rejection)
        ),
        rejection.evidence
    );
  }
  quiet_so_far(shown, rejection, when);
}

void Judge::quiet_so_far(
    const std::string& name, const Attempt& rejection, const Occasion& occasion
) {
  const base::Micros looked = time(timeline_.now().judge) - time(occasion.from);
  const std::string so_far = fmt::format(
      "{}: no further attempt in the {} since more mail was submitted", name, spoken(looked)
  );
  looked_ = std::min(looked_, looked);
  Calm calm{
      .who = name,
      .so_far = so_far,
      .evidence = rejection.evidence,
      .since = occasion.from,
      .in_flight_until = occasion.from_real + timeline_.slack(occasion.from_real)};
  if (quiet_enough(tally_, timeline_, params_, std::move(calm))) tally_.pass();
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kSuppressed{
    .name = "suppressed",
    .side = Side::must_not,
    .doc = "A rejected recipient gets no further mail",
    .selects = "recipients, or domains, after a 5yz reply to RCPT",
    .occasion =
        "another message was submitted to it: `offered`, or POST "
        "/v1/receivers/{name}/offered",
    .fails = "any later attempt of any message to it, beyond `probes`",
    .passes = "more mail was submitted, and `quiet` ran without an attempt",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
