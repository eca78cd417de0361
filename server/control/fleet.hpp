// The receivers of this process as they were asked for: makes and changes them, each wish wholly or
// not at all. Knows no HTTP: the program's start and the API make the same wishes.
// Not thread-safe: used before the control thread starts, and then by that thread alone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "control/ports.hpp"
#include "journal/journal.hpp"
#include "receiver/registry.hpp"
#include "scenario/model.hpp"

namespace control {

// A scenario as a text.
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

struct Wish {
  std::string name;
  Source source{};
  std::optional<std::uint64_t> seed{};
  // nullopt: as they are; a new receiver gets one on any free port of 127.0.0.1.
  std::optional<std::vector<std::string>> listeners{};
};

// Why a wish was not granted. Nothing has changed then.
struct Refusal {
  enum class Why : std::uint8_t { scenario, listener, limit };
  Why why = Why::scenario;
  std::vector<base::Diagnostic> diagnostics{};  // scenario: all of them, warnings too
  base::Error error{};                          // otherwise
};

class Fleet {
 public:
  static constexpr std::size_t kMostReceivers = 1000;
  static constexpr std::size_t kMostListeners = 100;  // per receiver

  Fleet(
      receiver::Registry& registry,
      journal::Journal& journal,
      Ports& ports,
      base::TimePoint run_start
  )
      : registry_(registry), journal_(journal), ports_(ports), run_start_(run_start) {}

  // Makes the receiver or changes it; the scenario's warnings when it is in force and its ports
  // accept. The scenario it already has starts nothing anew.
  [[nodiscard]] tl::expected<std::vector<base::Diagnostic>, Refusal> put(
      const Wish& wish, base::TimePoint now
  );

  [[nodiscard]] std::vector<Port> ports_of(std::string_view receiver) const {
    return ports_.bound(receiver);
  }

 private:
  struct InForce {
    Source source;
    std::optional<std::uint64_t> seed;

    bool operator==(const InForce&) const = default;
  };

  receiver::Registry& registry_;
  journal::Journal& journal_;
  Ports& ports_;
  const base::TimePoint run_start_;
  std::map<std::string, InForce, std::less<>> in_force_;
};

}  // namespace control
