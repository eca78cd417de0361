// The shapes of the API by name: JSON Schemas (draft 2020-12, as OpenAPI 3.1 takes them) with an
// example each. What scenarios and expectations look like comes from the tables that read them,
// enumerations from the names that are written. Pure, any thread.
#pragma once

#include <span>
#include <string_view>

#include <boost/json.hpp>

namespace control {

struct SchemaDoc {
  std::string_view name;
  std::string_view schema;
  std::string_view example{};  // as JSON; empty: none
};

// Receivers and what changes them. schemas.cpp
[[nodiscard]] std::span<const SchemaDoc> receiver_schemas();

// What the journal tells. schemas_evidence.cpp
[[nodiscard]] std::span<const SchemaDoc> evidence_schemas();

// Verdicts and explanations. schemas_verdict.cpp
[[nodiscard]] std::span<const SchemaDoc> verdict_schemas();

// All of them, and those made of tables: components.schemas of the OpenAPI document.
[[nodiscard]] boost::json::object component_schemas();

// The example of a schema, or null if it has none.
[[nodiscard]] boost::json::value example_of(std::string_view name);

}  // namespace control
