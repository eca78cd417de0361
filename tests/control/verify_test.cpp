// POST /v1/verify: what is judged, and when an answer waits.
#include <fmt/format.h>

#include "control/judged.hpp"
#include "support/catch.hpp"

namespace control {

using namespace std::chrono_literals;

TEST_CASE("Without expectations of its own a question takes those of the scenario") {
  World world;
  make(world);
  offer(world, 1, "a@x.test", 452);
  world.now += 2s;
  offer(world, 2, "a@x.test", 250);
  for (const auto* body : {"", "{}", R"({"receiver":"default"})"}) {
    const auto report = value_of(verify(world, body));
    CHECK(report.at("verdict") == "pass");
    CHECK(report.at("source") == "scenario expecting");
    CHECK(report.at("receiver") == "default");
    CHECK(names(report) == std::vector<std::string>{"retried"});
  }
  CHECK(value_of(world.ask(Verb::get, "/v1/report")).at("verdict") == "pass");
}

TEST_CASE("Given expectations and policies are judged instead of the own ones") {
  World world;
  make(world);
  offer(world, 1, "a@x.test", 452);
  world.now += 2s;
  offer(world, 2, "a@x.test", 250);
  world.now += 5s;  // a gap is excused if another message sets out soon
  const auto report = value_of(verify(
      world,
      R"({"expect":[{"check":"attempt-limit","at_most":1,"name":"once"}],"policy":["patient"]})"
  ));
  CHECK(report.at("verdict") == "fail");
  CHECK(report.at("source") == "given expectations, policy patient");
  CHECK(names(report) == std::vector<std::string>{"attempt-limit", "retried", "not-hasty"});
  const auto& checks = report.at("checks").as_array();
  CHECK(checks[0].at("name") == "once");
  CHECK(checks[0].at("verdict") == "fail");
  CHECK(checks[0].at("policy").is_null());
  CHECK(checks[1].at("verdict") == "pass");
  CHECK(checks[1].at("policy") == "patient");
  CHECK(checks[2].at("verdict") == "fail");
  CHECK_FALSE(checks[2].at("evidence").as_array().empty());

  const auto policy = value_of(verify(world, R"({"policy":"patient"})"));
  CHECK(names(policy) == std::vector<std::string>{"retried", "not-hasty"});
}

TEST_CASE("A verdict without expectations is inconclusive and does not wait") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  CHECK(value_of(verify(world, R"({"wait":"10s"})")).at("verdict") == "inconclusive");
  CHECK(value_of(verify(world, R"({"wait":"10s","expect":[]})")).at("verdict") == "inconclusive");
}

TEST_CASE("Everything wrong with a question is reported at once") {
  World world;
  make(world);
  make(world, "other");
  const auto response = world.post("/v1/verify", R"({
    "recevier": "default",
    "expect": [{"check": "retired"}, {"check": "retried", "withn": "3s", "within": "soon"}],
    "policy": ["patent", "broken"],
    "wait": "11m"
  })");
  CHECK(response.status == 422);
  std::vector<std::string> places;
  for (const auto& problem : problems(response)) {
    places.push_back(problem.substr(0, problem.find(": ")));
  }
  const std::vector<std::string> expected = {
      "body",
      "/recevier",
      "/expect/0/check",
      "/expect/1/withn",
      "/expect/1/within",
      "/policy/0",
      "/wait",
      "broken.toml:2:9",
  };
  CHECK(places == expected);
  CHECK(
      problems(response)[0] ==
      "body: which receiver is meant?; add \"receiver\" with one of: default, other"
  );
  CHECK(problems(response)[1].find("did you mean 'receiver'?") != std::string::npos);
  CHECK(problems(response)[5].find("did you mean 'patient'?") != std::string::npos);
}

TEST_CASE("A bad body of a question is refused with a reason") {
  World world;
  make(world);

  struct Row {
    std::string body;
    unsigned status;
    std::string problem;
  };

  const auto row = GENERATE(
      Row{"{", 400, ""},
      Row{"[]", 422, ""},
      Row{R"({"receiver":"defualt"})",
          422,
          "/receiver: no receiver 'defualt'; did you mean 'default'?"},
      Row{R"({"receiver":1})", 422, ""},
      Row{R"({"expect":"retried"})", 422, ""},
      Row{R"({"policy":7})", 422, ""},
      Row{R"({"wait":30})", 422, ""},
      Row{R"({"domain":"*.test"})",
          422,
          "/domain: '*.test' is no domain; write it as in an address: full.test"},
      Row{R"({"wait":"601s"})", 422, "/wait: 'wait' is longer than 10m; ask again after it"}
  );
  CAPTURE(row.body);
  const auto before = last_event(world);
  const auto response = world.post("/v1/verify", row.body);
  CHECK(response.status == row.status);
  REQUIRE(problems(response).size() == 1);
  if (!row.problem.empty()) CHECK(problems(response).front() == row.problem);
  CHECK(last_event(world) == before);
}

