#include "receiver/opinion.hpp"

#include <algorithm>
#include <utility>

#include "base/random.hpp"
#include "scenario/actions.hpp"

namespace receiver {

namespace {

using wire::Op;

bool is_say(const Op& op) {
  return op.kind == Op::Kind::say;
}

// Leaves the operations and notes of the adding rules: they come before those of the deciding one.
void withdraw(Opinion& opinion) {
  opinion.decision.fired.pop_back();
  opinion.decides = false;
  std::size_t ops = 0;
  std::size_t notes = 0;
  for (const auto& fired : opinion.decision.fired) {
    for (const auto& step : fired.rule->steps) {
      if (step.kind == scenario::Step::Kind::op) ++ops;
      if (step.kind == scenario::Step::Kind::note) ++notes;
    }
  }
  opinion.action.plan.ops.resize(ops);
  opinion.action.notes.resize(notes);
}

// Leaves what happens before the reply.
void keep_prelude(scenario::Action& action) {
  auto& ops = action.plan.ops;
  ops.erase(std::find_if(ops.begin(), ops.end(), is_say), ops.end());
}

std::optional<std::size_t> decider_of(const std::vector<Opinion>& opinions) {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < opinions.size(); ++i) {
    if (!opinions[i].decides) continue;
    if (!opinions[i].action.positive) return i;
    if (!first) first = i;
  }
  return first;
}

scenario::Action healthy(const smtp::Reply& normal) {
  scenario::Action action;
  action.plan.ops.push_back({.kind = Op::Kind::say, .text = normal.wire});
  if (normal.positive()) action.plan.commit = 0;
  action.reply = normal;
  action.positive = normal.positive();
  return action;
}

}  // namespace

bool let_through(Opinion& opinion) {
  if (!opinion.decides) {
    keep_prelude(opinion.action);
    return true;
  }
  const auto& ops = opinion.action.plan.ops;
  const bool ends = std::any_of(ops.begin(), ops.end(), [](const Op& op) {
    return scenario::is_ending(op.kind);
  });
  if (!opinion.action.positive || ends) return false;
  keep_prelude(opinion.action);
  opinion.decides = false;
  return true;
}

Agreement agree(std::vector<Opinion>& opinions, const smtp::Reply& normal) {
  Agreement agreement{.action = healthy(normal), .decider = decider_of(opinions)};
  auto& action = agreement.action;
  std::uint64_t draw = 0;
  std::vector<Op> before;
  for (std::size_t i = 0; i < opinions.size(); ++i) {
    auto& opinion = opinions[i];
    draw = draw == 0 ? opinion.action.draw : base::mix64(draw ^ opinion.action.draw);
    if (i == agreement.decider) {
      action = opinion.action;
      continue;
    }
    if (opinion.action.handshake) action.handshake = opinion.action.handshake;
    if (opinion.decides) {
      withdraw(opinion);
    } else {
      keep_prelude(opinion.action);
    }
    const auto& ops = opinion.action.plan.ops;
    before.insert(before.end(), ops.begin(), ops.end());
  }
  auto& plan = action.plan;
  if (plan.accepts()) plan.commit += before.size();
  plan.ops.insert(plan.ops.begin(), before.begin(), before.end());
  action.draw = draw;
  return agreement;
}

}  // namespace receiver
