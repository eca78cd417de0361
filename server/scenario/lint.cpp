// What only shows when rules are seen together, or beside their server: names given twice, rules
// that can never be reached, or only by clients that use what is not offered.
#include <map>
#include <string_view>
#include <utility>

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

// When a rule is asked: an exchange at auth asks twice.
using Moment = std::pair<base::Stage, bool>;

}  // namespace

void check_rules(std::span<const RuleDraft> rules, document::Diagnostics& sink) {
  // What an error left out of a rule (a condition, a window) makes it look wider than it is meant.
  const bool all_read = !sink.failed();
  std::map<std::string_view, const RuleDraft*> by_name;
  std::map<Moment, const RuleDraft*> closing;
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
    if (!draft.stage || !all_read) continue;
    const auto before = closing.find({*draft.stage, draft.rule.early});
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
      closing.emplace(Moment{*draft.stage, draft.rule.early}, &draft);
    }
  }
}

void check_offer(const RuleDraft& draft, const Scenario& scenario, document::Diagnostics& sink) {
  const auto& profile = scenario.profile;
  const bool auth = !profile.auth.mechanisms.empty();
  if (draft.stage == base::Stage::auth && !auth) {
    sink.warning(
        draft.node->place,
        "no AUTH is offered here, so few clients meet this rule",
        "add \"AUTH PLAIN LOGIN\" to extensions of [server]"
    );
  }
  if (draft.stage == base::Stage::starttls && profile.starttls == smtp::StartTls::never) {
    sink.warning(
        draft.node->place,
        "no STARTTLS is offered here, so this rule is for listeners that do TLS",
        "add \"STARTTLS\" to extensions of [server]"
    );
  }
  const auto* user = draft.match == nullptr ? nullptr : draft.match->find("auth_user");
  if (user != nullptr && !auth && scenario.xclient_from.empty()) {
    sink.warning(
        user->place,
        "'auth_user' never matches: AUTH is not offered",
        "add \"AUTH PLAIN LOGIN\" to extensions of [server]"
    );
  }
}

}  // namespace scenario
