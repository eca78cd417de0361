// The small arithmetic of a scenario: windows, phases, the index of rules.
#include "scenario/model.hpp"

#include <array>

namespace scenario {

std::string_view name_of(Key key) {
  switch (key) {
    case Key::delivery: return "delivery";
    case Key::recipient: return "recipient";
    case Key::recipient_domain: return "recipient_domain";
    case Key::sender: return "sender";
    case Key::sender_domain: return "sender_domain";
    case Key::client: return "client";
    case Key::client_24: return "client/24";
    case Key::connection: return "connection";
    case Key::receiver: return "receiver";
  }
  return "";
}

bool Window::contains(base::Duration t) const {
  if (every) t = t % *every;
  return t >= from && (!until || t < *until);
}

std::optional<base::Duration> Window::left(base::Duration t) const {
  if (every) {
    t = t % *every;
    // From the start of the period, and to no earlier end than the next: it never closes.
    if (!until && from == base::Duration{0}) return std::nullopt;
    return until.value_or(*every) - t;
  }
  if (!until) return std::nullopt;
  return *until - t;
}

void index_rules(Scenario& scenario) {
  for (auto& indexes : scenario.rules_at) indexes.clear();
  for (std::size_t i = 0; i < scenario.rules.size(); ++i) {
    Rule& rule = scenario.rules[i];
    if (rule.id == 0) rule.id = i + 1;
    scenario.rules_at[static_cast<std::size_t>(rule.stage)].push_back(i);
  }
}

PhaseAt phase_at(const Scenario& scenario, base::Duration t) {
  PhaseAt at;
  for (; at.index < scenario.phases.size(); ++at.index) {
    const auto& lasts = scenario.phases[at.index].lasts;
    const bool last = at.index + 1 == scenario.phases.size();
    if (last || !lasts) return at;
    if (t < at.began + *lasts) {
      at.ends = at.began + *lasts;
      return at;
    }
    at.began += *lasts;
  }
  return at;
}

}  // namespace scenario
