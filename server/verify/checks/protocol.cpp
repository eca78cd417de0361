// protocol: a client breaks no rule of SMTP. Looks at the findings about it, one kind at a time, as
// far as they are faults: habits that every receiver lives with count only if they are named.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "verify/checks.hpp"
#include "verify/findings.hpp"
#include "verify/keys.hpp"
#include "verify/quiet.hpp"
#include "verify/tally.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::string_view kFindings =
    R"({"anyOf":[{"$ref":"#/$defs/finding"},)"
    R"({"type":"array","minItems":1,"items":{"$ref":"#/$defs/finding"}}]})";
constexpr std::size_t kMostEvidence = 10;  // of a kind
constexpr std::size_t kMostDetail = 200;   // octets

Findings read_kinds(
    const document::Node& value, std::string_view name, document::Diagnostics& sink
) {
  std::vector<std::string_view> known;
  for (const FindingKind& kind : finding_kinds()) known.push_back(kind.name);
  Findings chosen;
  for (const document::Node& item : document::one_or_many(value)) {
    if (const auto which = document::want_word(item, name, known, sink)) {
      chosen.push_back(known[*which]);
    }
  }
  return chosen;
}

constexpr std::array kKeys{
    keys::Row{
        "kinds",
        "finding, or list of findings",
        kFindings,
        "only these kinds of findings; default all that are faults, not the habits: eight_bit, "
        "auth_in_clear, size_wrong, data_without_recipients, missing_date, missing_from, "
        "missing_message_id, message_id_reused",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.kinds = read_kinds(v, "kinds", s);
        }},
    keys::Row{
        "except",
        "finding, or list of findings",
        kFindings,
        "not these kinds",
        [](const document::Node& v, Params& p, document::Diagnostics& s) {
          p.except_kinds = read_kinds(v, "except", s);
        }},
    keys::kQuiet,
};

class Judge {
 public:
  Judge(const Timeline& timeline, const Params& params)
      : timeline_(timeline),
        params_(params),
        behaviour_(timeline.behaviour()),
        tally_(timeline, "no violation of the protocol", "rule") {}

  Verdict verdict();

 private:
  using Row = std::vector<const journal::Noted*>;

  [[nodiscard]] bool counts(const FindingKind& kind) const;

  [[nodiscard]] bool is_selected(std::uint64_t connection) const {
    return params_.select.empty() || connections_.contains(connection);
  }

  // What was said in the connections that are looked at.
  struct Said {
    bool anything = false, message = false, farewell = false, upgrade = false, login = false;
  };

  [[nodiscard]] Said what_was_said() const;
  [[nodiscard]] Said said_by_selected() const;

  // Something was said that could have broken this rule.
  [[nodiscard]] static bool has_occasion(std::string_view kind, const Said& said);

  void violation(std::string_view kind, const Row& found);
  void judge_kept();

  const Timeline& timeline_;
  const Params& params_;
  const journal::Behaviour& behaviour_;
  Tally tally_;
  std::set<std::uint64_t> connections_{};  // with an attempt that is selected
  std::uint64_t kept_ = 0;                 // rules that no finding speaks of
};

Judge::Said Judge::what_was_said() const {
  if (!params_.select.empty()) return said_by_selected();
  const auto any = [this](std::uint64_t journal::TlsHistory::*count) {
    return std::any_of(behaviour_.tls.begin(), behaviour_.tls.end(), [count](const auto& client) {
      return client.second.*count > 0;
    });
  };
  return {
      .anything = behaviour_.occasions > 0,
      .message = behaviour_.messages > 0,
      .farewell = behaviour_.farewells > 0,
      .upgrade = any(&journal::TlsHistory::upgrades),
      .login = any(&journal::TlsHistory::logins)};
}

// By what their attempts show, and what is known of their clients.
Judge::Said Judge::said_by_selected() const {
  Said said;
  for (const Attempt* attempt : timeline_.attempts()) {
    if (!connections_.contains(attempt->connection)) continue;
    // Who was turned away at once, or by TLS, need not have said a word.
    const bool heard = attempt->scope != Scope::client || attempt->stage == base::Stage::ehlo ||
                       attempt->stage == base::Stage::auth;
    said.anything = said.anything || heard;
    said.message = said.message || !attempt->body_hash.empty();
    said.farewell = said.farewell || attempt->code == 421;
    const auto client = behaviour_.tls.find(attempt->client);
    if (client == behaviour_.tls.end()) continue;
    said.upgrade = said.upgrade || client->second.upgrades > 0;
    said.login = said.login || client->second.logins > 0;
  }
  return said;
}

