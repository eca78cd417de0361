// `failmx health`: asks a running program whether it is fit for use, for a container's health
// check. Blocks no longer than its timeout. Main thread.
#pragma once

#include <ostream>

#include "app/cli.hpp"

namespace app {

// Says in one line what it has found. Returns kDone if it is ready, kFailed if not, kBadUsage if
// the URL is none.
[[nodiscard]] int health(const Health& options, std::ostream& out, std::ostream& err);

}  // namespace app
