// `failmx serve`: starts what runs (running.hpp), says that it is ready, waits for a signal, and
// takes everything down in order. Main thread; blocks.
#pragma once

#include <ostream>

#include "app/cli.hpp"

namespace app {

// The exit status. `out` gets the ready line, `err` diagnostics; the log goes to standard error.
[[nodiscard]] int serve(const Serve& options, std::ostream& out, std::ostream& err);

}  // namespace app
