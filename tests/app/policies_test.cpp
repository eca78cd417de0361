// The shipped policies: every one is in order and says what it is.
#include "app/policies.hpp"

#include <algorithm>
#include <string>

#include "document/parse.hpp"
#include "support/catch.hpp"

namespace app {

TEST_CASE("The shipped policies are those that are promised") {
  std::vector<std::string_view> names;
  for (const auto& [name, text] : shipped::policies()) names.push_back(name);
  CHECK(names == std::vector<std::string_view>{"list-mailer", "mta", "rfc5321", "transactional"});
}

TEST_CASE("Every shipped policy loads without a word") {
  for (const auto& [name, text] : shipped::policies()) {
    CAPTURE(name);
    document::Diagnostics sink(name);
    const auto root = document::parse_toml(text, sink);
    REQUIRE(root);
    const auto policy = verify::read_policy(*root, "", sink);
    for (const auto& diagnostic : sink.take()) FAIL_CHECK(to_string(diagnostic));
    REQUIRE(policy);
    CHECK(policy->name == name);
    CHECK_FALSE(policy->summary.empty());
    CHECK_FALSE(policy->source.empty());
    CHECK(policy->expectations.size() >= 4);
    // It is read before it is copied: what it is for stands at the top.
    CHECK(text.starts_with("# "));
  }
}

TEST_CASE("Policies ask of each kind of sender what that kind does") {
  const auto checks_of = [](std::string_view wanted) {
    std::vector<std::string> out;
    for (const auto& file : shipped::policies()) {
      if (file.name != wanted) continue;
      const auto policy = policy_of(file);
      for (const auto& expectation : policy.expectations) {
        out.push_back(std::string(expectation.check->name) + (expectation.advice ? " advice" : ""));
      }
    }
    return out;
  };
  const auto has = [](const std::vector<std::string>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  // No mail server suppresses, and each undercuts the half hour.
  CHECK_FALSE(has(checks_of("mta"), "suppressed"));
  CHECK(has(checks_of("mta"), "not-hasty"));
  CHECK(has(checks_of("rfc5321"), "not-hasty advice"));
  CHECK_FALSE(has(checks_of("rfc5321"), "not-hasty"));
  CHECK(has(checks_of("list-mailer"), "suppressed"));
  CHECK(has(checks_of("transactional"), "suppressed"));
  for (const auto& [name, text] : shipped::policies()) CHECK(has(checks_of(name), "retried"));
}

}  // namespace app
