// The rows of the tables, as fragments of a JSON Schema: see the header.
#include "verify/schema.hpp"

#include <fmt/format.h>

#include "verify/expectation.hpp"
#include "verify/findings.hpp"

namespace verify {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string properties(const std::vector<ExpectationKey>& keys) {
  std::string out;
  for (const auto& key : keys) {
    if (key.name == "check") continue;
    out += fmt::format(
        ",{}:{{\"description\":{},{}", quoted(key.name), quoted(key.doc), key.schema.substr(1)
    );
  }
  return out;
}

std::string schema_of(const Check& check) {
  std::string required = "\"check\"";
  const auto own = keys_of(check);
  for (const auto& key : own) {
    if (key.required) required += "," + quoted(key.name);
  }
  return fmt::format(
      "{{\"type\":\"object\",\"description\":{},\"properties\":{{\"check\":{{\"const\":{}}}{}{}}},"
      "\"required\":[{}],\"additionalProperties\":false}}",
      quoted(check.doc),
      quoted(check.name),
      properties(expectation_keys()),
      properties(own),
      required
  );
}

}  // namespace

std::string expectation_schema() {
  std::string all;
  for (const Check& check : checks()) {
    if (!all.empty()) all += ',';
    all += schema_of(check);
  }
  return fmt::format("{{\"oneOf\":[{}]}}", all);
}

std::string schema_definitions() {
  std::string findings;
  for (const FindingKind& kind : finding_kinds()) {
    findings += (findings.empty() ? "" : ",") + quoted(kind.name);
  }
  return fmt::format(R"("finding":{{"enum":[{}]}},)", findings) +
         R"("code":{"type":["integer","string"]},)"
         R"("codes":{"anyOf":[{"$ref":"#/$defs/code"},)"
         R"({"type":"array","minItems":1,"items":{"$ref":"#/$defs/code"}}]},)"
         R"("outcome":{"enum":["accepted","deferred","rejected","lost","abandoned"]})";
}

}  // namespace verify
