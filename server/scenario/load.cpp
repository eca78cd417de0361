// Scenario documents: the top level, [time], [delivery], [[phase]], and the order in which all is
// read.
#include "scenario/load.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "document/parse.hpp"
#include "document/write.hpp"
#include "scenario/keys.hpp"

namespace scenario {

namespace {

using document::Diagnostics;
using document::Need;
using document::Node;
using document::Row;

constexpr double kLeastScale = 1e-6;
constexpr double kMostScale = 1e6;

void read_scale(const Node& value, Scenario& scenario, Diagnostics& sink) {
  const auto scale = document::want_number(value, "scale", kLeastScale, kMostScale, sink);
  if (scale) scenario.scale = *scale;
}

void read_wire(const Node& value, Scenario& scenario, Diagnostics& sink) {
  constexpr std::array<std::string_view, 2> kWords{"real", "scaled"};
  scenario.wire_scaled = document::want_word(value, "wire", kWords, sink) == 1U;
}

void read_slack(const Node& value, Scenario& scenario, Diagnostics& sink) {
  if (const auto slack = document::want_duration(value, "slack", sink)) scenario.slack = *slack;
}

void read_delivery_key(const Node& value, Scenario& scenario, Diagnostics& sink) {
  constexpr std::array<std::string_view, 4> kParts{"sender", "recipient", "envid", "message_id"};
  auto parts = document::want_strings(value, "key", sink);
  if (!parts) return;
  if (parts->empty()) sink.error(value.place, "'key' must not be an empty list");
  for (std::size_t i = 0; i < parts->size(); ++i) {
    const std::string_view part = (*parts)[i];
    const bool prefixed = (part.substr(0, 7) == "header." && part.size() > 7) ||
                          (part.substr(0, 6) == "param." && part.size() > 6);
    if (prefixed || std::find(kParts.begin(), kParts.end(), part) != kParts.end()) continue;
    const auto meant = part.size() < 64 ? base::nearest(part, kParts) : std::nullopt;
    sink.error(
        value.items[i].place,
        fmt::format("unknown part '{}' of the delivery key", base::printable(part, 80)),
        meant ? fmt::format("did you mean '{}'?", *meant)
              : "use sender, recipient, envid, message_id, header.NAME or param.NAME"
    );
  }
  scenario.delivery_key = std::move(*parts);
}

void read_unique(const Node& value, Scenario& scenario, Diagnostics& sink) {
  scenario.delivery_unique = document::want_bool(value, "unique", sink).value_or(false);
}

void read_phase_name(const Node& value, PhaseDraft& draft, Diagnostics& sink) {
  draft.name = &value;
  if (auto name = document::want_name(value, "name", sink)) draft.phase.name = std::move(*name);
}

void read_phase_for(const Node& value, PhaseDraft& draft, Diagnostics& sink) {
  draft.lasts = &value;
  draft.phase.lasts = document::want_duration(value, "for", sink);
  if (draft.phase.lasts && *draft.phase.lasts <= base::Duration{0}) {
    sink.error(value.place, "'for' must be more than 0s");
  }
}

constexpr std::string_view kString = R"({"type":"string"})";
constexpr std::string_view kBool = R"({"type":"boolean"})";
constexpr std::string_view kDuration = R"({"$ref":"#/$defs/duration"})";
constexpr std::string_view kStringList = R"({"type":"array","items":{"type":"string"}})";

// clang-format off
constexpr std::array kTimeKeys{
    Row<Scenario>{"scale", "number", R"({"type":"number","exclusiveMinimum":0})", "simulated seconds per real second; default 1", read_scale},
    Row<Scenario>{"wire", "real or scaled", R"({"enum":["real","scaled"]})", "which time delays on the wire take; default real", read_wire},
    Row<Scenario>{"slack", "duration", kDuration, "real time by which every bound is widened; default 250ms", read_slack},
};

constexpr std::array kDeliveryKeys{
    Row<Scenario>{"key", "list of strings", kStringList, "what tells deliveries apart: sender, recipient, envid, message_id, header.NAME, param.NAME; default sender and recipient", read_delivery_key},
    Row<Scenario>{"unique", "true or false", kBool, "the promise that no two messages share a key; default false", read_unique},
};

constexpr std::array kPhaseKeys{
    Row<PhaseDraft>{"name", "string", kString, "what rules and the API call it", read_phase_name, Need::required},
    Row<PhaseDraft>{"for", "duration", kDuration, "how long it lasts on the receiver clock; absent: until the API says so", read_phase_for},
};

constexpr std::array kScenarioKeys{
    Row<Draft>{"name", "string", kString, "the scenario's name; default the file's",
               [](const Node& v, Draft& d, Diagnostics& s) { if (auto t = document::want_name(v, "name", s)) d.scenario.name = std::move(*t); }},
    Row<Draft>{"summary", "string", kString, "one sentence on what it does",
               [](const Node& v, Draft& d, Diagnostics& s) { d.scenario.summary = document::want_string(v, "summary", s).value_or(""); }},
    Row<Draft>{"source", "string", kString, "where the behaviour is known from",
               [](const Node& v, Draft& d, Diagnostics& s) { d.scenario.source = document::want_string(v, "source", s).value_or(""); }},
    Row<Draft>{"tags", "list of strings", kStringList, "words to find it by",
               [](const Node& v, Draft& d, Diagnostics& s) { d.scenario.tags = document::want_strings(v, "tags", s).value_or(std::vector<std::string>{}); }},
    Row<Draft>{"seed", "integer", R"({"type":"integer","minimum":0})", "of every random draw; default 1",
               [](const Node& v, Draft& d, Diagnostics& s) { d.scenario.seed = document::want_integer(v, "seed", 0, INT64_MAX, s).value_or(1); }},
    Row<Draft>{"server", "table", R"({"$ref":"#/$defs/server"})", "the healthy server underneath",
               [](const Node& v, Draft& d, Diagnostics& s) { read_server(v, d.scenario, s); }},
    Row<Draft>{"time", "table", R"({"$ref":"#/$defs/time"})", "clocks",
               [](const Node& v, Draft& d, Diagnostics& s) { document::read_table<Scenario>(v, "[time]", kTimeKeys, {}, d.scenario, s); }},
    Row<Draft>{"delivery", "table", R"({"$ref":"#/$defs/delivery"})", "what makes attempts one delivery",
               [](const Node& v, Draft& d, Diagnostics& s) { document::read_table<Scenario>(v, "[delivery]", kDeliveryKeys, {}, d.scenario, s); }},
    Row<Draft>{"phase", "list of tables", R"({"type":"array","items":{"$ref":"#/$defs/phase"}})", "phases, one after the other",
               [](const Node& v, Draft& d, Diagnostics&) { d.phases = &v; }},
    Row<Draft>{"rule", "list of tables", R"({"type":"array","items":{"$ref":"#/$defs/rule"}})", "rules, in the order they are asked",
               [](const Node& v, Draft& d, Diagnostics&) { d.rules = &v; }},
    Row<Draft>{"expect", "list of tables", R"({"type":"array","items":{"$ref":"#/$defs/expect"}})", "what a good sender does with it",
               [](const Node& v, Draft& d, Diagnostics&) { d.expect = &v; }},
};
constexpr std::array<std::string_view, 10> kUnsupportedScenarioKeys{
    "storage", "mailboxes", "connections", "limit", "greylist", "backpressure", "reputation", "maintenance",
    "outage", "slow_disk"};

// clang-format on

std::vector<Phase> read_phases(const Node& list, Diagnostics& sink) {
  std::vector<Phase> phases;
  if (document::want_list(list, "phase", sink) == nullptr) return phases;
  std::map<std::string, std::size_t> names;
  for (const Node& item : list.items) {
    PhaseDraft draft;
    document::read_table<PhaseDraft>(item, "[[phase]]", phase_keys(), {}, draft, sink);
    if (!draft.phase.name.empty() && !names.emplace(draft.phase.name, phases.size()).second) {
      sink.error(
          draft.name->place,
          fmt::format("two phases are named '{}'", base::printable(draft.phase.name, 80))
      );
    }
    if (&item == &list.items.back() && draft.lasts != nullptr) {
      sink.warning(
          draft.lasts->place,
          fmt::format("the last phase stays: its 'for' changes nothing"),
          "name the phase that follows it"
      );
    }
    phases.push_back(std::move(draft.phase));
  }
  return phases;
}

void read_rules(const Node& list, Scenario& scenario, Diagnostics& sink) {
  if (document::want_list(list, "rule", sink) == nullptr) return;
  std::vector<RuleDraft> drafts;
  for (const Node& item : list.items) {
    drafts.push_back(read_rule(item, drafts.size() + 1, scenario, sink));
    check_offer(drafts.back(), scenario, sink);
  }
  check_rules(drafts, sink);
  for (auto& draft : drafts) scenario.rules.push_back(std::move(draft.rule));
}

// A `select` by phase that names none selects nothing, and its check would never speak.
void check_phases(
    const verify::Expectation& expectation,
    const Scenario& scenario,
    const Node& list,
    Diagnostics& sink
) {
  for (const std::string& name : expectation.params.select.phases()) {
    const auto pattern = document::Pattern::compile(name);
    const bool known =
        std::any_of(scenario.phases.begin(), scenario.phases.end(), [&](const Phase& phase) {
          return pattern && pattern->matches(phase.name);
        });
    if (known) continue;
    sink.error(
        list.place,
        fmt::format(
            "'{}' selects by the phase '{}', which this scenario does not have",
            base::printable(expectation.name, 80),
            base::printable(name, 80)
        )
    );
  }
}

// Bounds shorter than this in real time measure the machine more than the sender.
constexpr base::Micros kShortest{2'000'000};

void check_bounds(
    const verify::Expectation& expectation,
    const Scenario& scenario,
    const Node& list,
    Diagnostics& sink
) {
  const auto short_of = [&](std::string_view key, const std::optional<base::Micros>& bound) {
    if (!bound || static_cast<double>(bound->count()) / scenario.scale >=
                      static_cast<double>(kShortest.count())) {
      return;
    }
    sink.warning(
        list.place,
        fmt::format(
            "'{}' of '{}' is less than 2 s of real time at scale {}",
            key,
            base::printable(expectation.name, 80),
            scenario.scale
        ),
        "a busy machine may break it"
    );
  };
  short_of("within", expectation.params.within);
}

void read_expect(const Node& list, Scenario& scenario, Diagnostics& sink) {
  scenario.expectations = verify::read_expectations(list, "[[expect]]", sink);
  for (const auto& expectation : scenario.expectations) {
    check_phases(expectation, scenario, list, sink);
    check_bounds(expectation, scenario, list, sink);
  }
  scenario.expect = document::to_json(list);
}

// "full" of "scenarios/full.toml".
std::string_view stem(std::string_view file) {
  const auto slash = file.rfind('/');
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  const auto dot = file.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? file : file.substr(0, dot);
}

using Parse = std::optional<Node> (*)(std::string_view, Diagnostics&);

base::Loaded<Scenario> load(std::string_view text, std::string_view file, Parse parse) {
  Diagnostics sink(file);
  base::Loaded<Scenario> loaded;
  if (const auto root = parse(text, sink)) {
    if (auto scenario = load_node(*root, stem(file), sink)) loaded.value = std::move(*scenario);
  }
  loaded.diagnostics = sink.take();
  return loaded;
}

}  // namespace

std::span<const Row<Draft>> scenario_keys() {
  return kScenarioKeys;
}

std::span<const std::string_view> unsupported_scenario_keys() {
  return kUnsupportedScenarioKeys;
}

std::span<const Row<Scenario>> time_keys() {
  return kTimeKeys;
}

std::span<const Row<Scenario>> delivery_keys() {
  return kDeliveryKeys;
}

std::span<const Row<PhaseDraft>> phase_keys() {
  return kPhaseKeys;
}

std::optional<Scenario> load_node(
    const Node& root, std::string_view default_name, Diagnostics& sink
) {
  const auto errors = sink.errors();
  Draft draft;
  draft.scenario.name = default_name;
  document::read_table<Draft>(
      root, "a scenario", scenario_keys(), unsupported_scenario_keys(), draft, sink
  );
  if (draft.phases != nullptr) draft.scenario.phases = read_phases(*draft.phases, sink);
  if (draft.scenario.phases.empty()) draft.scenario.phases.emplace_back();
  if (draft.rules != nullptr) read_rules(*draft.rules, draft.scenario, sink);
  if (draft.expect != nullptr) read_expect(*draft.expect, draft.scenario, sink);
  if (sink.errors() > errors) return std::nullopt;
  index_rules(draft.scenario);
  return std::move(draft.scenario);
}

base::Loaded<Scenario> load_toml(std::string_view text, std::string_view file) {
  return load(text, file, document::parse_toml);
}

base::Loaded<Scenario> load_json(std::string_view text, std::string_view name) {
  return load(text, name, document::parse_json);
}

}  // namespace scenario
