// The table of routes: complete, documented, and found by the right requests only.
#include "control/routes.hpp"

#include <algorithm>

#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

// One request for every row of the table. A new route needs one here.
struct Row {
  Verb verb;
  std::string pattern;
  std::string target;
  std::string body;
  unsigned status;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {Verb::get, "/livez", "/livez", "", 200},
      {Verb::get, "/readyz", "/readyz", "", 200},
      {Verb::get, "/version", "/version", "", 200},
      {Verb::get, "/v1/events", "/v1/events?receiver=default", "", 200},
      {Verb::get, "/v1/attempts", "/v1/attempts", "", 200},
      {Verb::get, "/v1/deliveries", "/v1/deliveries?state=accepted", "", 200},
      {Verb::get, "/v1/deliveries/{id}", "/v1/deliveries/1", "", 404},
      {Verb::get, "/v1/receivers", "/v1/receivers", "", 200},
      {Verb::get, "/v1/receivers/{name}", "/v1/receivers/default", "", 200},
      {Verb::put, "/v1/receivers/{name}", "/v1/receivers/x", R"({"scenario":"full"})", 200},
      {Verb::patch,
       "/v1/receivers/{name}/state",
       "/v1/receivers/x/state",
       R"({"clock":{"advance":"1h"}})",
       200},
      {Verb::post,
       "/v1/receivers/{name}/offered",
       "/v1/receivers/x/offered",
       R"({"recipient":"a@b.test"})",
       200},
      {Verb::post, "/v1/verify", "/v1/verify", R"({"receiver":"x"})", 200},
      {Verb::get, "/v1/report", "/v1/report?receiver=x", "", 200},
  };
  return all;
}

}  // namespace

TEST_CASE("Every route answers and has a test") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"healthy"})").status == 200);
  for (const Row& row : rows()) {
    CAPTURE(row.pattern, row.target);
    CHECK(world.ask(row.verb, row.target, row.body).response.status == row.status);
  }
  for (const Route& route : routes()) {
    CAPTURE(route.pattern);
    CHECK(std::any_of(rows().begin(), rows().end(), [&](const Row& row) {
      return row.verb == route.verb && row.pattern == route.pattern;
    }));
  }
}

TEST_CASE("Every route and parameter is documented and printed") {
  const auto text = describe_routes();
  for (const Route& route : routes()) {
    CAPTURE(route.pattern);
    CHECK_FALSE(route.doc.empty());
    CHECK(text.find(route.pattern) != std::string::npos);
    CHECK(text.find(route.doc) != std::string::npos);
    for (const ParameterDoc& parameter : route.parameters) {
      CAPTURE(parameter.name);
      CHECK_FALSE(parameter.doc.empty());
      CHECK(text.find(parameter.doc) != std::string::npos);
    }
    // A body comes with a table of its members.
    CHECK((route.members != nullptr) == (route.verb != Verb::get));
    if (route.members == nullptr) continue;
    CHECK_FALSE(route.members().empty());
    for (const ParameterDoc& member : route.members()) {
      CAPTURE(member.name);
      CHECK_FALSE(member.doc.empty());
      CHECK(text.find(member.doc) != std::string::npos);
    }
  }
}

TEST_CASE("An unknown path is 404 and names the nearest") {
  World world;
  const auto response = world.ask(Verb::get, "/v1/event").response;
  CHECK(response.status == 404);
  CHECK(
      problems(response).front() == "/v1/event: there is nothing here; did you mean '/v1/events'?"
  );
  for (const auto* path : {"/", "/v1", "/v1/events/", "/v1/receivers/a/b", "/v1/receivers/"}) {
    CAPTURE(path);
    CHECK(world.ask(Verb::get, path).response.status == 404);
  }
}

TEST_CASE("A wrong verb is 405 and says which are possible") {
  World world;
  const auto response = world.ask(Verb::del, "/v1/receivers/a").response;
  CHECK(response.status == 405);
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0].name == "Allow");
  CHECK(response.headers[0].value == "GET, HEAD, PUT");
  CHECK(world.ask(Verb::other, "/livez").response.headers[0].value == "GET, HEAD");
}

TEST_CASE("HEAD is answered as GET") {
  World world;
  CHECK(world.ask(Verb::head, "/livez").response.status == 200);
}

TEST_CASE("A route without parameters refuses all") {
  World world;
  const auto response = world.ask(Verb::get, "/livez?x=1").response;
  CHECK(response.status == 422);
  CHECK(problems(response).front() == "?x: unknown query parameter 'x'; it takes none");
}

TEST_CASE("Readiness fails with the reasons") {
  World world;
  world.api.unready = [] { return std::vector<Problem>{{"journal", "no space left", "mend it"}}; };
  const auto response = world.ask(Verb::get, "/readyz").response;
  CHECK(response.status == 503);
  CHECK(problems(response) == std::vector<std::string>{"journal: no space left; mend it"});
}

}  // namespace control
