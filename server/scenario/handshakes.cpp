#include "scenario/handshakes.hpp"

namespace scenario {

std::vector<wire::Handshake> handshakes_of(const Rule& rule) {
  std::vector<wire::Handshake> found;
  for (const Step& step : rule.steps) {
    if (step.kind == Step::Kind::handshake) found.push_back(step.handshake);
  }
  return found;
}

std::vector<wire::Handshake> handshakes_of(const Scenario& scenario) {
  std::vector<wire::Handshake> found{scenario.handshake};
  for (const Rule& rule : scenario.rules) {
    const auto more = handshakes_of(rule);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

}  // namespace scenario
