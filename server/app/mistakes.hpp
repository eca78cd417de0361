// Values of options that are wrong, gathered: CLI11 gives up at the first, and does not tell the
// command line from the environment. Main thread.
#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace app {

struct Mistake {
  const CLI::Option* option;
  std::string what;
};

using Mistakes = std::vector<Mistake>;

// From now on what a validator of any command refuses is added to `mistakes`, which must outlive
// the parsing, and parsing goes on.
void collect(CLI::App& app, Mistakes& mistakes);

// One line for each of the command that `app` has found in the arguments, with where the value came
// from: the option, or its environment variable. The environment is read for all commands.
[[nodiscard]] std::vector<std::string> told(
    const Mistakes& mistakes, const CLI::App& app, const std::vector<std::string>& arguments
);

}  // namespace app
