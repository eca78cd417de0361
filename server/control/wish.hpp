// A receiver as somebody asks for it: the keys of a PUT body and of a [receivers.NAME] table, read
// by one table, so that both are checked alike and every mistake is found at once. Reads only;
// fleet.hpp grants wishes. Pure but for the sink and the look-up of scenarios; any thread with its
// own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/ports.hpp"
#include "control/source.hpp"
#include "document/diagnostics.hpp"
#include "document/node.hpp"
#include "document/table.hpp"
#include "scenario/model.hpp"

namespace control {

// The receiver that a program starts with; its listeners are shared unless it is said otherwise.
inline constexpr std::string_view kDefaultReceiver = "default";

struct Wish {
  static constexpr std::size_t kMostListeners = 100;
  static constexpr std::size_t kMostDomains = 1000;

  std::string name;
  Source source{};
  std::optional<std::uint64_t> seed{};
  scenario::ScenarioPtr scenario{};  // of these two
  // Recipient domains in lower case, "a.test" or "*.a.test". nullopt: as they are.
  std::optional<std::vector<std::string>> domains{};
  // nullopt: as they are; a new receiver without domains gets one on any free port of 127.0.0.1.
  std::optional<std::vector<Wished>> listeners{};
};

struct WishTerms {
  FindScenario find_scenario;
  bool open = false;  // listeners may be reachable from other machines
};

// One receiver's table. nullopt: an error went to `sink`, or, about the text of a scenario that
// does not stand in this document, to `elsewhere`; warnings go there too. `name` must be a plain
// one. `where` is how messages call the table.
[[nodiscard]] std::optional<Wish> read_wish(
    const document::Node& table,
    std::string name,
    std::string_view where,
    const WishTerms& terms,
    document::Diagnostics& sink,
    std::vector<base::Diagnostic>& elsewhere
);

// What the rows write to.
struct WishDraft {
  bool open = false;
  bool shared = false;                       // unless a listener says otherwise
  const document::Node* scenario = nullptr;  // a string or a table
  const document::Node* toml = nullptr;      // a string
  std::optional<std::uint64_t> seed{};
  std::optional<std::vector<std::string>> domains{};
  std::optional<std::vector<Wished>> listeners{};
};

// THE TABLE of the keys.
[[nodiscard]] std::span<const document::Row<WishDraft>> wish_keys();

}  // namespace control
