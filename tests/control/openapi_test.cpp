// The OpenAPI document: whole, and true to the routes.
#include "control/openapi.hpp"

#include <set>
#include <string>

#include "control/schemas.hpp"
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

namespace json = boost::json;

const json::object& document() {
  static const json::value value = json::parse(openapi_json());
  return value.as_object();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Calls `see` with the target of every reference.
template <typename See>
void each_reference(const json::value& value, See see) {
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) each_reference(item, see);
  } else if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      if (key == "$ref" && member.is_string()) {
        see(std::string(member.as_string()));
      } else {
        each_reference(member, see);
      }
    }
  }
}

const json::object& operation_of(const Route& route) {
  return document()
      .at("paths")
      .at(route.pattern)
      .as_object()
      .at(lower(name_of(route.verb)))
      .as_object();
}

std::string what(const Route& route) {
  return std::string(name_of(route.verb)) + " " + std::string(route.pattern);
}

}  // namespace

TEST_CASE("Every reference of the OpenAPI document leads somewhere") {
  std::set<std::string> dead;
  const json::value whole = document();
  each_reference(whole, [&](const std::string& target) {
    boost::system::error_code error;
    if (!target.starts_with("#/") || whole.find_pointer(target.substr(1), error) == nullptr) {
      dead.insert(target);
    }
  });
  CHECK(dead == std::set<std::string>{});
}

TEST_CASE("Every route is an operation with a name of its own") {
  std::set<std::string> names;
  std::size_t operations = 0;
  for (const auto& [path, item] : document().at("paths").as_object()) {
    operations += item.as_object().size();
  }
  CHECK(operations == routes().size());
  for (const Route& route : routes()) {
    CAPTURE(what(route));
    const auto& operation = operation_of(route);
    CHECK(operation.at("summary").as_string() == route.doc);
    CHECK(names.insert(std::string(operation.at("operationId").as_string())).second);
    CHECK(operation.contains("requestBody") == (route.body != nullptr));
    CHECK(operation.contains("security") == (route.token == Token::not_needed));
  }
}

TEST_CASE("Operations are named after what they are about") {
  const auto named = [](Verb verb, std::string_view pattern) {
    return operation_id({.verb = verb, .pattern = pattern, .handle = nullptr, .doc = ""});
  };
  CHECK(named(Verb::get, "/v1/receivers") == "get_receivers");
  CHECK(named(Verb::put, "/v1/receivers/{name}") == "put_receiver");
  CHECK(named(Verb::del, "/v1/receivers/{name}/rules/{id}") == "delete_receiver_rule");
  CHECK(named(Verb::get, "/v1/deliveries/{id}") == "get_delivery");
  CHECK(named(Verb::get, "/openapi.json") == "get_openapi_json");
}

TEST_CASE("Every route says what it answers, and what follows from it") {
  for (const Route& route : routes()) {
    CAPTURE(what(route));
    const auto& responses = operation_of(route).at("responses").as_object();
    CHECK_FALSE(route.replies.empty());
    for (const ReplyDoc& reply : route.replies) {
      CHECK(responses.contains(std::to_string(reply.status)));
    }
    CHECK(responses.contains("400"));
    CHECK(responses.contains("421"));
    CHECK(responses.contains("422"));
    CHECK(responses.contains("401") == (route.token == Token::needed));
    CHECK(responses.contains("415") == (route.body != nullptr));
    if (route.pattern.find('{') != std::string_view::npos) CHECK(responses.contains("404"));
  }
}

TEST_CASE("Every schema of a route is there, and every body and JSON reply has an example") {
  const auto schemas = component_schemas();
  for (const Route& route : routes()) {
    CAPTURE(what(route));
    for (const ReplyDoc& reply : route.replies) {
      if (reply.schema.empty()) continue;
      CAPTURE(reply.schema);
      CHECK(schemas.contains(reply.schema));
      CHECK_FALSE(example_of(reply.schema).is_null());
    }
    if (route.body == nullptr) continue;
    CHECK_FALSE(route.body->example.empty());
    CHECK((route.body->members != nullptr || schemas.contains(route.body->schema)));
    for (const auto& [media, content] :
         operation_of(route).at("requestBody").at("content").as_object()) {
      CAPTURE(media);
      if (media == route.body->media.front()) CHECK(content.as_object().contains("example"));
    }
  }
}

// A client generator makes a type of it; whoever posts it must not be told that it is wrong.
TEST_CASE("The example of every body is no malformed one") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"healthy"})").status == 200);
  for (const Route& route : routes()) {
    if (route.body == nullptr || route.body->media.front() != kJson) continue;
    CAPTURE(what(route));
    boost::system::error_code error;
    json::parse(route.body->example, error);
    CHECK_FALSE(error);
  }
}

TEST_CASE("Members of a body that must be there are said to be required") {
  std::size_t seen = 0;
  for (const Route& route : routes()) {
    if (route.body == nullptr || route.body->members == nullptr) continue;
    CAPTURE(what(route));
    const auto& schema =
        operation_of(route).at("requestBody").at("content").at(kJson).at("schema").as_object();
    CHECK(schema.at("additionalProperties") == json::value(false));
    for (const MemberDoc& member : route.body->members()) {
      CAPTURE(member.name);
      CHECK(schema.at("properties").as_object().contains(member.name));
      if (!member.required) continue;
      ++seen;
      const auto& required = schema.at("required").as_array();
      CHECK(
          std::find(required.begin(), required.end(), json::value(member.name)) != required.end()
      );
    }
  }
  CHECK(seen > 0);
}

TEST_CASE("A scenario's definitions are components and nothing refers to its own document") {
  const auto schemas = component_schemas();
  for (const auto* name : {"Scenario", "ScenarioRule", "ScenarioMatch", "ScenarioExpect"}) {
    CHECK(schemas.contains(name));
  }
  const auto text = json::serialize(schemas);
  CHECK(text.find("$defs") == std::string::npos);
  CHECK(schemas.at("Stage").at("enum").as_array().front() == "connect");
}

TEST_CASE("The OpenAPI document is served") {
  World world;
  CHECK(world.ask(Verb::get, "/openapi.json").response.body == openapi_json());
}

}  // namespace control
