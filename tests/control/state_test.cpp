// What tests change about a receiver while it runs: its clock, and what was offered.
#include "control/mail.hpp"
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

using namespace std::chrono_literals;

Response patch(World& world, std::string_view body) {
  return world.ask(Verb::patch, "/v1/receivers/default/state", body).response;
}

}  // namespace

TEST_CASE("An advance moves the receiver clock and its phases and answers with the state") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  world.registry.find("default")->opened(world.now);
  const auto response = patch(world, R"({"clock":{"advance":"31m"}})");
  REQUIRE(response.status == 200);
  const auto value = boost::json::parse(response.body);
  CHECK(value.at("receiver") == "default");
  CHECK(value.at("phase") == "healthy");
  CHECK(value.at("clock").at("now") == 1860);
  const auto events = world.get("/v1/events?kind=advanced,phase");
  CHECK(events.at("items").as_array().size() == 2);
  CHECK(events.at("items").at(0).at("by") == 1860);
}

TEST_CASE("A missed deadline that spans an advance is inconclusive") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  offer(world, 1, "a@x.test", 452);
  world.now += 1s;
  REQUIRE(patch(world, R"({"clock":{"advance":"24h"}})").status == 200);
  world.now += 10s;
  const auto verdict = [&world](std::string_view body) {
    const auto answer = boost::json::parse(world.post("/v1/verify", body).body);
    return std::string(answer.at("verdict").as_string());
  };
  CHECK(verdict(R"({"expect":[{"check":"retried","within":"5s"}]})") == "inconclusive");
  // On the clock that was advanced a day has passed.
  CHECK(verdict(R"({"expect":[{"check":"retried","within":"1h","clock":"receiver"}]})") == "fail");
}

TEST_CASE("A bad change of state is refused and changes nothing") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);

  struct Row {
    std::string body;
    unsigned status;
    std::vector<std::string> begins;
  };

  const auto row = GENERATE(
      Row{"", 400, {""}},
      Row{"{}", 422, {"body: "}},
      Row{R"({"clock":{}})", 422, {"/clock: "}},
      Row{R"({"clock":3})", 422, {"/clock: "}},
      Row{R"({"clock":{"advance":24}})", 422, {"/clock/advance: "}},
      Row{R"({"clock":{"advance":"-1s"}})", 422, {"/clock/advance: "}},
      Row{R"({"clock":{"scale":0}})", 422, {"/clock/scale: "}},
      Row{R"({"clock":{"scale":"60"}})", 422, {"/clock/scale: "}},
      Row{R"({"counters":"forget"})", 422, {"/counters: "}},
      Row{R"({"storage":{"used":"1MiB"}})", 422, {"/storage: "}},
      Row{R"({"clock":{"advance":"1s","scale":-1,"advanse":"1s"},"phase":"x","fase":"x"})",
          422,
          {"/clock/scale: ", "/clock/advanse: ", "/phase: ", "/fase: "}}
  );
  CAPTURE(row.body);
  const auto response = patch(world, row.body);
  CHECK(response.status == row.status);
  const auto found = problems(response);
  REQUIRE(found.size() == row.begins.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i]);
    CHECK(found[i].starts_with(row.begins[i]));
  }
  CHECK(world.get("/v1/events?kind=advanced").at("items").as_array().empty());
}

TEST_CASE("The state shows phases, clock, counters and messages") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  const auto state = world.get("/v1/receivers/default/state");
  CHECK(state == boost::json::parse(R"({
    "receiver": "default", "phase": "full",
    "phases": [{"name": "full", "for": "30m"}, {"name": "healthy", "for": null}],
    "clock": {"now": 0, "judge": 0, "scale": 1, "started": false},
    "open_connections": 0, "counters": [],
    "messages": {"kept": 0, "octets": 0, "dropped": 0}
  })"));
  const auto changed = patch(world, R"({"phase":"healthy"})").body;
  CHECK(changed == world.ask(Verb::get, "/v1/receivers/default/state").response.body);
}

