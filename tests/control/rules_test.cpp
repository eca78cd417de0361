// Rules of a receiver over the API: pushed in front, shown, taken away.
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

constexpr std::string_view kRules = "/v1/receivers/default/rules";
constexpr std::string_view kNext = R"({"at":"rcpt","next":1,"reply":"450 4.2.1 later"})";

void make(World& world) {
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
}

std::vector<std::string> names(World& world) {
  std::vector<std::string> out;
  const auto answer = world.get(kRules);
  for (const auto& rule : answer.at("items").as_array()) {
    out.emplace_back(rule.at("name").as_string());
  }
  return out;
}

// Asks the first rule of the receiver once.
void reach_first(World& world) {
  const auto edition = world.registry.find("default")->edition();
  const auto& rule = edition->scenario->rules.front();
  const std::vector<std::string> keys{""};
  (void)edition->counters->claim({.rule = rule.id, .name = rule.name, .times = rule.times}, keys);
}

}  // namespace

TEST_CASE("A pushed rule is in front of all and says what remains") {
  World world;
  make(world);
  const auto response = world.post(kRules, kNext);
  REQUIRE(response.status == 201);
  const auto rule = boost::json::parse(response.body);
  CHECK(rule.at("id") == 2);
  CHECK(rule.at("name") == "pushed-2");
  CHECK(rule.at("at") == "rcpt");
  CHECK(rule.at("origin") == "pushed");
  CHECK(rule.at("remaining") == 1);
  CHECK(rule.at("hits") == 0);
  CHECK(rule.at("rule") == boost::json::parse(kNext));
  CHECK(rule.at("warnings").as_array().empty());
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers.front().name == "Location");
  CHECK(response.headers.front().value == "/v1/receivers/default/rules/2");

  CHECK(names(world) == std::vector<std::string>{"pushed-2", "rule-1"});
  reach_first(world);
  const auto first = world.get(kRules).at("items").at(0);
  CHECK(first.at("reached") == 1);
  CHECK(first.at("hits") == 1);
  CHECK(first.at("remaining") == 0);
  const auto own = world.get(kRules).at("items").at(1);
  CHECK(own.at("origin") == "scenario");
  CHECK(own.at("remaining").is_null());
}

TEST_CASE("The newest pushed rule is asked first") {
  World world;
  make(world);
  REQUIRE(
      world.post(kRules, R"({"name":"one","at":"rcpt","reply":"450 4.2.1 later"})").status == 201
  );
  REQUIRE(
      world.post(kRules, R"({"name":"two","at":"mail","reply":"450 4.2.1 later"})").status == 201
  );
  CHECK(names(world) == std::vector<std::string>{"two", "one", "rule-1"});
}

TEST_CASE("A pushed rule is taken away as it was last") {
  World world;
  make(world);
  REQUIRE(world.post(kRules, kNext).status == 201);
  reach_first(world);
  const auto response = world.del("/v1/receivers/default/rules/2");
  REQUIRE(response.status == 200);
  CHECK(boost::json::parse(response.body).at("hits") == 1);
  CHECK(names(world) == std::vector<std::string>{"rule-1"});
  CHECK(world.del("/v1/receivers/default/rules/2").status == 404);
}

TEST_CASE("A rule of the scenario cannot be taken away") {
  World world;
  make(world);
  CHECK(world.del("/v1/receivers/default/rules/1").status == 409);
  const auto id = GENERATE(as<std::string>{}, "0", "9", "x", "-1", "1x", "99999999999999999999999");
  CAPTURE(id);
  CHECK(world.del("/v1/receivers/default/rules/" + id).status == 404);
  CHECK(names(world) == std::vector<std::string>{"rule-1"});
}

TEST_CASE("A bad rule is refused with all its mistakes and changes nothing") {
  World world;
  make(world);
  const auto before = world.journal.last_seq();

  struct Row {
    std::string body;
    unsigned status;
    std::vector<std::string> begins;
  };

  const auto row = GENERATE(
      Row{"{", 400, {""}},
      Row{"[]", 422, {"body: "}},
      Row{"{}", 422, {"body: ", "body: "}},
      Row{R"({"name":"rule-1","at":"rcpt","reply":"250 ok"})", 422, {"/name: there is a rule"}},
      Row{R"({"at":"rcpt","during":"ful","reply":"250 ok"})", 422, {"/during: "}},
      Row{R"({"at":"rcpt","reply":"999 ok","delya":"2s"})", 422, {"/reply: ", "/delya: "}},
      Row{R"({"at":"connect","match":{"recipient":"a"},"reply":"421 no"})", 422, {"/match"}}
  );
  CAPTURE(row.body);
  const auto response = world.post(kRules, row.body);
  CAPTURE(response.body);
  CHECK(response.status == row.status);
  const auto found = problems(response);
  REQUIRE(found.size() == row.begins.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i].starts_with(row.begins[i]));
  CHECK(world.journal.last_seq() == before);
}

TEST_CASE("Warnings of a pushed rule are in the answer") {
  World world;
  make(world);
  const auto response = world.post(kRules, R"({"at":"rcpt","reply":"452 5.3.1 full"})");
  REQUIRE(response.status == 201);
  CHECK_FALSE(boost::json::parse(response.body).at("warnings").as_array().empty());
}

TEST_CASE("Another scenario and a reset take the pushed rules away") {
  World world;
  make(world);
  REQUIRE(world.post(kRules, kNext).status == 201);
  SECTION("reset") {
    REQUIRE(world.post("/v1/receivers/default/reset", "").status == 200);
  }
  SECTION("scenario") {
    REQUIRE(world.put("default", R"({"scenario":"full","seed":9})").status == 200);
  }
  CHECK(names(world) == std::vector<std::string>{"rule-1"});
}

TEST_CASE("Rules of an unknown receiver are 404") {
  World world;
  make(world);
  CHECK(world.ask(Verb::get, "/v1/receivers/x/rules").response.status == 404);
  CHECK(world.post("/v1/receivers/x/rules", kNext).status == 404);
  CHECK(world.del("/v1/receivers/x/rules/1").status == 404);
}

}  // namespace control
