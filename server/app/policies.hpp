// The shipped policies, parsed. Pure; any thread.
#pragma once

#include "shipped/shipped.hpp"
#include "verify/expectation.hpp"

namespace app {

// `file` is one of shipped::policies(), which are in order: a test sees to it.
[[nodiscard]] verify::Policy policy_of(const shipped::File& file);

}  // namespace app
