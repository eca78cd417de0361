// A scenario document (TOML text or JSON) to a Scenario, with every error and warning at once.
// Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "document/diagnostics.hpp"
#include "document/node.hpp"
#include "scenario/model.hpp"

namespace scenario {

// `file` is what diagnostics call the document. Seed and phases are as written; a missing name is
// the file's stem.
[[nodiscard]] base::Loaded<Scenario> load_toml(std::string_view text, std::string_view file);
[[nodiscard]] base::Loaded<Scenario> load_json(std::string_view text, std::string_view name);

// A scenario inside a larger document that was parsed already; places stay those of that document.
// Errors go to `sink`; nullopt if there was one.
[[nodiscard]] std::optional<Scenario> load_node(
    const document::Node& root, std::string_view default_name, document::Diagnostics& sink
);

// One rule to be put in front of those of `scenario`: an element of [[rule]], with the phases of
// `scenario`, and a name that none of its rules has. Errors and warnings go to `sink`; nullopt if
// there was an error. `fallback` names a rule that does not say its own. Rule::id is left 0.
[[nodiscard]] std::optional<Rule> load_rule(
    const document::Node& node,
    const Scenario& scenario,
    std::string_view fallback,
    document::Diagnostics& sink
);

// `scenario` with these rules in front of its own, in their order. All must have an id.
[[nodiscard]] Scenario with_rules(const Scenario& scenario, std::vector<Rule> front);

// A JSON Schema (draft 2020-12) of the format, made from the same tables as the loader.
[[nodiscard]] std::string json_schema();

}  // namespace scenario