TEST_CASE("Phase, scale and counters are changed together") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  auto receiver = world.registry.find("default");
  receiver->opened(world.now);
  const auto edition = receiver->edition();
  const std::vector<std::string> keys{"a@x.test"};
  REQUIRE(edition->counters->claim({.rule = 1}, keys).nth == 1);
  const auto before = world.get("/v1/receivers/default/state").at("counters");
  REQUIRE(before.as_array().size() == 1);
  CHECK(before.at(0).at("key") == "a@x.test");
  CHECK(before.at(0).at("reached") == 1);

  const auto response =
      patch(world, R"({"phase":"healthy","clock":{"scale":60},"counters":"reset"})");
  REQUIRE(response.status == 200);
  const auto state = boost::json::parse(response.body);
  CHECK(state.at("phase") == "healthy");
  CHECK(state.at("clock").at("scale") == 60);
  CHECK(state.at("counters").as_array().empty());
  world.now += 1s;
  CHECK(world.get("/v1/receivers/default/state").at("clock").at("now") == 60);
}

TEST_CASE("A phase that there is not is refused and nothing else is done") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  REQUIRE(world.put("plain", R"({"scenario":"healthy"})").status == 200);
  const auto response = patch(world, R"({"phase":"helthy","clock":{"scale":60}})");
  CHECK(response.status == 422);
  CHECK(
      problems(response) ==
      std::vector<std::string>{"/phase: no phase 'helthy'; did you mean 'healthy'?"}
  );
  CHECK(world.get("/v1/receivers/default/state").at("clock").at("scale") == 1);
  const auto none = world.ask(Verb::patch, "/v1/receivers/plain/state", R"({"phase":""})").response;
  CHECK(
      problems(none) == std::vector<std::string>{"/phase: no phase ''; this scenario has no phases"}
  );
}

TEST_CASE("An offer is recorded when it is answered") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  const auto response =
      world.post("/v1/receivers/default/offered", R"({"recipient":"Jo.Doe+x@Gone.test"})");
  REQUIRE(response.status == 200);
  const auto value = boost::json::parse(response.body);
  CHECK(value.at("recipient") == "Jo.Doe+x@Gone.test");
  CHECK(value.at("receiver") == "default");
  const auto events = world.get("/v1/events?kind=offered");
  REQUIRE(events.at("items").as_array().size() == 1);
  CHECK(events.at("items").at(0).at("seq") == value.at("seq"));
}

TEST_CASE("An offer is the occasion that suppressed needs") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  offer(world, 1, "a@gone.test", 550);
  world.now += 1s;
  const auto verdict = [&world] {
    const auto body = R"({"expect":[{"check":"suppressed","quiet":"10s"}]})";
    const auto answer = boost::json::parse(world.post("/v1/verify", body).body);
    return std::string(answer.at("verdict").as_string());
  };
  CHECK(verdict() == "inconclusive");
  REQUIRE(
      world.post("/v1/receivers/default/offered", R"({"recipient":"a@gone.test"})").status == 200
  );
  world.now += 2s;
  CHECK(verdict() == "inconclusive");
  world.now += 20s;
  CHECK(verdict() == "pass");
}

TEST_CASE("What is no address cannot be offered") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  const auto body = GENERATE(
      as<std::string>{},
      "",
      "{",
      "{}",
      R"({"recipient":""})",
      R"({"recipient":7})",
      R"({"recipient":"<a@b.test>"})",
      R"({"recipient":"a b@c.test"})",
      R"({"recipient":"@r.test:a@b.test"})",
      R"({"recipient":"a@b.test> SIZE=3"})",
      R"({"recipient":"a@b.test\r\nRCPT"})",
      R"({"recipient":"nobody"})",
      R"({"recipient":"a@b.test","sender":"c@d.test"})"
  );
  CAPTURE(body);
  const auto response = world.post("/v1/receivers/default/offered", body);
  CHECK(response.status == 400);
  CHECK(problems(response).size() == 1);
  CHECK(world.get("/v1/events?kind=offered").at("items").as_array().empty());
}

TEST_CASE("State and offers of an unknown receiver are 404") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  CHECK(
      world.ask(Verb::patch, "/v1/receivers/x/state", R"({"clock":{"advance":"1s"}})")
          .response.status == 404
  );
  CHECK(world.post("/v1/receivers/x/offered", R"({"recipient":"a@b.test"})").status == 404);
}

}  // namespace control
