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
  const document::Node* early = nullptr;
  const document::Node* every = nullptr;
  const document::Node* list = nullptr;  // do
};

struct MatchDraft {
  Match match{};
  std::optional<base::Stage> stage{};
};

// [server.tls]: how handshakes go, and whether mail is taken without one.
struct TlsDraft {
  wire::Handshake handshake{};
  bool required = false;
};

struct Pieces {
  std::uint32_t bytes = 1;
  wire::Dist every{std::chrono::milliseconds(10), std::chrono::milliseconds(10)};
};

[[nodiscard]] std::span<const document::Row<Draft>> scenario_keys();
[[nodiscard]] std::span<const std::string_view> unsupported_scenario_keys();
[[nodiscard]] std::span<const document::Row<Scenario>> server_keys();
[[nodiscard]] std::span<const std::string_view> unsupported_server_keys();
[[nodiscard]] std::span<const document::Row<smtp::Authentication>> auth_keys(
);  // load_security.cpp
[[nodiscard]] std::span<const document::Row<TlsDraft>> server_tls_keys();
[[nodiscard]] std::span<const document::Row<TlsDraft>> tls_keys();  // those a rule may change
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

// load_server.cpp: [server], and what does not go together in it.
void read_server(const document::Node& node, Scenario& scenario, document::Diagnostics& sink);

// load_extensions.cpp: the keywords of EHLO that a scenario may name, in upper case.
[[nodiscard]] std::span<const std::string_view> extension_keywords();
[[nodiscard]] bool is_offered(const smtp::Profile& profile, std::string_view keyword);
void read_extensions(
    const document::Node& value, smtp::Profile& profile, document::Diagnostics& sink
);

// load_security.cpp: [server.auth] and [server.tls].
void read_auth(const document::Node& value, Scenario& scenario, document::Diagnostics& sink);
void read_server_tls(const document::Node& value, Scenario& scenario, document::Diagnostics& sink);

// A table of tls_keys() over `handshake`; nullopt: reported.
[[nodiscard]] std::optional<wire::Handshake> read_handshake(
    const document::Node& value, const wire::Handshake& handshake, document::Diagnostics& sink
);

// load_rule.cpp: the rule at `node`, the `number`-th of its file (from 1). Of the scenario all but
// its rules and expectations has been read.
[[nodiscard]] RuleDraft read_rule(
    const document::Node& node,
    std::size_t number,
    const Scenario& scenario,
    document::Diagnostics& sink
);

// load_steps.cpp: its actions, once its other keys have been read.
void compile_steps(RuleDraft& draft, const Scenario& scenario, document::Diagnostics& sink);

// load_match.cpp
[[nodiscard]] Match read_match(
    const document::Node& node, std::optional<base::Stage> stage, document::Diagnostics& sink
);

// lint.cpp: what is wrong or odd between rules. Rules are in file order.
void check_rules(std::span<const RuleDraft> rules, document::Diagnostics& sink);

// lint.cpp: warns of a rule that waits for what the scenario's server does not offer.
void check_offer(const RuleDraft& draft, const Scenario& scenario, document::Diagnostics& sink);

}  // namespace scenario
