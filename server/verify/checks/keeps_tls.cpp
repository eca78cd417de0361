// keeps-tls: a client that was offered TLS sends no mail in clear text, also when TLS does not
// work. Only where the sender is configured to require it: others may fall back, and every
// opportunistic sender does (RFC 7435). So no standard policy has it.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "verify/checks.hpp"
#include "verify/keys.hpp"
#include "verify/quiet.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::size_t kMostDetail = 200;  // octets

constexpr std::array kKeys{keys::kQuiet};

std::string told(const journal::TlsIncident& incident) {
  const std::string detail =
      incident.detail.empty() ? std::string()
                              : fmt::format(" ({})", base::printable(incident.detail, kMostDetail));
  switch (incident.trouble) {
    case journal::TlsTrouble::refused: return "STARTTLS was refused" + detail;
    case journal::TlsTrouble::failed: return "a TLS handshake failed" + detail;
    case journal::TlsTrouble::withdrawn: return "STARTTLS was no longer offered";
  }
  return {};
}

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline),
        params_(params),
        tally_(timeline, "no mail in clear text once TLS was offered", "client") {}

  Verdict verdict();

 private:
  using History = journal::TlsHistory;
  using Incident = journal::TlsIncident;

  [[nodiscard]] bool is_selected(std::string_view client) const;
  [[nodiscard]] bool knew(const History& history, const Attempt& attempt) const;
  [[nodiscard]] const Attempt* first_in_clear(std::string_view client, const History& history)
      const;
  void judge_one(const std::string& client, const History& history);
  void fail(const std::string& who, const History& history, const Attempt& attempt);
  void none_so_far(const std::string& who, const History& history, const Incident& incident);

  const Timeline& timeline_;
  const Params& params_;
  Tally tally_;
  base::Micros looked_ = base::Micros::max();
};

Verdict Judge::verdict() {
  const journal::Behaviour& behaviour = timeline_.behaviour();
  for (const auto& [client, history] : behaviour.tls) {
    if (history.offered && is_selected(client)) judge_one(client, history);
  }
  if (behaviour.dropped > 0) {
    tally_.blind(
        "other clients", fmt::format("{} findings or clients were not kept", behaviour.dropped), {}
    );
  }
  return std::move(tally_).verdict(
      "no client was offered TLS",
      fmt::format("no mail in clear text in the {} since TLS did not work", spoken(looked_))
  );
}

bool Judge::is_selected(std::string_view client) const {
  const auto row = timeline_.of_client(client);
  return params_.select.empty() || std::any_of(row.begin(), row.end(), [&](const Attempt* attempt) {
           return params_.select.matches(*attempt);
         });
}

// It could know of the offer when it began its MAIL: what another connection of the client had on
// its way at that moment proves nothing.
bool Judge::knew(const History& history, const Attempt& attempt) const {
  const auto& offers = history.offers;
  return attempt.mail > history.offered->at + timeline_.slack(history.offered->at) ||
         std::any_of(offers.begin(), offers.end(), [&](const journal::TlsOffer& offer) {
           return offer.connection == attempt.connection && attempt.mail >= offer.when.at;
         });
}

const Attempt* Judge::first_in_clear(std::string_view client, const History& history) const {
  const Attempt* first = nullptr;
  for (const Attempt* attempt : timeline_.of_client(client)) {
    const bool in_clear = attempt->scope != Scope::client && !attempt->tls;
    if (!in_clear || !knew(history, *attempt) || !params_.select.matches(*attempt)) continue;
    if (first == nullptr || attempt->mail < first->mail) first = attempt;
  }
  return first;
}

void Judge::judge_one(const std::string& client, const History& history) {
  const std::string who = "client " + client;
  if (const Attempt* attempt = first_in_clear(client, history)) {
    return fail(who, history, *attempt);
  }
  const auto incident =
      std::find_if(history.incidents.begin(), history.incidents.end(), [&](const Incident& each) {
        return each.when.seq >= history.offered->seq;
      });
  if (incident != history.incidents.end()) return none_so_far(who, history, *incident);
  tally_.no_occasion(
      who,
      fmt::format("{} was offered TLS, and there was no trouble with it", who),
      {history.offered->seq}
  );
}

void Judge::fail(const std::string& who, const History& history, const Attempt& attempt) {
  const Incident* before = nullptr;
  for (const Incident& incident : history.incidents) {
    if (incident.when.at <= attempt.mail) before = &incident;
  }
  std::vector<std::uint64_t> evidence = attempt.evidence;
  evidence.push_back(history.offered->seq);
  std::string observed =
      fmt::format("{} sent mail from {} in clear text ", who, address(attempt.sender));
  if (before != nullptr) {
    const base::Micros after = timeline_.time(params_.clock, attempt.judge_mail) -
                               timeline_.time(params_.clock, before->when.judge);
    const base::Micros real = attempt.mail - before->when.at;
    observed += fmt::format("{} after {}", spoken(after, real, timeline_.scale()), told(*before));
    evidence.push_back(before->when.seq);
  } else {
    observed += "though TLS was offered";
  }
  std::sort(evidence.begin(), evidence.end());
  evidence.erase(std::unique(evidence.begin(), evidence.end()), evidence.end());
  // A handshake that was lost from the journal is none.
  const Unseen no_handshake{attempt.evidence.empty() ? 0 : attempt.evidence.front()};
  tally_.fail(who, std::move(observed), std::move(evidence), no_handshake);
}

void Judge::none_so_far(const std::string& who, const History& history, const Incident& incident) {
  const base::Micros looked = timeline_.time(params_.clock, timeline_.now().judge) -
                              timeline_.time(params_.clock, incident.when.judge);
  looked_ = std::min(looked_, looked);
  const std::string so_far = fmt::format(
      "{} sent no mail in clear text in the {} since {}", who, spoken(looked), told(incident)
  );
  Calm calm{
      .who = who,
      .so_far = so_far,
      .evidence = {history.offered->seq, incident.when.seq},
      .since = incident.when.judge,
      .in_flight_until = incident.when.at + timeline_.slack(incident.when.at)};
  if (quiet_enough(tally_, timeline_, params_, std::move(calm))) tally_.pass();
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kKeepsTls{
    .name = "keeps-tls",
    .side = Side::must_not,
    .doc = "A client that must use TLS sends no mail in clear text when TLS does not work",
    .selects = "clients, by their address, that were offered TLS",
    .occasion =
        "after the offer a handshake failed, STARTTLS was refused, or EHLO offered it no longer",
    .fails = "a MAIL in clear text after the offer, in this connection or a later one",
    .passes = "TLS did not work, and `quiet` ran since without mail in clear text",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
