// What the user is told about a command line that cannot be understood: what was wrong, what may
// have been meant, and where to read on. Main thread.
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "app/cli.hpp"
#include "app/mistakes.hpp"

namespace app {

// `app` has tried to parse `arguments` (without the program's name) and failed with `error`, beside
// the mistakes.
[[nodiscard]] CommandLine bad_usage(
    const CLI::App& app,
    const CLI::ParseError& error,
    const std::vector<std::string>& arguments,
    const Mistakes& mistakes
);

// The same for what was found otherwise, one line each.
[[nodiscard]] CommandLine bad_usage(const CLI::App& app, const std::vector<std::string>& what);

}  // namespace app
