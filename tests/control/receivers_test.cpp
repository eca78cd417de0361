// PUT /v1/receivers/{name}: made and changed whole or not at all.
#include <fmt/format.h>

#include "control/mail.hpp"
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

std::string listener(const World& world, std::string_view name) {
  const auto ports = world.ports.bound(name);
  return ports.empty() ? std::string() : ports.front().address;
}

// How often the journal says that the receiver was put in force.
std::size_t times_put_in_force(World& world, std::string_view name) {
  const auto answer = world.get(fmt::format("/v1/events?kind=receiver&receiver={}", name));
  return answer.at("items").as_array().size();
}

}  // namespace

TEST_CASE("PUT makes a receiver and answers with its real port") {
  World world;
  const auto response =
      world.put("t1", R"({"scenario":"full","seed":7,"listeners":[{"address":"127.0.0.1:0"}]})");
  REQUIRE(response.status == 200);
  const auto value = boost::json::parse(response.body);
  CHECK(value.at("name") == "t1");
  CHECK(value.at("scenario") == "full");
  CHECK(value.at("seed") == 7);
  CHECK(value.at("domains").as_array().empty());
  CHECK(value.at("listeners").at(0).at("address") == "127.0.0.1:2001");
  CHECK(value.at("listeners").at(0).at("protocol") == "smtp");
  CHECK(value.at("listeners").at(0).at("tls") == "none");
  CHECK(value.at("listeners").at(0).at("shared") == false);
  CHECK(value.at("state").at("phase") == "full");
  CHECK(value.at("state").at("clock").at("scale") == 1);
  CHECK(value.at("counts").at("connections") == 0);
  CHECK(value.at("warnings").as_array().empty());

  auto got = world.get("/v1/receivers/t1").as_object();
  got["warnings"] = boost::json::array();
  CHECK(got == value);
  CHECK(world.get("/v1/receivers").at("items").as_array().size() == 1);
}

TEST_CASE("An identical PUT changes nothing") {
  World world;
  const auto body = GENERATE(
      as<std::string>{},
      R"({"scenario":"full","listeners":[{"address":"127.0.0.1:0"}]})",
      R"({"scenario":"full"})",
      R"({"scenario":{"name":"mine","rule":[{"at":"rcpt","reply":"450 4.2.1 later"}]}})",
      R"({"scenario_toml":"name = \"mine\"\n"})"
  );
  CAPTURE(body);
  const auto first = world.put("t1", body);
  REQUIRE(first.status == 200);
  const auto port = listener(world, "t1");
  const auto edition = world.registry.find("t1")->edition();
  CHECK(world.put("t1", body).body == first.body);
  CHECK(listener(world, "t1") == port);
  CHECK(world.registry.find("t1")->edition() == edition);
  CHECK(times_put_in_force(world, "t1") == 1);
}

TEST_CASE("Another scenario or seed is put in force and keeps port and journal") {
  World world;
  REQUIRE(world.put("t1", R"({"scenario":"full"})").status == 200);
  const auto port = listener(world, "t1");
  REQUIRE(world.put("t1", R"({"scenario":"healthy"})").status == 200);
  CHECK(world.get("/v1/receivers/t1").at("scenario") == "healthy");
  CHECK(times_put_in_force(world, "t1") == 2);
  REQUIRE(world.put("t1", R"({"scenario":"healthy","seed":9})").status == 200);
  CHECK(world.get("/v1/receivers/t1").at("seed") == 9);
  CHECK(times_put_in_force(world, "t1") == 3);
  CHECK(listener(world, "t1") == port);
}

TEST_CASE("Listeners alone change without a new start") {
  World world;
  REQUIRE(world.put("t1", R"({"scenario":"full"})").status == 200);
  const auto body = R"({"scenario":"full","listeners":[{"address":"127.0.0.1:3000"}]})";
  REQUIRE(world.put("t1", body).status == 200);
  CHECK(listener(world, "t1") == "127.0.0.1:3000");
  CHECK(times_put_in_force(world, "t1") == 1);
  REQUIRE(world.put("t1", R"({"scenario":"full","listeners":[]})").status == 200);
  CHECK(listener(world, "t1").empty());
}

