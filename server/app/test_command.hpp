// `failmx test`: starts what runs, runs a command against it, and judges what the command sent. The
// verdict is the exit status. Main thread; blocks.
#pragma once

#include <ostream>

#include "app/cli.hpp"

namespace app {

// `out` gets the report, `err` everything else that is said; the command has both as they are.
[[nodiscard]] int test(const Test& options, std::ostream& out, std::ostream& err);

}  // namespace app
