// Expectations as parts of a JSON Schema, printed from the tables they are read by. Pure, any
// thread.
#pragma once

#include <string>

namespace verify {

// One expectation. It refers to the definitions duration, codes, outcome and select.
[[nodiscard]] std::string expectation_schema();

// The definitions code, codes and outcome: "name":{...},...
[[nodiscard]] std::string schema_definitions();

}  // namespace verify
