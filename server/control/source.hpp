// The text of a scenario or a policy, and what it is called: what is looked up by name, kept, and
// compared; a text is parsed when it is used. Values only, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "scenario/model.hpp"

namespace control {

struct Source {
  enum class Format : std::uint8_t { toml, json };
  Format format = Format::toml;
  std::string file;  // what diagnostics call it
  std::string text;
  std::string name{};  // of a scenario that does not say its own; empty: as the file is called

  bool operator==(const Source&) const = default;
};

// The text of a known scenario.
using FindScenario = std::function<base::Result<Source>(std::string_view name)>;

// The text of a known policy.
using FindPolicy = std::function<base::Result<Source>(std::string_view name)>;

// The scenario of a source, with `seed` instead of its own if there is one.
[[nodiscard]] base::Loaded<scenario::ScenarioPtr> load(
    const Source& source, std::optional<std::uint64_t> seed
);

}  // namespace control
