// The keys of a scenario document, table by table, and what is read from each. Loader, JSON Schema
// and printed reference share these rows. Internal to this folder. Drafts point into the document
// being loaded and live no longer than it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/stage.hpp"
#include "document/table.hpp"
#include "scenario/match.hpp"
#include "scenario/model.hpp"

namespace scenario {

// The whole document. Tables that need others to be read first are kept as nodes.
struct Draft {
  Scenario scenario{};
  const document::Node* phases = nullptr;
  const document::Node* rules = nullptr;
  const document::Node* expect = nullptr;
};

struct PhaseDraft {
  Phase phase{};
  const document::Node* name = nullptr;
  const document::Node* lasts = nullptr;
};

// Most keys of a rule depend on its stage, so they are read after it.
struct RuleDraft {
  Rule rule{};
  std::optional<base::Stage> stage{};
  std::optional<std::uint64_t> next{};
  const document::Node* node = nullptr;
  const document::Node* name = nullptr;
  const document::Node* during = nullptr;
  const document::Node* match = nullptr;
  const document::Node* per = nullptr;
  const document::Node* times = nullptr;
  const document::Node* next_node = nullptr;
  const document::Node* until = nullptr;
  const document::Node* every = nullptr;
  const document::Node* list = nullptr;  // do
};

struct MatchDraft {
  Match match{};
  std::optional<base::Stage> stage{};
};

struct Pieces {
  std::uint32_t bytes = 1;
  wire::Dist every{std::chrono::milliseconds(10), std::chrono::milliseconds(10)};
};

[[nodiscard]] std::span<const document::Row<Draft>> scenario_keys();
[[nodiscard]] std::span<const std::string_view> unsupported_scenario_keys();
[[nodiscard]] std::span<const document::Row<Scenario>> server_keys();
[[nodiscard]] std::span<const std::string_view> unsupported_server_keys();
[[nodiscard]] std::span<const document::Row<Scenario>> time_keys();
[[nodiscard]] std::span<const document::Row<Scenario>> delivery_keys();
[[nodiscard]] std::span<const document::Row<PhaseDraft>> phase_keys();
[[nodiscard]] std::span<const document::Row<RuleDraft>> rule_keys();
[[nodiscard]] std::span<const document::Row<MatchDraft>> match_keys();
[[nodiscard]] std::span<const document::Row<Pieces>> pieces_keys();  // actions/pace.cpp

// A row without its reader, for whoever prints the tables.
struct KeyDoc {
  std::string_view name;
  std::string_view form;
  std::string_view schema;
  std::string_view doc;
  bool required = false;
};

struct KeyGroup {
  std::string_view title;  // "[server]"
  std::string_view def;  // its name among the definitions of the schema; empty: the document itself
  std::vector<KeyDoc> keys;
};

// Every table of the format, the document first. reference.cpp
[[nodiscard]] std::vector<KeyGroup> key_groups();

// load_rule.cpp: the rule at `node`, the `number`-th of its file (from 1).
[[nodiscard]] RuleDraft read_rule(
    const document::Node& node,
    std::size_t number,
    std::span<const Phase> phases,
    document::Diagnostics& sink
);

// load_match.cpp
[[nodiscard]] Match read_match(
    const document::Node& node, std::optional<base::Stage> stage, document::Diagnostics& sink
);

// lint.cpp: what is wrong or odd between rules. Rules are in file order.
void check_rules(std::span<const RuleDraft> rules, document::Diagnostics& sink);

}  // namespace scenario
