// Scenarios by name over the API: listed, read, put, checked, deleted.
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

constexpr std::string_view kMine = "summary = \"mine\"\nsource = \"me\"\ntags = [\"t\"]\n";
const std::vector<Field> kToml{{"Content-Type", "application/toml"}};
const std::vector<Field> kJsonType{{"Content-Type", "application/json; charset=utf-8"}};

Response put(
    World& world, std::string_view name, std::string_view text, std::vector<Field> headers
) {
  return world.ask(Verb::put, "/v1/scenarios/" + std::string(name), text, std::move(headers))
      .response;
}

boost::json::value check(World& world, std::string_view text, std::vector<Field> headers) {
  const auto answer = world.ask(Verb::post, "/v1/scenarios/check", text, std::move(headers));
  REQUIRE(answer.response.status == 200);
  return boost::json::parse(answer.response.body);
}

}  // namespace

TEST_CASE("All scenarios are listed with what they are") {
  World world;
  REQUIRE(put(world, "mine", kMine, kToml).status == 200);
  const auto items = world.get("/v1/scenarios").at("items").as_array();
  REQUIRE(items.size() == 4);
  CHECK(items[0].at("name") == "expecting");
  CHECK(items[0].at("origin") == "shipped");
  CHECK(
      items[3] ==
      boost::json::parse(
          R"({"name":"mine","summary":"mine","source":"me","tags":["t"],"origin":"api"})"
      )
  );
}

TEST_CASE("A scenario that was put is what receivers get from then on") {
  World world;
  const auto response = put(world, "mine", kMine, kToml);
  REQUIRE(response.status == 200);
  const auto value = boost::json::parse(response.body);
  CHECK(value.at("text").as_string() == kMine);
  CHECK(value.at("format") == "toml");
  CHECK(value.at("warnings").as_array().empty());
  REQUIRE(world.put("t1", R"({"scenario":"mine"})").status == 200);
  CHECK(world.get("/v1/receivers/t1").at("scenario") == "mine");
  // In force only with the next PUT of the receiver, and then as another scenario.
  const auto edition = world.registry.find("t1")->edition();
  REQUIRE(put(world, "mine", "name = \"other\"\n", kToml).status == 200);
  CHECK(world.registry.find("t1")->edition() == edition);
  REQUIRE(world.put("t1", R"({"scenario":"mine"})").status == 200);
  CHECK(world.get("/v1/receivers/t1").at("scenario") == "other");
}

TEST_CASE("A scenario comes as JSON or as its text, by Accept") {
  World world;
  REQUIRE(put(world, "mine", kMine, kToml).status == 200);
  REQUIRE(put(world, "json", R"({"summary":"j"})", kJsonType).status == 200);
  const auto get = [&world](std::string_view name, std::string_view accept) {
    const auto target = "/v1/scenarios/" + std::string(name);
    return world.ask(Verb::get, target, {}, {{"Accept", std::string(accept)}}).response;
  };
  CHECK(get("mine", "application/toml").body == kMine);
  CHECK(get("mine", "text/plain").content_type == "text/plain; charset=utf-8");
  CHECK(get("mine", "image/png").status == 406);
  CHECK(boost::json::parse(get("mine", "*/*").body).at("text").as_string() == kMine);
  CHECK(get("json", "text/plain").body == R"({"summary":"j"})");
  CHECK(get("json", "application/toml").status == 406);
  CHECK(boost::json::parse(get("json", "application/json").body).at("format") == "json");
}

TEST_CASE("A scenario with errors is refused with all of them and not kept") {
  World world;
  const auto response =
      put(world, "mine", "foo = 1\n[[rule]]\nat = \"rcptt\"\nreply = \"250 ok\"\n", kToml);
  CHECK(response.status == 422);
  const auto found = problems(response);
  REQUIRE(found.size() == 2);
  CHECK(found[0].starts_with("body:1:1: "));
  CHECK(found[1].starts_with("body:3:6: "));
  CHECK(put(world, "mine", R"({"rule":[{"at":"rcptt"}]})", kJsonType).status == 422);
  CHECK(put(world, "mine", "{", kJsonType).status == 400);
  CHECK(put(world, "mine", kMine, {{"Content-Type", "image/png"}}).status == 415);
  CHECK(world.ask(Verb::get, "/v1/scenarios/mine").response.status == 404);
}