TEST_CASE("A PUT with errors reports all of them and changes nothing") {
  World world;
  REQUIRE(world.put("t1", R"({"scenario":"full"})").status == 200);
  const auto before = world.get("/v1/receivers/t1");
  const auto asked = world.ports.asked;
  const auto response = world.put("t1", R"({
    "scenaro": "full",
    "domains": ["a.test", "a@b", 3, "A.test"],
    "seed": -1,
    "scenario": {"name": "x", "rule": [{"at": "rcpt", "reply": "452 4.3.1 full", "delya": "2s"}]},
    "listeners": [{"address": "nowhere:25"}, {"addres": "127.0.0.1:0"},
                  {"address": "127.0.0.1:1", "tls": "always", "shared": "yes"}]
  })");
  CHECK(response.status == 422);
  std::vector<std::string> places;
  for (const auto& problem : problems(response))
    places.push_back(problem.substr(0, problem.find(':')));
  const std::vector<std::string> expected = {
      "/scenaro",
      "/domains/1",
      "/domains/2",
      "/domains/3",
      "/seed",
      "/scenario/rule/0/delya",
      "/listeners/0/address",
      "/listeners/1",
      "/listeners/1/addres",
      "/listeners/2/tls",
      "/listeners/2/shared",
  };
  CHECK(places == expected);
  CHECK(problems(response).front().find("did you mean 'scenario'?") != std::string::npos);
  CHECK(world.get("/v1/receivers/t1") == before);
  CHECK(world.ports.asked == asked);
}

TEST_CASE("A bad body of PUT is refused with a reason") {
  World world;

  struct Row {
    std::string body;
    unsigned status;
    std::string problem;
  };

  const auto row = GENERATE(
      Row{"", 400, ""},
      Row{"{", 400, ""},
      Row{"[]", 422, ""},
      Row{"{}", 422, "body: no scenario is given; add the key \"scenario\", such as \"healthy\""},
      Row{R"({"scenario":3})", 422, ""},
      Row{R"({"scenario":"ful"})",
          422,
          "/scenario: there is no scenario 'ful'; did you mean 'full'?"},
      Row{R"({"scenario":"full","scenario_toml":""})",
          422,
          "/scenario_toml: 'scenario' and 'scenario_toml' are both given; give one"},
      Row{R"({"scenario":"full","listeners":[{"address":"127.0.0.1:9"},{"address":"127.0.0.1:9"}]})",
          422,
          "/listeners/1: '127.0.0.1:9' is listed twice; "},
      Row{R"({"scenario_toml":"name = \"x\"\n[[rule]]\n  at = \"rcpp\"\n  reply = \"250 ok\"\n"})",
          422,
          ""}
  );
  CAPTURE(row.body);
  const auto response = world.put("t1", row.body);
  CHECK(response.status == row.status);
  REQUIRE(problems(response).size() == 1);
  if (!row.problem.empty()) CHECK(problems(response).front() == row.problem);
  CHECK_FALSE(world.registry.find("t1"));
}

TEST_CASE("Errors of a TOML scenario in a body have line and column") {
  World world;
  const auto response = world.put("t1", R"({"scenario_toml":"name = \"x\"\nfoo = 1\n"})");
  REQUIRE(problems(response).size() == 1);
  CHECK(problems(response).front().starts_with("scenario_toml:2:1: "));
}

TEST_CASE("A TOML scenario without a name is called as its receiver") {
  World world;
  REQUIRE(world.put("a.b", R"({"scenario_toml":"summary = \"x\"\n"})").status == 200);
  CHECK(world.get("/v1/receivers/a.b").at("scenario") == "a.b");
  REQUIRE(world.put("a.b", R"({"scenario_toml":"name = \"mine\"\n"})").status == 200);
  CHECK(world.get("/v1/receivers/a.b").at("scenario") == "mine");
}

