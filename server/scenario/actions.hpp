// The actions of a rule: one row each, with its form, what it does, and how it becomes steps of the
// rule. To add one: a function in actions/, a row in actions.cpp, a test. A table and its readers
// only; what the steps do at run time is act.cpp's.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/stage.hpp"
#include "document/diagnostics.hpp"
#include "document/node.hpp"
#include "scenario/model.hpp"

namespace scenario {

// A rule that decides ends the search for rules; one that only adds lets it go on.
enum class Effect : std::uint8_t { adds, decides };

// Where the action may be written: in `do` only, or at the rule as well.
enum class Shorthand : std::uint8_t { no, yes };

// The rule being compiled, and what its steps so far imply for the next.
struct Build {
  Rule& rule;
  const Scenario& scenario;          // all but its rules and expectations
  std::optional<base::Stage> stage;  // nullopt: `at` was wrong, which has been reported
  document::Diagnostics& sink;
  bool replied = false;                    // a reply was said (reply, replies, healthy)
  bool said = false;                       // text
  bool cut = false;                        // truncate
  bool accepts = false;                    // accept = true or false
  bool stays_open = false;                 // close = false
  const document::Node* ending = nullptr;  // close, reset, stall, half_close, alert
  // At starttls: what follows the reply, and so keeps the handshake from beginning.
  const document::Member* behind_reply = nullptr;

  void add(wire::Op op) { rule.steps.push_back({.kind = Step::Kind::op, .op = std::move(op)}); }
};

struct ActionRow {
  std::string_view name;
  std::string_view form;
  std::string_view schema;  // JSON Schema of the value
  Effect effect;
  Shorthand shorthand;
  std::string_view doc;
  void (*compile)(const document::Node& value, Build& build);
};

[[nodiscard]] std::span<const ActionRow> actions();

// Actions of the format that this version does not have.
[[nodiscard]] std::span<const std::string_view> unsupported_actions();

// Whether the rule as far as it is compiled may let the protocol go on as after a healthy reply.
[[nodiscard]] bool may_accept(const Rule& rule);

// A switch that only `true` makes sense for; anything else is reported.
[[nodiscard]] bool want_true(const document::Node& value, std::string_view what, Build& build);

// One action by its name, with the checks all share (nothing may follow an ending). An unknown one
// is reported at the key of `member`.
void compile_action(const document::Member& member, Build& build);

// After it nothing more is said on the connection.
[[nodiscard]] bool is_ending(wire::Op::Kind kind);

// After the last action: adds what is implied (the healthy reply of a bare accept or truncate,
// truncate's close) and reports a rule that does nothing. `place` is the rule's.
void finish_actions(const document::Place& place, Build& build);

namespace actions_of {

// actions/reply.cpp
void reply(const document::Node& value, Build& build);
void replies(const document::Node& value, Build& build);
void healthy(const document::Node& value, Build& build);
void accept(const document::Node& value, Build& build);
void note(const document::Node& value, Build& build);

// actions/pace.cpp
void delay(const document::Node& value, Build& build);
void drip(const document::Node& value, Build& build);
void slow_read(const document::Node& value, Build& build);
void truncate(const document::Node& value, Build& build);
void garbage(const document::Node& value, Build& build);

// actions/raw.cpp
void text(const document::Node& value, Build& build);
void await_input(const document::Node& value, Build& build);

// actions/security.cpp
void tls(const document::Node& value, Build& build);
void alert(const document::Node& value, Build& build);
void withhold(const document::Node& value, Build& build);

// actions/ending.cpp
void close(const document::Node& value, Build& build);
void half_close(const document::Node& value, Build& build);
void reset(const document::Node& value, Build& build);
void stall(const document::Node& value, Build& build);

}  // namespace actions_of

}  // namespace scenario
