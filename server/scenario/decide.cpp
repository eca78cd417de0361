// The search for the rules that act: see the header. The order of tests in applies() is by cost.
#include "scenario/decide.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "base/text.hpp"
#include "scenario/triggers.hpp"

namespace scenario {

namespace {

using Matched = std::vector<const Target*>;

bool has_targets(base::Stage stage) {
  return stage == base::Stage::rcpt || stage == base::Stage::data || stage == base::Stage::message;
}

// The transaction of a DSN (RFC 5321 4.5.5), which only rules that name "<>" may disturb.
bool is_null_sender(const Query& query) {
  return (query.stage == base::Stage::mail || has_targets(query.stage)) && query.sender.empty();
}

// One search: what is asked of whom, and what came of it.
struct Search {
  const Scenario& scenario;
  const Query& query;
  Counters* claims = nullptr;  // where numbers are claimed, or else ...
  const Counters* peeks;       // ... only looked at
  Considerations* considered = nullptr;
  Matched matched{};  // the recipients that the rule in hand applies to
  Decision decision{};
};

// Why the rule does not apply; Miss::none: it does, to search.matched.
Consideration applies(const Rule& rule, Search& search) {
  const Query& query = search.query;
  if (!rule.during.empty() &&
      std::find(rule.during.begin(), rule.during.end(), query.phase) == rule.during.end()) {
    return {.miss = Miss::phase};
  }
  if (!rule.window.contains(query.receiver_time)) return {.miss = Miss::window};
  // An exchange asks its rules twice: those that act early at the command, the others at the end.
  const bool its_moment = rule.early ? query.auth_begins : query.auth_ends;
  if (query.stage == base::Stage::auth && !its_moment) return {.miss = Miss::moment};
  if (is_null_sender(query) && !rule.match.names_null_sender) return {.miss = Miss::null_sender};
  search.matched.clear();
  const auto fails = [](std::size_t failing) {
    return Consideration{.miss = Miss::match, .failing = static_cast<std::uint16_t>(failing)};
  };
  if (!has_targets(query.stage) || query.targets.empty()) {
    const auto failing = rule.match.failing(query, nullptr);
    return failing == Match::kNone ? Consideration{} : fails(failing);
  }
  std::size_t first_failing = Match::kNone;
  for (const Target& target : query.targets) {
    const auto failing = rule.match.empty() ? Match::kNone : rule.match.failing(query, &target);
    if (failing == Match::kNone) search.matched.push_back(&target);
    first_failing = std::min(first_failing, failing);
  }
  return search.matched.empty() ? fails(first_failing) : Consideration{};
}

std::string target_key(Key per, const Target& target) {
  if (per == Key::recipient) return base::fold_domain(target.recipient);
  if (per == Key::recipient_domain) return base::domain_of(target.recipient);
  return std::string(target.delivery_key);
}

std::string sender_key(const Query& query) {
  return query.sender.empty() ? "<>" : base::fold_domain(query.sender);
}

// The counter keys of the question: one, or for keys of a recipient one for each that matched.
std::vector<std::string> keys_of(Key per, const Query& query, const Matched& matched) {
  switch (per) {
    case Key::delivery:
    case Key::recipient:
    case Key::recipient_domain: {
      std::vector<std::string> keys;
      for (const Target* target : matched) {
        auto key = target_key(per, *target);
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
      }
      if (keys.empty()) keys.emplace_back();
      return keys;
    }
    case Key::sender: return {sender_key(query)};
    case Key::sender_domain: return {base::domain_of(query.sender)};
    case Key::client: return {base::to_string(query.client)};
    case Key::client_24: return {base::network_of(query.client, 24, 64)};
    case Key::connection: return {std::to_string(query.connection)};
    case Key::receiver: return {std::string{}};
  }
  return {std::string{}};
}

std::optional<base::Duration> retry_after(const Rule& rule, const Query& query) {
  auto left = rule.window.left(query.receiver_time);
  const bool phase_ends = !rule.during.empty() && query.phase_left > base::Duration{0};
  if (phase_ends) left = left ? std::min(*left, query.phase_left) : query.phase_left;
  return left;
}

// Why a rule that was reached does not fire.
Consideration outcome_of(const Rule& rule, const Counters::Claim& claim) {
  Consideration out{
      .nth = static_cast<std::uint32_t>(claim.nth),
      .firing = static_cast<std::uint32_t>(claim.firing),
      .draw = static_cast<float>(base::unit(claim.draw))};
  if (claim.fires) return out;
  if (claim.nth <= rule.after) {
    out.miss = Miss::after;
  } else if (rule.times && claim.firing >= *rule.times) {
    out.miss = Miss::times;
  } else {
    out.miss = Miss::chance;
  }
  return out;
}

// Claims for the rule and, if it fires, adds it to the decision.
Consideration fires(const Rule& rule, std::size_t index, Search& search) {
  const Counters::Terms terms{
      .rule = rule.id,
      .name = rule.name,
      .after = rule.after,
      .times = rule.times,
      .chance = rule.chance,
      .seed = search.scenario.seed};
  const auto keys = keys_of(rule.per, search.query, search.matched);
  const auto claim = search.claims != nullptr ? search.claims->claim(terms, keys)
                                              : search.peeks->peek(terms, keys);
  if (claim.fires) {
    Decision& decision = search.decision;
    decision.fired.push_back(
        {.rule = &rule,
         .index = index,
         .nth = claim.nth,
         .draw = claim.draw,
         .firing = claim.firing}
    );
    if (rule.decides || !decision.retry_after) {
      decision.retry_after = retry_after(rule, search.query);
    }
  }
  return outcome_of(rule, claim);
}

// The first recipient with a trigger for the stage rules, as the first rule that matches does.
void consult_triggers(Search& search) {
  const Query& query = search.query;
  if (!has_targets(query.stage) || is_null_sender(query)) return;
  for (const Target& target : query.targets) {
    auto trigger = trigger_of(target.recipient, query.stage);
    if (query.stage == base::Stage::rcpt && !trigger.near.empty()) {
      if (search.considered != nullptr) search.considered->set_near({trigger.name, trigger.near});
      search.decision.near_trigger = std::move(trigger.near);
    }
    if (!trigger.rule) continue;
    search.matched.assign(1, &target);
    const auto outcome = fires(*trigger.rule, Fired::kNoIndex, search);
    if (search.considered != nullptr) search.considered->add(trigger.rule, outcome);
    if (outcome.miss != Miss::none) continue;
    search.decision.trigger = std::move(trigger.rule);
    return;
  }
}

void consult_rules(Search& search) {
  const auto& indexes = search.scenario.rules_at[static_cast<std::size_t>(search.query.stage)];
  if (search.considered != nullptr) search.considered->expect(indexes.size());
  for (const auto index : indexes) {
    const Rule& rule = search.scenario.rules[index];
    auto outcome = applies(rule, search);
    if (outcome.miss == Miss::none) outcome = fires(rule, index, search);
    if (search.considered != nullptr) search.considered->add(index, outcome);
    if (outcome.miss == Miss::none && rule.decides) return;
  }
  if (search.scenario.triggers) consult_triggers(search);
}

}  // namespace

Decision decide(
    const Scenario& scenario, const Query& query, Counters& counters, Considerations* considered
) {
  Search search{scenario, query, &counters, &counters, considered};
  consult_rules(search);
  return std::move(search.decision);
}

Decision foresee(
    const Scenario& scenario,
    const Query& query,
    const Counters& counters,
    Considerations* considered
) {
  Search search{scenario, query, nullptr, &counters, considered};
  consult_rules(search);
  return std::move(search.decision);
}

}  // namespace scenario
