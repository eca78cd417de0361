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
      {Verb::get, "/v1/tls/authority", "/v1/tls/authority", "", 200},
      {Verb::get, "/openapi.json", "/openapi.json", "", 200},
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
      {Verb::get, "/v1/receivers/{name}/state", "/v1/receivers/x/state", "", 200},
      {Verb::get, "/v1/receivers/{name}/rules", "/v1/receivers/x/rules", "", 200},
      {Verb::post,
       "/v1/receivers/{name}/rules",
       "/v1/receivers/x/rules",
       R"({"at":"rcpt","next":1,"reply":"452 4.3.1 Mail system full"})",
       201},
      {Verb::del, "/v1/receivers/{name}/rules/{id}", "/v1/receivers/x/rules/2", "", 200},
      {Verb::get, "/v1/scenarios", "/v1/scenarios", "", 200},
      {Verb::post, "/v1/scenarios/check", "/v1/scenarios/check", "name = \"x\"", 200},
      {Verb::put, "/v1/scenarios/{name}", "/v1/scenarios/mine", "name = \"mine\"", 200},
      {Verb::get, "/v1/scenarios/{name}", "/v1/scenarios/mine", "", 200},
      {Verb::del, "/v1/scenarios/{name}", "/v1/scenarios/mine", "", 200},
      {Verb::get, "/v1/events/{seq}/why", "/v1/events/1/why", "", 200},
      {Verb::post,
       "/v1/explain",
       "/v1/explain",
       R"({"receiver":"x","stage":"rcpt","sender":"a@c.test","recipient":"b@x.test"})",
       200},
      {Verb::get, "/v1/connections/{id}", "/v1/connections/1?receiver=x", "", 404},
      {Verb::get, "/v1/messages", "/v1/messages?receiver=x", "", 200},
      {Verb::get, "/v1/messages/{id}", "/v1/messages/1?receiver=x", "", 404},
      {Verb::get, "/v1/messages/{id}/raw", "/v1/messages/1/raw?receiver=x", "", 404},
      {Verb::get, "/metrics", "/metrics", "", 200},
      {Verb::post, "/v1/receivers/{name}/reset", "/v1/receivers/x/reset", "", 200},
      {Verb::del, "/v1/receivers/{name}/journal", "/v1/receivers/x/journal", "", 200},
      {Verb::del, "/v1/receivers/{name}", "/v1/receivers/x", "", 200},
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
    for (const ReplyDoc& reply : route.replies) {
      CAPTURE(reply.status);
      CHECK_FALSE(reply.doc.empty());
      CHECK(text.find(reply.doc) != std::string::npos);
    }
    if (route.body == nullptr || route.body->members == nullptr) continue;
    CHECK_FALSE(route.body->members().empty());
    for (const MemberDoc& member : route.body->members()) {
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
  const auto response = world.ask(Verb::patch, "/v1/receivers/a").response;
  CHECK(response.status == 405);
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0].name == "Allow");
  CHECK(response.headers[0].value == "GET, HEAD, PUT, DELETE, OPTIONS");
  CHECK(world.ask(Verb::other, "/livez").response.headers[0].value == "GET, HEAD, OPTIONS");
}

TEST_CASE("HEAD is answered as GET") {
  World world;
  CHECK(world.ask(Verb::head, "/livez").response.status == 200);
}

TEST_CASE("OPTIONS says what is possible, and nothing of other origins", "[label:security]") {
  World world;
  const auto response =
      world
          .ask(
              Verb::options,
              "/v1/receivers/x",
              "",
              {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "PUT"}}
          )
          .response;
  CHECK(response.status == 204);
  CHECK(response.body.empty());
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0].name == "Allow");
  CHECK(response.headers[0].value.starts_with("GET, HEAD, PUT"));
  CHECK(response.headers[0].value.ends_with(", OPTIONS"));
  CHECK(world.ask(Verb::options, "/nowhere").response.status == 404);
}

TEST_CASE("A body where none is possible is refused unless it says nothing", "[label:security]") {
  World world;
  for (const auto* body : {"", "{}", " {}\n", "\r\n"}) {
    CAPTURE(body);
    CHECK(world.ask(Verb::get, "/livez", body).response.status == 200);
  }
  const auto response = world.ask(Verb::get, "/livez", "{\"a\":1}").response;
  CHECK(response.status == 400);
  CHECK(problems(response).front() == "body: a body is not possible here; send none, or {}");
}

TEST_CASE("A body is read as JSON unless its type says otherwise", "[label:security]") {
  World world;

  struct Row {
    std::string name, type;
    unsigned status;
  };

  const auto row = GENERATE(
      Row{"none", "", 200},
      Row{"JSON", "application/json", 200},
      Row{"with a charset", "Application/JSON ; charset=utf-8", 200},
      Row{"what curl -d says", "application/x-www-form-urlencoded", 200},
      Row{"text", "text/plain", 415},
      Row{"a form", "multipart/form-data; boundary=x", 415},
      Row{"a longer name", "application/json5", 415},
      Row{"nonsense", "json", 415}
  );
  CAPTURE(row.name);
  const std::vector<Field> headers =
      row.type.empty() ? std::vector<Field>{} : std::vector<Field>{{"Content-Type", row.type}};
  const auto response =
      world.ask(Verb::put, "/v1/receivers/x", R"({"scenario":"healthy"})", headers).response;
  CHECK(response.status == row.status);
  if (row.status == 415) CHECK(problems(response).front().ends_with("there is: application/json"));
}

TEST_CASE(
    "Every body that is malformed, missing or too deep is a bad request", "[label:security]"
) {
  World world;
  REQUIRE(world.put("x", R"({"scenario":"healthy"})").status == 200);
  const auto deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const Row& row : rows()) {
    const auto found = std::find_if(routes().begin(), routes().end(), [&](const Route& route) {
      return route.verb == row.verb && route.pattern == row.pattern;
    });
    if (found == routes().end() || found->body == nullptr) continue;
    if (found->body->members == nullptr && found->body->media.size() > 1) continue;  // texts
    CAPTURE(row.pattern);
    const std::vector<Field> json = {{"Content-Type", "application/json"}};
    for (const std::string& body : {std::string("{\"a\":"), std::string("{} {}"), deep}) {
      CHECK(world.ask(row.verb, row.target, body, json).response.status == 400);
    }
    if (!found->body->required) continue;
    const auto missing = world.ask(row.verb, row.target, "", json).response;
    CHECK(missing.status == 400);
    CHECK(problems(missing).front().starts_with("body: the body is missing; send "));
  }
}

TEST_CASE("A body that may be missing is taken for one that says nothing") {
  World world;
  REQUIRE(world.put("x", R"({"scenario":"healthy"})").status == 200);
  CHECK(world.post("/v1/verify", "").status == 200);
  CHECK(world.post("/v1/verify", " \n").status == 200);
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
