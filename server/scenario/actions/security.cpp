// Actions about what is offered and how a handshake goes: tls, alert, withhold.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "document/read.hpp"
#include "scenario/actions.hpp"
#include "scenario/keys.hpp"

namespace scenario::actions_of {

namespace {

using document::Node;

// False: the rule is at another stage, which has been reported.
bool is_at(base::Stage stage, const Node& value, std::string_view what, Build& build) {
  if (!build.stage || build.stage == stage) return true;
  build.sink.error(
      value.place,
      fmt::format("'{}' has no meaning at {}", what, base::name_of(*build.stage)),
      fmt::format("it is for rules at {}", base::name_of(stage))
  );
  return false;
}

bool is_reply(const Step& step) {
  return step.kind == Step::Kind::reply || step.kind == Step::Kind::healthy_reply;
}

bool is_await(const Step& step) {
  return step.kind == Step::Kind::op && step.op.kind == wire::Op::Kind::await;
}

// The client begins at once, so its octets are awaited from the reply on, whatever comes between.
void await_handshake(std::vector<Step>& steps) {
  const auto reply = std::find_if(steps.begin(), steps.end(), is_reply);
  if (std::any_of(reply, steps.end(), is_await)) return;
  steps.insert(reply + 1, Step{.kind = Step::Kind::op, .op = {.kind = wire::Op::Kind::await}});
}

std::optional<std::uint8_t> want_alert(const Node& value, document::Diagnostics& sink) {
  std::array<std::string_view, wire::kAlerts.size()> names;
  std::transform(
      wire::kAlerts.begin(),
      wire::kAlerts.end(),
      names.begin(),
      [](const wire::AlertRow& row) { return row.name; }
  );
  const auto index = document::want_word(value, "alert", names, sink);
  if (!index) return std::nullopt;
  return wire::kAlerts[*index].number;
}

}  // namespace

void tls(const Node& value, Build& build) {
  if (!is_at(base::Stage::starttls, value, "tls", build)) return;
  auto handshake = read_handshake(value, build.scenario.handshake, build.sink);
  if (!handshake) return;
  const auto& steps = build.rule.steps;
  const bool again = std::any_of(steps.begin(), steps.end(), [](const Step& step) {
    return step.kind == Step::Kind::handshake;
  });
  if (again) {
    build.sink.error(
        value.place, "'tls' stands twice in one rule", "put all keys of the handshake into one"
    );
    return;
  }
  build.rule.steps.push_back({.kind = Step::Kind::handshake, .handshake = std::move(*handshake)});
}

void alert(const Node& value, Build& build) {
  build.ending = &value;
  if (!is_at(base::Stage::starttls, value, "alert", build)) return;
  const auto number = want_alert(value, build.sink);
  if (!number) return;
  auto& steps = build.rule.steps;
  if (!build.replied) {
    build.replied = true;
    steps.push_back({.kind = Step::Kind::healthy_reply});
  }
  if (!may_accept(build.rule)) {
    build.sink.error(
        value.place,
        "no handshake follows a refusal, so no alert can end it",
        "accept with 220, or leave out the reply"
    );
    return;
  }
  await_handshake(steps);
  build.add({.kind = wire::Op::Kind::say, .text = wire::alert_record(*number)});
  build.add({.kind = wire::Op::Kind::close});
}

void withhold(const Node& value, Build& build) {
  if (!is_at(base::Stage::ehlo, value, "withhold", build)) return;
  for (const Node& item : document::one_or_many(value)) {
    const auto text = document::want_string(item, "withhold", build.sink);
    if (!text) continue;
    Node upper = item;
    upper.text = base::to_upper(*text);
    const auto index = document::want_word(upper, "withhold", extension_keywords(), build.sink);
    if (!index) continue;
    const auto keyword = extension_keywords()[*index];
    if (!is_offered(build.scenario.profile, keyword)) {
      build.sink.warning(
          item.place, fmt::format("{} is not offered, so there is nothing to withhold", keyword)
      );
    }
    build.rule.steps.push_back({.kind = Step::Kind::withhold, .text = std::string(keyword)});
  }
}

}  // namespace scenario::actions_of
