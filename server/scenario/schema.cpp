// The JSON Schema (draft 2020-12), put together from the rows of the key and action tables. Row
// schemas are fragments that refer to the definitions written here.
#include "verify/schema.hpp"

#include <array>

#include <fmt/format.h>

#include "base/stage.hpp"
#include "scenario/actions.hpp"
#include "scenario/keys.hpp"
#include "scenario/load.hpp"

namespace scenario {

namespace {

struct Definition {
  std::string_view name;
  std::string_view schema;
};

// clang-format off
constexpr std::array kDefinitions{
    Definition{"duration", R"({"type":"string","pattern":"^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h|d|w))+$"})"},
    Definition{"delay", R"({"anyOf":[{"$ref":"#/$defs/duration"},{"type":"array","minItems":2,"maxItems":2,"items":{"$ref":"#/$defs/duration"}}]})"},
    Definition{"bytes", R"({"anyOf":[{"type":"integer","minimum":0},{"type":"string","pattern":"^[0-9]+ ?([KkMmGg][Ii]?)?[Bb]?$"}]})"},
    Definition{"strings", R"({"anyOf":[{"type":"string"},{"type":"array","minItems":1,"items":{"type":"string"}}]})"},
    Definition{"patterns", R"({"$ref":"#/$defs/strings"})"},
    Definition{"ranges", R"({"anyOf":[{"$ref":"#/$defs/range"},{"type":"array","minItems":1,"items":{"$ref":"#/$defs/range"}}]})"},
    Definition{"range", R"({"type":["integer","string"]})"},
    Definition{"reply", R"x({"anyOf":[{"type":"string","pattern":"^[2-5][0-9][0-9]([ -]|$)"},{"type":"array","minItems":1,"items":{"type":"string"}}]})x"},
    Definition{"per", R"({"enum":["delivery","recipient","recipient_domain","sender","sender_domain","client","client/24","connection","receiver"]})"},
};

// clang-format on

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// "name":{"description":"...", ...the fragment}
std::string property(std::string_view name, std::string_view schema, std::string_view doc) {
  return fmt::format("{}:{{\"description\":{},{}", quoted(name), quoted(doc), schema.substr(1));
}

std::string object_of(const KeyGroup& keys) {
  std::string properties;
  std::string required;
  for (const auto& key : keys.keys) {
    if (!properties.empty()) properties += ',';
    properties += property(key.name, key.schema, key.doc);
    if (!key.required) continue;
    if (!required.empty()) required += ',';
    required += quoted(key.name);
  }
  // Fields and parameters may also be written as one key.
  const std::string_view flat =
      keys.def == "match"
          ? R"("patternProperties":{"^(header|param)\\.":{"$ref":"#/$defs/patterns"}},)"
          : "";
  return fmt::format(
      "\"type\":\"object\",\"properties\":{{{}}},\"required\":[{}],{}"
      "\"additionalProperties\":false",
      properties,
      required,
      flat
  );
}

std::string action_schema() {
  std::string properties;
  for (const auto& row : actions()) {
    if (!properties.empty()) properties += ',';
    properties += property(row.name, row.schema, row.doc);
  }
  return fmt::format(
      "{{\"type\":\"object\",\"minProperties\":1,\"maxProperties\":1,\"properties\":{{{}}},"
      "\"additionalProperties\":false}}",
      properties
  );
}

std::string one_of(std::string_view name) {
  return quoted(name);
}

// A row of a table with names.
template <typename Row>
std::string one_of(const Row& row) {
  return quoted(row.name);
}

template <typename Rows>
std::string enum_of(const Rows& rows) {
  std::string names;
  for (const auto& row : rows) names += (names.empty() ? "" : ",") + one_of(row);
  return fmt::format("{{\"enum\":[{}]}}", names);
}

}  // namespace

std::string json_schema() {
  std::string document;
  std::string definitions;
  for (const auto& keys : key_groups()) {
    if (keys.def.empty()) {
      document = object_of(keys);
    } else {
      definitions += fmt::format("{}:{{{}}},", quoted(keys.def), object_of(keys));
    }
  }
  for (const auto& [name, schema] : kDefinitions) {
    definitions += fmt::format("{}:{},", quoted(name), schema);
  }
  definitions += fmt::format(
      "\"stage\":{},\"certificate\":{},\"tls_version\":{},\"alert\":{},\"action\":{},"
      "\"expect\":{},{}",
      enum_of(base::kStageNames),
      enum_of(wire::kCertificates),
      enum_of(wire::kTlsVersions),
      enum_of(wire::kAlerts),
      action_schema(),
      verify::expectation_schema(),
      verify::schema_definitions()
  );
  return fmt::format(
      "{{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
      "\"title\":\"failmx scenario\",{},\"$defs\":{{{}}}}}\n",
      document,
      definitions
  );
}

}  // namespace scenario