bool Judge::has_occasion(std::string_view kind, const Said& said) {
  constexpr std::array<std::string_view, 7> kOfMessages{
      "dot_not_stuffed",
      "smuggling",
      "size_wrong",
      "missing_date",
      "missing_from",
      "missing_message_id",
      "message_id_reused"};
  if (!said.anything) return false;
  if (kind == "command_after_421") return said.farewell;
  if (kind == "auth_in_clear") return said.login;
  if (kind == "ehlo_skipped" || kind == "plaintext_after_starttls") return said.upgrade;
  const bool of_messages =
      std::find(kOfMessages.begin(), kOfMessages.end(), kind) != kOfMessages.end();
  return !of_messages || said.message;
}

bool Judge::counts(const FindingKind& kind) const {
  const auto is_in = [&](const Findings& list) {
    return std::find(list.begin(), list.end(), kind.name) != list.end();
  };
  const bool wanted =
      params_.kinds.empty() ? kind.weight == FindingKind::Weight::fault : is_in(params_.kinds);
  return wanted && !is_in(params_.except_kinds);
}

Verdict Judge::verdict() {
  if (!params_.select.empty()) {
    for (const Attempt* attempt : timeline_.attempts()) {
      if (params_.select.matches(*attempt)) connections_.insert(attempt->connection);
    }
  }
  const Said said = what_was_said();
  for (const FindingKind& kind : finding_kinds()) {
    if (!counts(kind)) continue;
    Row found;
    for (const journal::Noted& noted : behaviour_.findings) {
      if (noted.finding == kind.name && is_selected(noted.connection)) found.push_back(&noted);
    }
    if (!found.empty()) {
      violation(kind.name, found);
    } else if (has_occasion(kind.name, said)) {
      ++kept_;
    }
  }
  if (kept_ > 0) judge_kept();
  return std::move(tally_).verdict(
      "nothing was said that these rules are about",
      params_.select.empty()
          ? fmt::format("no violation in {}", counted(behaviour_.occasions, "command"))
          : std::string("no violation")
  );
}

void Judge::violation(std::string_view kind, const Row& found) {
  const journal::Noted& first = *found.front();
  std::string told(kind);
  if (!first.client.empty()) told += fmt::format(" by {}", first.client);
  if (first.stage) told += fmt::format(" at {}", base::name_of(*first.stage));
  if (!first.detail.empty()) told += ": " + base::printable(first.detail, kMostDetail);
  if (found.size() > 1) told += fmt::format(" ({} times in all)", found.size());
  std::vector<std::uint64_t> evidence;
  for (const journal::Noted* noted : found) {
    if (evidence.size() < kMostEvidence) evidence.push_back(noted->when.seq);
  }
  tally_.fail(std::string(kind), std::move(told), std::move(evidence));
}

// The rules that were not broken, as far as is known.
void Judge::judge_kept() {
  const std::string name = counted(kept_, "rule");
  const std::string so_far = fmt::format("{}: no violation so far", name);
  if (behaviour_.dropped > 0) {
    const auto why = fmt::format("but {} findings or clients were not kept", behaviour_.dropped);
    return tally_.blind(name, fmt::format("{}, {}", so_far, why), {});
  }
  const journal::Moment& last = behaviour_.last_occasion;
  Calm calm{.who = name, .so_far = so_far, .evidence = {last.seq}, .since = last.judge};
  if (!quiet_enough(tally_, timeline_, params_, std::move(calm))) return;
  for (; kept_ > 0; --kept_) tally_.pass();
}

Verdict judge(const Timeline& timeline, const Params& params) {
  return Judge(timeline, params).verdict();
}

}  // namespace

namespace detail {

const Check kProtocol{
    .name = "protocol",
    .side = Side::must_not,
    .doc = "A client breaks no rule of SMTP",
    .selects =
        "findings about clients, in connections with a selected attempt; all, if none is asked for",
    .occasion = "any command or message",
    .fails = "a finding of one of the `kinds`",
    .passes = "something was said, and `quiet` ran since the last of it without one",
    .keys = kKeys,
    .judge = judge,
};

}  // namespace detail

}  // namespace verify
