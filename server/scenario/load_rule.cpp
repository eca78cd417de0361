// [[rule]]: keys to a Rule. The stage is read first, for most of the rest depends on it.
#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "document/write.hpp"
#include "scenario/actions.hpp"
#include "scenario/facts.hpp"
#include "scenario/keys.hpp"

namespace scenario {

namespace {

using document::Diagnostics;
using document::Kind;
using document::Need;
using document::Node;
using document::Row;

constexpr std::uint64_t kMostTimes = 1'000'000'000;

struct CounterKey {
  Key key;
  std::string_view name;
  Since since;
};

// What `per` may name.
constexpr std::array<CounterKey, 9> kCounterKeys{{
    {Key::delivery, "delivery", Since::rcpt},
    {Key::recipient, "recipient", Since::rcpt},
    {Key::recipient_domain, "recipient_domain", Since::rcpt},
    {Key::sender, "sender", Since::mail},
    {Key::sender_domain, "sender_domain", Since::mail},
    {Key::client, "client", Since::connect},
    {Key::client_24, "client/24", Since::connect},
    {Key::connection, "connection", Since::connect},
    {Key::receiver, "receiver", Since::connect},
}};

Key default_key(base::Stage stage) {
  if (stage > base::Stage::message) return Key::connection;
  if (stage >= base::Stage::rcpt) return Key::delivery;
  return stage == base::Stage::mail ? Key::sender : Key::client;
}

void read_at(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  const auto stage = document::want_word(value, "at", base::kStageNames, sink);
  if (!stage) return;
  draft.stage = static_cast<base::Stage>(*stage);
  draft.rule.stage = *draft.stage;
}

void read_name(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  if (auto name = document::want_name(value, "name", sink)) draft.rule.name = std::move(*name);
  draft.name = &value;
}

void read_times(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  draft.times = &value;
  draft.rule.times = document::want_integer(value, "times", 1, kMostTimes, sink);
}

void read_next(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  draft.next_node = &value;
  draft.next = document::want_integer(value, "next", 1, kMostTimes, sink);
}

void read_after(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  draft.rule.after = document::want_integer(value, "after", 0, kMostTimes, sink).value_or(0);
}

void read_chance(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  draft.rule.chance = document::want_number(value, "chance", 0, 1, sink).value_or(1);
}

void read_from(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  draft.rule.window.from = document::want_duration(value, "from", sink).value_or(base::Duration{0});
}

void read_until(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  draft.until = &value;
  draft.rule.window.until = document::want_duration(value, "until", sink);
}

void read_every(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  draft.every = &value;
  draft.rule.window.every = document::want_duration(value, "every", sink);
}

void read_early(const Node& value, RuleDraft& draft, Diagnostics& sink) {
  draft.early = &value;
  draft.rule.early = document::want_bool(value, "early", sink).value_or(false);
}

// Shorthand actions are compiled later, in their own order.
void read_later(const Node&, RuleDraft&, Diagnostics&) {}

constexpr std::string_view kDuration = R"({"$ref":"#/$defs/duration"})";
constexpr std::string_view kCount = R"({"type":"integer","minimum":1})";

// clang-format off
constexpr std::array kRuleKeys{
    Row<RuleDraft>{"name", "string", R"({"type":"string"})", "what the journal calls it; else rule-K by its place in the file", read_name},
    Row<RuleDraft>{"at", "stage", R"({"$ref":"#/$defs/stage"})", "the stage it acts at", read_at, Need::required},
    Row<RuleDraft>{"during", "phase, or list of phases", R"({"$ref":"#/$defs/strings"})", "only in these phases",
                   [](const Node& v, RuleDraft& d, Diagnostics&) { d.during = &v; }},
    Row<RuleDraft>{"match", "match table", R"({"$ref":"#/$defs/match"})", "only if all of this matches",
                   [](const Node& v, RuleDraft& d, Diagnostics&) { d.match = &v; }},
    Row<RuleDraft>{"times", "integer", kCount, "silent once it has fired so often for a key", read_times},
    Row<RuleDraft>{"after", "integer", R"({"type":"integer","minimum":0})", "the first so many of a key pass", read_after},
    Row<RuleDraft>{"next", "integer", kCount, "times, counted for the whole receiver: the next so many", read_next},
    Row<RuleDraft>{"per", "counter key", R"({"$ref":"#/$defs/per"})",
                   "what is counted by; default: client at connect to auth, sender at mail, delivery from rcpt, else connection",
                   [](const Node& v, RuleDraft& d, Diagnostics&) { d.per = &v; }},
    Row<RuleDraft>{"chance", "number", R"({"type":"number","minimum":0,"maximum":1})", "fires with this probability, drawn from seed, rule, key and n", read_chance},
    Row<RuleDraft>{"from", "duration", kDuration, "on the receiver clock: not before", read_from},
    Row<RuleDraft>{"until", "duration", kDuration, "on the receiver clock: no longer", read_until},
    Row<RuleDraft>{"every", "duration", kDuration, "from and until count within each period of this length", read_every},
    Row<RuleDraft>{"early", "true or false", R"({"type":"boolean"})", "at auth: true acts on the AUTH command itself, false once the credentials are complete; default false", read_early},
    Row<RuleDraft>{"delay", "duration, or [least, most]", R"({"$ref":"#/$defs/delay"})", "short for do = [{delay}, ...]", read_later},
    Row<RuleDraft>{"reply", "reply", R"({"$ref":"#/$defs/reply"})", "short for do = [{reply}, ...]", read_later},
    Row<RuleDraft>{"replies", "list of replies", R"({"type":"array","minItems":1,"items":{"$ref":"#/$defs/reply"}})", "short for do = [{replies}, ...]", read_later},
    Row<RuleDraft>{"close", "true or false", R"({"type":"boolean"})", "short for do = [..., {close}]", read_later},
    Row<RuleDraft>{"do", "list of actions", R"({"type":"array","minItems":1,"items":{"$ref":"#/$defs/action"}})", "actions in order, one key each",
                   [](const Node& v, RuleDraft& d, Diagnostics&) { d.list = &v; }},
};

// clang-format on

bool is_match_key(std::string_view key) {
  if (key.starts_with("header.") || key.starts_with("param.")) return true;
  const auto rows = match_keys();
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.name == key; });
}

// What can only be written inside do or match is the likeliest mistake here.
std::string rule_key_hint(std::string_view key) {
  if (key == "for") return "a rule ends with until = ...; phases have 'for'";
  const auto rows = actions();
  const bool is_action =
      std::any_of(rows.begin(), rows.end(), [&](const ActionRow& row) { return row.name == key; });
  std::string hint;
  if (is_action) hint = fmt::format("write do = [{{ {} = ... }}]", key);
  if (is_match_key(key)) {
    hint += hint.empty() ? "it belongs in " : ", or ";
    hint += fmt::format("match = {{ {} = ... }}", base::printable(key, 80));
  }
  return hint;
}

void resolve_during(RuleDraft& draft, std::span<const Phase> phases, Diagnostics& sink) {
  if (draft.during->is(Kind::list) && draft.during->items.empty()) {
    sink.error(draft.during->place, "'during' must not be an empty list");
  }
  std::vector<std::string_view> names;
  for (const auto& phase : phases) {
    if (!phase.name.empty()) names.push_back(phase.name);
  }
  for (const Node& item : document::one_or_many(*draft.during)) {
    const auto name = document::want_string(item, "during", sink);
    if (!name) continue;
    const auto found = std::find(names.begin(), names.end(), *name);
    if (found != names.end()) {
      draft.rule.during.push_back(static_cast<std::size_t>(found - names.begin()));
      continue;
    }
    const auto meant = name->size() < 64 ? base::nearest(*name, names) : std::nullopt;
    std::string hint = "the scenario has no phases";
    if (meant) {
      hint = fmt::format("did you mean '{}'?", *meant);
    } else if (!names.empty()) {
      hint = fmt::format("the phases are {}", fmt::join(names, ", "));
    }
    sink.error(
        item.place, fmt::format("unknown phase '{}'", base::printable(*name, 80)), std::move(hint)
    );
  }
}

void resolve_per(RuleDraft& draft, Diagnostics& sink) {
  std::array<std::string_view, kCounterKeys.size()> names;
  std::transform(kCounterKeys.begin(), kCounterKeys.end(), names.begin(), [](const auto& row) {
    return row.name;
  });
  const auto index = document::want_word(*draft.per, "per", names, sink);
  if (!index) return;
  const auto& row = kCounterKeys[*index];
  draft.rule.per = row.key;
  if (!draft.stage || known_at(row.since, *draft.stage)) return;
  sink.error(
      draft.per->place,
      fmt::format("per = \"{}\" is not known at {}", row.name, base::name_of(*draft.stage)),
      known_hint(row.since)
  );
}

void resolve_counting(RuleDraft& draft, Diagnostics& sink) {
  if (draft.stage) draft.rule.per = default_key(*draft.stage);
  if (draft.per != nullptr) resolve_per(draft, sink);
  if (draft.next_node == nullptr) return;
  if (draft.times != nullptr) {
    sink.error(draft.next_node->place, "'next' and 'times' exclude each other");
  }
  if (draft.per != nullptr) {
    sink.error(
        draft.next_node->place,
        "'next' and 'per' exclude each other",
        "next counts for the whole receiver"
    );
  }
  draft.rule.times = draft.next;
  draft.rule.per = Key::receiver;
}

void check_window(const RuleDraft& draft, Diagnostics& sink) {
  const auto& window = draft.rule.window;
  if (draft.until != nullptr && window.until && *window.until <= window.from) {
    sink.error(
        draft.until->place,
        fmt::format(
            "'until' ({}) must be later than 'from' ({})",
            base::format_duration(*window.until),
            base::format_duration(window.from)
        )
    );
  }
  if (!window.every) return;
  if (*window.every <= base::Duration{0}) {
    sink.error(draft.every->place, "'every' must be more than 0s");
  } else if (window.from >= *window.every || window.until.value_or(*window.every) > *window.every) {
    sink.error(draft.every->place, "'from' and 'until' must lie within one period of 'every'");
  }
}

void check_early(const RuleDraft& draft, Diagnostics& sink) {
  if (draft.early == nullptr || !draft.stage || *draft.stage == base::Stage::auth) return;
  sink.error(
      draft.early->place,
      fmt::format("'early' has no meaning at {}", base::name_of(*draft.stage)),
      "it is for rules at auth"
  );
}

}  // namespace

std::span<const Row<RuleDraft>> rule_keys() {
  return kRuleKeys;
}

RuleDraft read_rule(
    const Node& node, std::size_t number, const Scenario& scenario, Diagnostics& sink
) {
  RuleDraft draft;
  draft.node = &node;
  draft.rule.name = fmt::format("rule-{}", number);
  document::read_table<RuleDraft>(node, "[[rule]]", rule_keys(), {}, draft, sink, rule_key_hint);
  if (!node.is(Kind::table)) return draft;
  if (draft.during != nullptr) resolve_during(draft, scenario.phases, sink);
  if (draft.match != nullptr) draft.rule.match = read_match(*draft.match, draft.stage, sink);
  resolve_counting(draft, sink);
  check_window(draft, sink);
  check_early(draft, sink);
  compile_steps(draft, scenario, sink);
  draft.rule.written = document::to_json(node);
  return draft;
}

}  // namespace scenario
