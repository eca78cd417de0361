// `failmx verify`: the verdict on a running failmx, asked over HTTP, or on a journal file. The same
// output and exit statuses as `failmx test`. Main thread; blocks.
#pragma once

#include <ostream>

#include "app/cli.hpp"

namespace app {

[[nodiscard]] int verify(const Verify& options, std::ostream& out, std::ostream& err);

}  // namespace app
