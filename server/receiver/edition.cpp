// Editions: see the header.
#include "receiver/edition.hpp"

#include <algorithm>
#include <utility>

#include "scenario/load.hpp"

namespace receiver {

Edition::Edition(scenario::ScenarioPtr own, std::uint64_t g)
    : scenario(std::move(own)),
      counters(std::make_shared<scenario::Counters>()),
      generation(g),
      own_rules(scenario->rules.size()) {
  find_out();
}

Edition::Edition(
    const Edition& before, const scenario::ScenarioPtr& own, std::vector<scenario::Rule> pushed
)
    : scenario(
          pushed.empty() ? own
                         : std::make_shared<const scenario::Scenario>(
                               scenario::with_rules(*own, std::move(pushed))
                           )
      ),
      counters(before.counters),
      generation(before.generation),
      own_rules(before.own_rules) {
  find_out();
}

void Edition::find_out() {
  for (const auto& rule : scenario->rules) acts_at_[static_cast<std::size_t>(rule.stage)] = true;
  if (scenario->triggers) {
    for (const auto stage : {base::Stage::rcpt, base::Stage::data, base::Stage::message}) {
      acts_at_[static_cast<std::size_t>(stage)] = true;
    }
  }
  for (const auto& phase : scenario->phases) phase_names.emplace_back(phase.name);
}

std::vector<RuleView> Edition::rules() const {
  std::vector<RuleView> views;
  for (const auto& rule : scenario->rules) {
    RuleView view{
        .id = rule.id,
        .name = rule.name,
        .at = rule.stage,
        .pushed = rule.id > own_rules,
        .totals = counters->totals(rule.id),
        .written = rule.written};
    if (rule.times && rule.per == scenario::Key::receiver) {
      view.remaining = *rule.times - std::min(*rule.times, view.totals.fired);
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace receiver
