// The schemas that are made of tables: enumerations, and scenarios with their definitions, which
// become components of their own ("#/$defs/rule" is ScenarioRule).
#include <array>
#include <string>
#include <vector>

#include "base/stage.hpp"
#include "base/text.hpp"
#include "control/query.hpp"
#include "control/schemas.hpp"
#include "journal/deliveries.hpp"
#include "journal/event.hpp"
#include "scenario/load.hpp"

namespace control {

namespace {

namespace json = boost::json;

constexpr std::string_view kDefinitions = "#/$defs/";
constexpr std::string_view kComponents = "#/components/schemas/";

constexpr std::string_view kScenarioExample =
    R"({"name":"full-once","rule":[{"at":"rcpt","times":1,"reply":"452 4.3.1 Mail system full"}]})";
constexpr std::string_view kRuleExample =
    R"({"name":"fail the next","at":"rcpt","next":1,"reply":"452 4.3.1 Mail system full"})";

std::array<std::span<const SchemaDoc>, 3> written() {
  return {receiver_schemas(), evidence_schemas(), verdict_schemas()};
}

template <typename Names>
json::object enumeration(const Names& names) {
  json::array values;
  for (const std::string_view name : names) values.emplace_back(name);
  return {{"type", "string"}, {"enum", std::move(values)}};
}

// "rule" -> "ScenarioRule"
std::string component_of(std::string_view definition) {
  std::string name = "Scenario";
  name += static_cast<char>(definition.front() - 'a' + 'A');
  return name += definition.substr(1);
}

// Turns every reference to a definition into one to its component.
void refer_to_components(json::value& value) {
  if (auto* list = value.if_array()) {
    for (auto& item : *list) refer_to_components(item);
  }
  auto* const object = value.if_object();
  if (object == nullptr) return;
  for (auto& [key, member] : *object) {
    const auto* text = member.if_string();
    if (key != "$ref" || text == nullptr || !text->starts_with(kDefinitions)) {
      refer_to_components(member);
      continue;
    }
    const auto name = std::string_view(*text).substr(kDefinitions.size());
    member = std::string(kComponents) + component_of(name);
  }
}

void add_scenario(json::object& out) {
  auto document = json::parse(scenario::json_schema()).as_object();
  const auto definitions = document["$defs"].as_object();
  document.erase("$schema");
  document.erase("$defs");
  for (const auto& [name, schema] : definitions) {
    auto& component = out[component_of(name)] = schema;
    refer_to_components(component);
  }
  json::value root = std::move(document);
  refer_to_components(root);
  out["Scenario"] = std::move(root);
}

}  // namespace

json::object component_schemas() {
  json::object out;
  for (const auto& group : written()) {
    for (const auto& doc : group) {
      auto& schema = out[doc.name] = json::parse(doc.schema);
      if (!doc.example.empty()) {
        schema.as_object()["examples"] = json::array{json::parse(doc.example)};
      }
    }
  }
  out["Stage"] = enumeration(base::kStageNames);
  out["Kind"] = enumeration(names_until(journal::Kind::dropped));
  out["Ending"] = enumeration(names_until(journal::Ending::drained));
  out["Scope"] = enumeration(names_until(journal::Scope::delivery));
  out["Outcome"] = enumeration(names_until(journal::Outcome::abandoned));
  add_scenario(out);
  return out;
}

json::value example_of(std::string_view name) {
  if (name == "Scenario") return json::parse(kScenarioExample);
  if (name == "ScenarioRule") return json::parse(kRuleExample);
  for (const auto& group : written()) {
    for (const auto& doc : group) {
      if (doc.name == name && !doc.example.empty()) return json::parse(doc.example);
    }
  }
  return nullptr;
}

}  // namespace control
