// From the body of PUT /v1/receivers/{name} to a wish, with everything that is wrong with it at
// once. Called from the control thread alone.
#pragma once

#include <string_view>

#include "control/api/api.hpp"

namespace control::api {

// Where in the body an inline scenario stands: what the pointers of its diagnostics begin with.
inline constexpr std::string_view kScenarioPlace = "/scenario";

// Changes nothing. The receiver's name is the call's first variable.
[[nodiscard]] Answer<Wish> wish_of(Api& api, const Call& call);

}  // namespace control::api
