// What the user is told about a command line that cannot be understood: what was wrong, what may
// have been meant, and where to read on. Main thread.
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "app/cli.hpp"

namespace app {

// `app` has tried to parse `arguments` (without the program's name) and failed with `error`.
[[nodiscard]] CommandLine bad_usage(
    const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& arguments
);

// The same for arguments that are fine one by one; `what` is wrong with them together.
[[nodiscard]] CommandLine bad_usage(const CLI::App& app, const std::string& what);

}  // namespace app