TEST_CASE("An address that cannot be had leaves everything as it was") {
  World world;
  REQUIRE(world.put("t1", R"({"scenario":"full"})").status == 200);
  const auto before = world.get("/v1/receivers/t1");
  world.ports.taken = {"127.0.0.1:25"};
  const auto body = R"({"scenario":"healthy","listeners":[{"address":"127.0.0.1:25"}]})";
  const auto response = world.put("t1", body);
  CHECK(response.status == 409);
  CHECK(
      problems(response).front() == "/listeners: cannot listen on 127.0.0.1:25; choose another port"
  );
  CHECK(world.get("/v1/receivers/t1") == before);
  CHECK(world.put("t2", body).status == 409);
  CHECK_FALSE(world.registry.find("t2"));
}

TEST_CASE("A listener for other machines needs a token or openness") {
  World world;
  const auto body = R"({"scenario":"full","listeners":[{"address":"0.0.0.0:0"}]})";
  const auto response = world.put("t1", body);
  CHECK(response.status == 422);
  CHECK(problems(response).front().find("--token or --open") != std::string::npos);
  world.api.open = true;
  CHECK(world.put("t1", body).status == 200);
}

TEST_CASE("A receiver has a plain name") {
  World world;
  for (const auto* name : {"a%20b", "a%2Fb", "%00", "a@b", ".", "..", "%2e%2E", "..."}) {
    CAPTURE(name);
    CHECK(world.put(name, R"({"scenario":"full"})").status == 422);
  }
  CHECK(world.put(std::string(65, 'a'), R"({"scenario":"full"})").status == 422);
  CHECK(world.put("Test_1.a-b", R"({"scenario":"full"})").status == 200);
}

TEST_CASE("A receiver with domains gets no port that is not asked for") {
  World world;
  const auto response = world.put("t1", R"({"scenario":"full","domains":["B.test","*.a.test"]})");
  REQUIRE(response.status == 200);
  const auto value = boost::json::parse(response.body);
  CHECK(value.at("listeners").as_array().empty());
  CHECK(value.at("domains") == boost::json::parse(R"(["*.a.test","b.test"])"));
  CHECK(world.directory.snapshot()->owner_of("x.A.test") == world.registry.find("t1"));
  CHECK(world.put("t1", R"({"scenario":"full"})").body == response.body);
  CHECK(
      world.put("t1", R"({"scenario":"full","domains":["b.test","*.a.test"]})").body ==
      response.body
  );
  CHECK(times_put_in_force(world, "t1") == 1);
}

TEST_CASE("The listeners of default are shared unless it says otherwise") {
  World world;
  const auto shared = [&world](std::string_view name, std::string_view more) {
    const auto response = world.put(name, fmt::format(R"({{"scenario":"full"{}}})", more));
    return boost::json::parse(response.body).at("listeners").at(0).at("shared").as_bool();
  };
  CHECK(shared("default", ""));
  CHECK(shared("default", R"(,"listeners":[{"address":"127.0.0.1:9"}])"));
  CHECK_FALSE(shared("default", R"(,"listeners":[{"address":"127.0.0.1:9","shared":false}])"));
  CHECK_FALSE(shared("t1", ""));
  CHECK(shared("t1", R"(,"listeners":[{"address":"127.0.0.1:0","shared":true}])"));
}

