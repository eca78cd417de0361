// Schema and reference come from the loader's tables: nothing may be missing in either.
#include "scenario/reference.hpp"

#include "asking.hpp"

#include "document/parse.hpp"
#include "scenario/actions.hpp"
#include "scenario/keys.hpp"
#include "scenario/template.hpp"
#include "scenario/triggers.hpp"

namespace {

// The schema of table `def`; the document's own for "".
const document::Node& definition(const document::Node& schema, std::string_view def) {
  if (def.empty()) return schema;
  const auto* defs = schema.find("$defs");
  REQUIRE(defs != nullptr);
  const auto* found = defs->find(def);
  CAPTURE(def);
  REQUIRE(found != nullptr);
  return *found;
}

document::Node parsed_schema() {
  document::Diagnostics sink("schema");
  auto schema = document::parse_json(scenario::json_schema(), sink);
  INFO(asking::text_of(sink.take()));
  REQUIRE(schema);
  return std::move(*schema);
}

// Every "$ref" below `node` names a definition.
void check_references(const document::Node& node, const document::Node& defs) {
  for (const auto& item : node.items) check_references(item, defs);
  for (const auto& member : node.members) {
    if (member.key == "$ref") {
      constexpr std::string_view kPrefix = "#/$defs/";
      CAPTURE(member.value.text);
      CHECK(member.value.text.substr(0, kPrefix.size()) == kPrefix);
      CHECK(defs.find(member.value.text.substr(kPrefix.size())) != nullptr);
    }
    check_references(member.value, defs);
  }
}

}  // namespace

TEST_CASE("the JSON Schema has every key of every table and nothing else") {
  const auto schema = parsed_schema();
  for (const auto& group : scenario::key_groups()) {
    const auto& def = definition(schema, group.def);
    const auto* properties = def.find("properties");
    REQUIRE(properties != nullptr);
    CHECK(properties->members.size() == group.keys.size());
    CHECK_FALSE(def.find("additionalProperties")->boolean);
    for (const auto& key : group.keys) {
      CAPTURE(group.title, key.name);
      const auto* property = properties->find(key.name);
      REQUIRE(property != nullptr);
      CHECK(property->find("description")->text == key.doc);
      CHECK(property->members.size() > 1);
    }
  }
}

TEST_CASE("the JSON Schema has every action") {
  const auto schema = parsed_schema();
  const auto* properties = definition(schema, "action").find("properties");
  CHECK(properties->members.size() == scenario::actions().size());
  for (const auto& row : scenario::actions()) {
    CAPTURE(row.name);
    CHECK(properties->find(row.name) != nullptr);
  }
}

TEST_CASE("the references of the JSON Schema lead somewhere") {
  const auto schema = parsed_schema();
  check_references(schema, *schema.find("$defs"));
}

TEST_CASE("every row of the tables says what it is") {
  for (const auto& group : scenario::key_groups()) {
    for (const auto& key : group.keys) {
      CAPTURE(group.title, key.name);
      CHECK_FALSE(key.doc.empty());
      CHECK_FALSE(key.form.empty());
    }
  }
  for (const auto& row : scenario::actions()) {
    CAPTURE(row.name);
    CHECK_FALSE(row.doc.empty());
    CHECK_FALSE(row.form.empty());
  }
}

TEST_CASE("the printed reference names every key and action") {
  const auto keys = scenario::keys_reference() + scenario::match_reference();
  for (const auto& group : scenario::key_groups()) {
    if (group.def == "select") continue;  // printed with the expectations
    for (const auto& key : group.keys) {
      CAPTURE(key.name);
      CHECK(keys.find(fmt::format("| `{}`", key.name)) != std::string::npos);
    }
  }
  const auto actions = scenario::actions_reference();
  for (const auto& row : scenario::actions()) {
    CAPTURE(row.name);
    CHECK(actions.find(fmt::format("| `{}`", row.name)) != std::string::npos);
  }
  CHECK(scenario::placeholders_reference().find("{retry_after}") != std::string::npos);
  CHECK(scenario::triggers_reference().find("drop-STAGE") != std::string::npos);
}

TEST_CASE("rule shorthands are the actions marked as such") {
  const auto rows = scenario::rule_keys();
  for (const auto& action : scenario::actions()) {
    CAPTURE(action.name);
    const bool in_rule = std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
      return row.name == action.name;
    });
    CHECK(in_rule == (action.shorthand == scenario::Shorthand::yes));
  }
}