TEST_CASE("JSON that is sent as TOML is told apart") {
  World world;
  const auto response = put(world, "mine", R"({"summary":"j"})", {});
  CHECK(response.status == 422);
  CHECK(problems(response).front().find("Content-Type: application/json") != std::string::npos);
}

TEST_CASE("A scenario has a plain name") {
  World world;
  for (const auto* name : {"a%20b", "a%2Fb", "..", "%2e%2e", "a%00", "..%2F..%2Fetc%2Fpasswd"}) {
    CAPTURE(name);
    CHECK(put(world, name, kMine, kToml).status == 422);
  }
  CHECK(put(world, std::string(65, 'a'), kMine, kToml).status == 422);
  CHECK(world.get("/v1/scenarios").at("items").as_array().size() == 3);
}

TEST_CASE("Deleting uncovers the scenario that was hidden") {
  World world;
  REQUIRE(put(world, "full", kMine, kToml).status == 200);
  CHECK(world.get("/v1/scenarios/full").at("origin") == "api");
  const auto response = world.del("/v1/scenarios/full");
  REQUIRE(response.status == 200);
  CHECK(boost::json::parse(response.body).at("text").as_string() == kMine);
  CHECK(world.get("/v1/scenarios/full").at("origin") == "shipped");
  CHECK(world.get("/v1/scenarios/full").at("text").as_string() == kFull);
  CHECK(world.del("/v1/scenarios/full").status == 409);
  CHECK(world.del("/v1/scenarios/ful").status == 404);
}

TEST_CASE("A check tells errors and warnings and keeps nothing") {
  World world;
  const auto good = check(world, kMine, kToml);
  CHECK(good.at("ok") == true);
  CHECK(good.at("errors").as_array().empty());
  const auto odd = check(world, R"({"rule":[{"at":"rcpt","reply":"452 5.3.1 full"}]})", kJsonType);
  CHECK(odd.at("ok") == true);
  REQUIRE(odd.at("warnings").as_array().size() == 1);
  CHECK(odd.at("warnings").at(0).at("at").as_string().starts_with("/rule/0"));
  const auto bad = check(world, "a = 1\nb = 2\n", kToml);
  CHECK(bad.at("ok") == false);
  CHECK(bad.at("errors").as_array().size() == 2);
  CHECK(check(world, "[[rule", kToml).at("errors").as_array().size() == 1);
  CHECK(world.get("/v1/scenarios").at("items").as_array().size() == 3);
}

TEST_CASE("What can be put is bounded in number and octets") {
  Library library({});
  const scenario::Scenario scenario;
  const Source small{Source::Format::toml, "x.toml", "name = \"x\"", "x"};
  for (std::size_t i = 0; i < Library::kMostPut; ++i) {
    REQUIRE_FALSE(library.put("s" + std::to_string(i), small, scenario));
  }
  CHECK(library.put("more", small, scenario) == Library::Full::scenarios);
  CHECK_FALSE(library.put("s0", small, scenario));
  Source large = small;
  large.text.assign(Library::kMostPutOctets / 2, ' ');
  CHECK_FALSE(library.put("s0", large, scenario));
  CHECK(library.put("s1", large, scenario) == Library::Full::octets);
  // What is replaced or removed makes room.
  CHECK_FALSE(library.put("s0", large, scenario));
  CHECK(library.remove("s0"));
  CHECK_FALSE(library.put("s1", large, scenario));
  CHECK_FALSE(library.remove("s0"));
}

}  // namespace control