TEST_CASE("Without known policies every name is refused") {
  World world;
  make(world);
  world.api.find_policy = nullptr;
  const auto response = world.post("/v1/verify", R"({"policy":"patient"})");
  CHECK(response.status == 422);
  CHECK(problems(response).front() == "/policy: there is no policy 'patient'; ");
}

TEST_CASE("A waiting question ends as soon as the verdict is certain") {
  World world;
  make(world);
  auto outcome = verify(world, R"({"wait":"30s"})");
  REQUIRE(outcome.wait);
  CHECK(outcome.wait->longest == 30s);
  CHECK(outcome.wait->spaced);

  offer(world, 1, "a@x.test", 452);
  outcome = outcome.wait->look(world.now, Chance::another);
  REQUIRE(outcome.wait);
  world.now += 2s;
  offer(world, 2, "a@x.test", 250);
  const auto report = value_of(outcome.wait->look(world.now, Chance::another));
  CHECK(report.at("verdict") == "pass");
}

TEST_CASE("A waiting question looks again when time alone decides") {
  World world;
  make(world);
  offer(world, 1, "a@x.test", 452);
  const auto failed = world.now;
  auto outcome = verify(world, R"({"wait":"30s"})");
  REQUIRE(outcome.wait);
  REQUIRE(outcome.wait->again);
  // Slack is added to what a bound allows.
  CHECK(*outcome.wait->again > failed + 10s);
  CHECK(*outcome.wait->again < failed + 11s);

  world.now = *outcome.wait->again;
  const auto report = value_of(outcome.wait->look(world.now, Chance::another));
  CHECK(report.at("verdict") == "fail");
}

TEST_CASE("A wait on a scaled clock looks again in real time") {
  World world;
  const auto body = R"({"scenario":{"name":"fast","time":{"scale":10},
    "expect":[{"check":"retried","within":"100s"}]}})";
  const auto made = world.put("default", body);
  CAPTURE(made.body);
  REQUIRE(made.status == 200);
  offer(world, 1, "a@x.test", 452);
  const auto outcome = verify(world, R"({"wait":"30s"})");
  REQUIRE(outcome.wait);
  REQUIRE(outcome.wait->again);
  CHECK(*outcome.wait->again > world.now + 10s);
  CHECK(*outcome.wait->again < world.now + 11s);
}

TEST_CASE("What is open when the wait is over is inconclusive") {
  World world;
  make(world);
  offer(world, 1, "a@x.test", 452);
  const auto outcome = verify(world, R"({"wait":"5s"})");
  REQUIRE(outcome.wait);
  world.now += 5s;
  const auto report = value_of(outcome.wait->look(world.now, Chance::last));
  CHECK(report.at("verdict") == "inconclusive");
  CHECK(report.at("observed").at("real") == 5);
}

TEST_CASE("What only the end can pass is passed when the wait is over") {
  World world;
  make(world);
  offer(world, 1, "a@x.test", 452);
  const auto body = R"({"expect":[{"check":"attempt-limit","at_most":3}],"wait":"5s"})";
  const auto outcome = verify(world, body);
  REQUIRE(outcome.wait);
  world.now += 5s;
  const auto report = value_of(outcome.wait->look(world.now, Chance::last));
  CHECK(report.at("verdict") == "pass");
  CHECK(report.at("checks").at(0).at("provisional") == true);
}

TEST_CASE("Looking while waiting leaves no trace and the answer leaves one") {
  World world;
  make(world);
  offer(world, 1, "a@x.test", 452);
  const auto before = last_event(world);
  auto outcome = verify(world, R"({"wait":"5s"})");
  for (int i = 0; i < 3; ++i) {
    world.now += 1s;
    REQUIRE(outcome.wait);
    outcome = outcome.wait->look(world.now, Chance::another);
  }
  REQUIRE(outcome.wait);
  CHECK(last_event(world) == before);
  (void)outcome.wait->look(world.now, Chance::last);
  CHECK(last_event(world) == before + 1);
  CHECK(
      world.get(fmt::format("/v1/events?after={}", before)).at("items").at(0).at("kind") ==
      "observed"
  );
}

TEST_CASE("Events of another receiver change nothing about a wait") {
  World world;
  make(world);
  make(world, "other");
  offer(world, 1, "a@x.test", 452);
  const auto outcome = verify(world, R"({"receiver":"default","wait":"30s"})");
  REQUIRE(outcome.wait);
  offer(world, 2, "a@x.test", 250, "other");
  const auto again = outcome.wait->look(world.now, Chance::another);
  REQUIRE(again.wait);
  CHECK(again.wait->again == outcome.wait->again);
}

TEST_CASE("A wait takes up the expectations of a scenario put meanwhile") {
  World world;
  make(world);
  auto outcome = verify(world, R"({"wait":"30s"})");
  REQUIRE(outcome.wait);
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  const auto report = value_of(outcome.wait->look(world.now, Chance::another));
  CHECK(report.at("verdict") == "inconclusive");
  CHECK(report.at("scenario") == "full");
  CHECK(names(report).empty());
}

}  // namespace control
