// The file of --config: receivers, declared in TOML with the keys of PUT /v1/receivers/{name}, and
// where the program listens. Read and checked whole, with every mistake at its place; nothing is
// started here. Main thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/catalogue.hpp"
#include "base/result.hpp"
#include "control/wish.hpp"

namespace app {

struct Config {
  std::optional<std::string> smtp{};  // ADDR:PORT, as --smtp and --http
  std::optional<std::string> http{};
  Catalogue scenarios;                     // the shipped ones, and those of the folder
  std::vector<control::Wish> receivers{};  // in the order of the file
};

struct ConfigTerms {
  std::string scenarios{};  // --scenarios: instead of the folder that the file names
  bool open = false;        // listeners may be reachable from other machines
};

// `path` is what diagnostics call the file, and what its relative paths start from. Warnings are
// among the diagnostics.
[[nodiscard]] base::Loaded<Config> read_config(
    std::string_view text, const std::string& path, const ConfigTerms& terms
);

// The keys of the file, for `failmx help config`.
[[nodiscard]] std::string config_reference();

}  // namespace app