TEST_CASE("A domain has one owner") {
  World world;
  REQUIRE(world.put("a", R"({"scenario":"full","domains":["a.test"]})").status == 200);
  REQUIRE(world.put("b", R"({"scenario":"full","domains":["b.test"]})").status == 200);
  const auto before = world.get("/v1/receivers/b");
  const auto asked = world.ports.asked;
  const auto response = world.put(
      "b",
      R"({"scenario":"healthy","domains":["c.test","A.test"],"listeners":[{"address":"127.0.0.1:0"}]})"
  );
  CHECK(response.status == 409);
  REQUIRE(problems(response).size() == 1);
  CHECK(
      problems(response).front().starts_with("/domains/1: the receiver 'a' has the domain 'a.test'")
  );
  CHECK(world.get("/v1/receivers/b") == before);
  CHECK(world.ports.asked == asked);
  // One that is new leaves no trace.
  CHECK(world.put("c", R"({"scenario":"full","domains":["a.test"]})").status == 409);
  CHECK_FALSE(world.registry.find("c"));
  CHECK(world.journal.read({.receivers = {"c"}}, 0, 10).events.empty());
  // A name below the other's is another domain.
  CHECK(world.put("c", R"({"scenario":"full","domains":["*.a.test"]})").status == 200);
}

TEST_CASE("Domains stay as they were when a port cannot be had") {
  World world;
  REQUIRE(world.put("a", R"({"scenario":"full","domains":["a.test"]})").status == 200);
  world.ports.taken = {"127.0.0.1:25"};
  const auto body =
      R"({"scenario":"full","domains":["b.test"],"listeners":[{"address":"127.0.0.1:25"}]})";
  CHECK(world.put("a", body).status == 409);
  CHECK(world.directory.domains_of("a") == std::vector<std::string>{"a.test"});
  CHECK(world.put("new", body).status == 409);
  CHECK_FALSE(world.directory.snapshot()->owner_of("b.test"));
}

TEST_CASE("A reset begins state and journal anew and keeps ports and domains") {
  World world;
  const auto body =
      R"({"scenario":"full","domains":["a.test"],"listeners":[{"address":"127.0.0.1:0"}]})";
  REQUIRE(world.put("default", body).status == 200);
  const auto before = world.get("/v1/receivers/default");
  offer(world, 1, "a@a.test", 452);
  REQUIRE(world.get("/v1/attempts").at("items").as_array().size() == 1);
  const auto response = world.post("/v1/receivers/default/reset", "");
  REQUIRE(response.status == 200);
  CHECK(boost::json::parse(response.body) == before);
  CHECK(world.get("/v1/attempts").at("items").as_array().empty());
  CHECK(world.get("/v1/events?kind=command").at("items").as_array().empty());
}

TEST_CASE("The journal alone can be forgotten") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  REQUIRE(world.put("other", R"({"scenario":"full"})").status == 200);
  world.registry.find("default")->opened(world.now);
  offer(world, 1, "a@a.test", 452);
  offer(world, 2, "a@a.test", 452, "other");
  const auto events = world.get("/v1/events?receiver=default").at("items").as_array().size();
  const auto response = world.del("/v1/receivers/default/journal");
  REQUIRE(response.status == 200);
  const auto value = boost::json::parse(response.body);
  CHECK(value.at("receiver") == "default");
  CHECK(value.at("removed") == events);
  CHECK(world.get("/v1/attempts?receiver=default").at("items").as_array().empty());
  CHECK(world.get("/v1/attempts?receiver=other").at("items").as_array().size() == 1);
  CHECK(world.get("/v1/receivers/default").at("state").at("clock").at("started") == true);
}

TEST_CASE("An unknown receiver is 404 and names the nearest") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  const auto response = world.ask(Verb::get, "/v1/receivers/defalt").response;
  CHECK(response.status == 404);
  CHECK(
      problems(response).front() ==
      "/v1/receivers/defalt: no receiver 'defalt'; did you mean 'default'?"
  );
}

TEST_CASE("Warnings of a scenario are in the answer") {
  World world;
  const auto response = world.put(
      "t1", R"({"scenario":{"name":"odd","rule":[{"at":"rcpt","reply":"452 5.3.1 full"}]}})"
  );
  REQUIRE(response.status == 200);
  const auto value = boost::json::parse(response.body);
  REQUIRE_FALSE(value.at("warnings").as_array().empty());
  CHECK(value.at("warnings").at(0).at("at").as_string().starts_with("/scenario/rule/0"));
}

}  // namespace control
