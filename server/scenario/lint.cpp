// What only shows when rules are seen together: names given twice, rules that can never be reached.
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "scenario/keys.hpp"

namespace scenario {

namespace {

// It decides every question of its stage, so no later rule is asked (but for the null sender's
// transactions).
bool always_decides(const Rule& rule) {
  return rule.decides && rule.match.empty() && rule.during.empty() && !rule.times &&
         rule.after == 0 && rule.chance >= 1.0 && rule.window.from == base::Duration{0} &&
         !rule.window.until;
}

}  // namespace

void check_rules(std::span<const RuleDraft> rules, document::Diagnostics& sink) {
  std::map<std::string_view, const RuleDraft*> by_name;
  std::map<base::Stage, const RuleDraft*> closing;
  for (const auto& draft : rules) {
    const auto place = draft.name != nullptr ? draft.name->place : draft.node->place;
    const auto [twin, added] = by_name.emplace(draft.rule.name, &draft);
    if (!added) {
      sink.error(
          place,
          fmt::format("two rules are named '{}'", base::printable(draft.rule.name, 80)),
          "an unnamed rule is rule-K by its place in the file"
      );
    }
    if (!draft.stage) continue;
    const auto before = closing.find(*draft.stage);
    if (before != closing.end() && !draft.rule.match.names_null_sender) {
      sink.warning(
          draft.node->place,
          fmt::format(
              "this rule is never reached: '{}' decides everything at {}",
              before->second->rule.name,
              base::name_of(*draft.stage)
          )
      );
    } else if (always_decides(draft.rule)) {
      closing.emplace(*draft.stage, &draft);
    }
  }
}

}  // namespace scenario
