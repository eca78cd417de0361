// Steps of the rules that fired, made into one plan: see decide.hpp. The plan is what the player
// runs; nothing after this knows which action an operation came from.
#include <algorithm>

#include "base/random.hpp"
#include "scenario/actions.hpp"
#include "scenario/decide.hpp"
#include "scenario/template.hpp"

namespace scenario {

namespace {

class Planner {
 public:
  Planner(
      const smtp::Reply& normal,
      const Placeholders& values,
      std::optional<base::Duration> retry_after,
      double wire_scale
  )
      : normal_(normal), values_(values), retry_after_(retry_after), wire_scale_(wire_scale) {}

  void add(const Fired& fired) {
    // An explicit accept replaces what the reply itself would mean, wherever in the rule it stands.
    const auto& steps = fired.rule->steps;
    explicit_ = std::any_of(steps.begin(), steps.end(), [](const Step& step) {
      return step.kind == Step::Kind::accept;
    });
    for (const Step& step : steps) perform(step, fired.firing);
  }

  void say(smtp::Reply reply) {
    if (!explicit_ && reply.positive()) commit();
    action_.plan.ops.push_back({.kind = wire::Op::Kind::say, .text = reply.wire});
    action_.reply = std::move(reply);
  }

  void close() { action_.plan.ops.push_back({.kind = wire::Op::Kind::close}); }

  [[nodiscard]] bool ends() const {
    const auto& ops = action_.plan.ops;
    return std::any_of(ops.begin(), ops.end(), [](const wire::Op& op) {
      return is_ending(op.kind);
    });
  }

  [[nodiscard]] std::uint16_t code() const { return action_.reply.code; }

  [[nodiscard]] Action take() {
    action_.positive = action_.reply.code != 0 ? action_.reply.positive() : action_.plan.accepts();
    return std::move(action_);
  }

  void use_draw(std::uint64_t draw) { action_.draw = draw; }

 private:
  // The message is stored, or the state advances, before the next operation.
  void commit() {
    if (!action_.plan.accepts()) action_.plan.commit = action_.plan.ops.size();
  }

  void perform(const Step& step, std::uint64_t firing) {
    switch (step.kind) {
      case Step::Kind::op: action_.plan.ops.push_back(on_the_wire(step.op)); return;
      case Step::Kind::reply:
        say(filled(step.replies[std::min<std::size_t>(firing, step.replies.size() - 1)]));
        return;
      case Step::Kind::healthy_reply: say(normal_); return;
      case Step::Kind::accept:
        if (step.flag) commit();
        return;
      case Step::Kind::note:
        action_.notes.push_back(fill_template(step.text, values_, retry_after_));
        return;
      case Step::Kind::withhold: action_.withheld.push_back(step.text); return;
      case Step::Kind::handshake: action_.handshake = step.handshake; return;
    }
  }

  [[nodiscard]] smtp::Reply filled(const smtp::Reply& reply) const {
    if (reply.wire.find_first_of("{}") == std::string::npos) return reply;
    return {reply.code, reply.enhanced, fill_template(reply.wire, values_, retry_after_)};
  }

  [[nodiscard]] wire::Op on_the_wire(wire::Op op) const {
    if (wire_scale_ == 1.0) return op;
    op.time.lo = scaled(op.time.lo);
    op.time.hi = scaled(op.time.hi);
    return op;
  }

  [[nodiscard]] base::Duration scaled(base::Duration time) const {
    return base::Duration{
        static_cast<base::Duration::rep>(static_cast<double>(time.count()) / wire_scale_)};
  }

  const smtp::Reply& normal_;
  const Placeholders& values_;
  const std::optional<base::Duration> retry_after_;
  const double wire_scale_;
  bool explicit_ = false;
  Action action_;
};

}  // namespace

Action act(
    const Decision& decision,
    const smtp::Reply& normal,
    base::Stage,
    const Placeholders& values,
    double wire_scale
) {
  Planner planner(normal, values, decision.retry_after, wire_scale);
  std::uint64_t draw = 0;
  for (const Fired& fired : decision.fired) {
    planner.add(fired);
    draw = draw == 0 ? fired.draw : base::mix64(draw ^ fired.draw);
  }
  planner.use_draw(draw);
  const Fired* deciding = decision.deciding();
  if (deciding == nullptr) {
    planner.say(normal);
  } else if (planner.code() == 421 && deciding->rule->close_after_421 && !planner.ends()) {
    planner.close();
  }
  return planner.take();
}

}  // namespace scenario
