// Rules that are put in front of a scenario: read against it, and numbered beside its own.
#include "document/parse.hpp"
#include "scenario/load.hpp"
#include "support/catch.hpp"

namespace {

constexpr auto kScenario =
    "[[phase]]\nname='full'\n[[rule]]\nname='own'\nat='rcpt'\nreply='450 4.2.0 Own'\n";

std::shared_ptr<const scenario::Scenario> scenario_of() {
  auto loaded = scenario::load_toml(kScenario, "test.toml");
  REQUIRE(loaded.ok());
  return std::make_shared<const scenario::Scenario>(std::move(*loaded.value));
}

struct Read {
  std::optional<scenario::Rule> rule;
  std::vector<std::string> errors;
};

Read read(std::string_view json) {
  document::Diagnostics sink("rule");
  const auto node = document::parse_json(json, sink);
  REQUIRE(node);
  Read out{scenario::load_rule(*node, *scenario_of(), "pushed-2", sink), {}};
  for (const auto& found : sink.take()) out.errors.push_back(found.pointer + ": " + found.message);
  return out;
}

}  // namespace

TEST_CASE("a rule is read with the phases of the scenario it joins") {
  const auto [rule, errors] = read(R"({"at":"data","during":"full","reply":"451 4.3.0 No"})");
  REQUIRE(rule);
  CHECK(rule->name == "pushed-2");
  CHECK(rule->during == std::vector<std::size_t>{0});
  CHECK(rule->written == R"({"at":"data","during":"full","reply":"451 4.3.0 No"})");
  CHECK(errors.empty());
}

TEST_CASE("all that is wrong with a rule is said, with its place") {
  const auto [rule, errors] = read(R"({"name":"own","at":"rcpt","during":"ful","reply":"999"})");
  CHECK_FALSE(rule);
  REQUIRE(errors.size() == 3);
  CHECK(errors[0] == "/name: there is a rule 'own' already");
  CHECK(errors[1] == "/during: unknown phase 'ful'");
  CHECK(errors[2].starts_with("/reply: "));
}

TEST_CASE("what is no rule at all is said to be none") {
  CHECK_FALSE(read("[]").rule);
  CHECK_FALSE(read("{}").rule);
}

TEST_CASE("rules in front are asked first, and the others keep their numbers") {
  const auto own = scenario_of();
  scenario::Rule front;
  front.id = 7;
  front.name = "front";
  front.stage = base::Stage::rcpt;
  const auto both = scenario::with_rules(*own, {front});
  REQUIRE(both.rules.size() == 2);
  CHECK(both.rules[0].id == 7);
  CHECK(both.rules[1].id == 1);
  CHECK(
      both.rules_at[static_cast<std::size_t>(base::Stage::rcpt)] == std::vector<std::size_t>{0, 1}
  );
}
