// What somebody expects of a sender: a check with its parameters, as scenarios, policies, files and
// the API write it. One decoder for all of them. Values only; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/diagnostics.hpp"
#include "document/node.hpp"
#include "document/table.hpp"
#include "verify/checks.hpp"

namespace verify {

struct Expectation {
  std::string name{};  // for reports; the check's if none is given
  const Check* check = nullptr;
  Params params{};
  bool advice = false;    // reported, never counted
  bool optional = false;  // not applicable where there is nothing to judge
  std::string policy{};   // the policy that it comes from; empty: none
};

// Reads a list of tables, each with `check` and that check's keys. `where` is how messages call an
// item: "[[expect]]". Whatever is wrong is reported to the sink, and left out.
[[nodiscard]] std::vector<Expectation> read_expectations(
    const document::Node& list, std::string_view where, document::Diagnostics& sink
);

// A policy, or a file of expectations: expectations with a name. TOML or JSON.
struct Policy {
  std::string name{};
  std::string summary{};
  std::string source{};
  std::vector<Expectation> expectations{};
};

// `default_name` if the document says none. nullopt: an error was reported. The keys of a scenario
// that say nothing about expectations are no error: its [[expect]] serve as a file of them.
[[nodiscard]] std::optional<Policy> read_policy(
    const document::Node& root, std::string_view default_name, document::Diagnostics& sink
);

// The keys every expectation has (check, name, advice and common_keys()), and a check's own: for
// the schema and the reference.
struct ExpectationKey {
  std::string_view name, form, schema, doc;
  bool required = false;
};

[[nodiscard]] std::vector<ExpectationKey> expectation_keys();
[[nodiscard]] std::vector<ExpectationKey> keys_of(const Check& check);

}  // namespace verify
