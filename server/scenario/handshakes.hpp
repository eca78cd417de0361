// The handshakes that a scenario may come to, so that what they need can be made before a client
// waits for it. Pure.
#pragma once

#include <vector>

#include "scenario/model.hpp"
#include "wire/handshake.hpp"

namespace scenario {

// Of the server, and of each rule that changes it; one may come twice.
[[nodiscard]] std::vector<wire::Handshake> handshakes_of(const Scenario& scenario);
[[nodiscard]] std::vector<wire::Handshake> handshakes_of(const Rule& rule);

}  // namespace scenario
