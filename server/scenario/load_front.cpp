// Rules that join a scenario which is in force: see load.hpp.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "scenario/keys.hpp"
#include "scenario/load.hpp"

namespace scenario {

using document::Diagnostics;
using document::Node;

std::optional<Rule> load_rule(
    const Node& node, const Scenario& scenario, std::string_view fallback, Diagnostics& sink
) {
  const auto errors = sink.errors();
  RuleDraft draft = read_rule(node, 1, scenario, sink);
  check_offer(draft, scenario, sink);
  if (draft.name == nullptr) draft.rule.name = fallback;
  const bool taken =
      std::any_of(scenario.rules.begin(), scenario.rules.end(), [&](const Rule& rule) {
        return rule.name == draft.rule.name;
      });
  if (taken) {
    sink.error(
        draft.name != nullptr ? draft.name->place : node.place,
        fmt::format("there is a rule '{}' already", base::printable(draft.rule.name, 80)),
        "choose another name, or none"
    );
  }
  if (sink.errors() > errors) return std::nullopt;
  return std::move(draft.rule);
}

Scenario with_rules(const Scenario& scenario, std::vector<Rule> front) {
  Scenario out = scenario;
  front.insert(front.end(), out.rules.begin(), out.rules.end());
  out.rules = std::move(front);
  index_rules(out);
  return out;
}

}  // namespace scenario
