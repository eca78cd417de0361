// The search for the rules that act: see the header. The order of tests in applies() is by cost.
#include "scenario/decide.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "scenario/triggers.hpp"

namespace scenario {

namespace {

using Matched = std::vector<const Target*>;

// Address triggers count apart from the rules of the scenario.
constexpr std::size_t kTriggerCounter = static_cast<std::size_t>(-1);

bool has_targets(base::Stage stage) {
  return stage == base::Stage::rcpt || stage == base::Stage::data || stage == base::Stage::message;
}

// The transaction of a DSN (RFC 5321 4.5.5), which only rules that name "<>" may disturb.
bool is_null_sender(const Query& query) {
  return (query.stage == base::Stage::mail || has_targets(query.stage)) && query.sender.empty();
}

// Whether the rule applies; `matched` are the recipients it applies to.
bool applies(const Rule& rule, const Query& query, Matched& matched) {
  if (!rule.during.empty() &&
      std::find(rule.during.begin(), rule.during.end(), query.phase) == rule.during.end()) {
    return false;
  }
  if (!rule.window.contains(query.receiver_time)) return false;
  if (is_null_sender(query) && !rule.match.names_null_sender) return false;
  matched.clear();
  if (!has_targets(query.stage) || query.targets.empty()) return rule.match.holds(query, nullptr);
  for (const Target& target : query.targets) {
    if (rule.match.empty() || rule.match.holds(query, &target)) matched.push_back(&target);
  }
  return !matched.empty();
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

// Claims for the rule and, if it fires, adds it to the decision.
bool fires(
    const Rule& rule,
    std::size_t index,
    std::size_t counter,
    const Matched& matched,
    const Query& query,
    std::uint64_t seed,
    Counters& counters,
    Decision& decision
) {
  const auto claim = counters.claim(
      {.rule = counter,
       .name = rule.name,
       .after = rule.after,
       .times = rule.times,
       .chance = rule.chance,
       .seed = seed},
      keys_of(rule.per, query, matched)
  );
  if (!claim.fires) return false;
  decision.fired.push_back(
      {.rule = &rule, .index = index, .nth = claim.nth, .draw = claim.draw, .firing = claim.firing}
  );
  if (rule.decides || !decision.retry_after) decision.retry_after = retry_after(rule, query);
  return true;
}

// The first recipient with a trigger for the stage rules, as the first rule that matches does.
void consult_triggers(
    const Scenario& scenario, const Query& query, Counters& counters, Decision& decision
) {
  if (!has_targets(query.stage) || is_null_sender(query)) return;
  for (const Target& target : query.targets) {
    auto trigger = trigger_of(target.recipient, query.stage);
    if (query.stage == base::Stage::rcpt) decision.near_trigger = std::move(trigger.near);
    if (!trigger.rule) continue;
    const Rule& rule = *trigger.rule;
    const Matched matched{&target};
    if (!fires(
            rule,
            Fired::kNoIndex,
            kTriggerCounter,
            matched,
            query,
            scenario.seed,
            counters,
            decision
        )) {
      continue;
    }
    decision.trigger = std::move(trigger.rule);
    return;
  }
}

}  // namespace

Decision decide(const Scenario& scenario, const Query& query, Counters& counters) {
  Decision decision;
  Matched matched;
  for (const auto index : scenario.rules_at[static_cast<std::size_t>(query.stage)]) {
    const Rule& rule = scenario.rules[index];
    if (!applies(rule, query, matched)) continue;
    if (fires(rule, index, index, matched, query, scenario.seed, counters, decision) &&
        rule.decides) {
      return decision;
    }
  }
  if (scenario.triggers) consult_triggers(scenario, query, counters, decision);
  return decision;
}

}  // namespace scenario
