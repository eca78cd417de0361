// GET /v1/attempts and /v1/deliveries: filters, pages, and which receiver is meant.
#include <fmt/format.h>

#include "control/mail.hpp"
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

std::vector<std::string> recipients(const boost::json::value& answer) {
  std::vector<std::string> out;
  for (const auto& item : answer.at("items").as_array()) {
    out.emplace_back(item.at("recipient").as_string());
  }
  return out;
}

}  // namespace

TEST_CASE("Deliveries come with their attempts") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  offer(world, 1, "a@x.test", 452);
  offer(world, 2, "b@x.test", 550);
  offer(world, 3, "a@x.test", 452);

  const auto all = world.get("/v1/deliveries");
  CHECK(recipients(all) == std::vector<std::string>{"a@x.test", "b@x.test"});
  const auto& first = all.at("items").at(0);
  CHECK(first.at("receiver") == "default");
  CHECK(first.at("state") == "deferred");
  CHECK(first.at("message_id").is_null());
  CHECK(first.at("copies") == 0);
  CHECK(first.at("ambiguous") == false);
  REQUIRE(first.at("attempts").as_array().size() == 2);
  CHECK(first.at("attempts").at(1).at("code") == 452);

  const auto id = first.at("id").to_number<std::uint64_t>();
  CHECK(world.get(fmt::format("/v1/deliveries/{}", id)) == first);
}

TEST_CASE("Deliveries and attempts are filtered") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  offer(world, 1, "a@x.test", 452);
  offer(world, 2, "b@y.test", 550);
  using Row = std::pair<std::string, std::vector<std::string>>;
  const auto row = GENERATE(
      Row{"deliveries?recipient=*@y.test", {"b@y.test"}},
      Row{"deliveries?sender=nobody*", {}},
      Row{"deliveries?state=deferred", {"a@x.test"}},
      Row{"deliveries?state=deferred,rejected", {"a@x.test", "b@y.test"}},
      Row{"attempts?outcome=rejected", {"b@y.test"}},
      Row{"attempts?scope=delivery&recipient=A@x.test", {"a@x.test"}},
      Row{"attempts?scope=client", {}}
  );
  CAPTURE(row.first);
  CHECK(recipients(world.get("/v1/" + row.first)) == row.second);
}

TEST_CASE("Lists of deliveries and attempts are paged to their end") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  for (std::uint64_t i = 1; i <= 5; ++i) offer(world, i, fmt::format("{}@x.test", i), 452);
  const auto path = GENERATE(as<std::string>{}, "deliveries", "attempts");
  CAPTURE(path);
  const auto first = world.get(fmt::format("/v1/{}?limit=4", path));
  CHECK(recipients(first).size() == 4);
  REQUIRE(first.at("next").is_string());
  const std::string next(first.at("next").as_string());
  const auto rest = world.get(fmt::format("/v1/{}?limit=4&after={}", path, next));
  CHECK(recipients(rest) == std::vector<std::string>{"5@x.test"});
  CHECK(rest.at("next").is_null());
  CHECK(world.get(fmt::format("/v1/{}?limit=5", path)).at("next").is_null());
}

TEST_CASE("The receiver may be left out only while there is one") {
  World world;
  const auto paths = std::vector<std::string>{"/v1/deliveries", "/v1/attempts", "/v1/deliveries/1"};
  for (const auto& path : paths) {
    CHECK(world.ask(Verb::get, path).response.status == 422);
  }
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  CHECK(world.ask(Verb::get, "/v1/deliveries").response.status == 200);
  REQUIRE(world.put("other", R"({"scenario":"full"})").status == 200);
  for (const auto& path : paths) {
    CAPTURE(path);
    const auto response = world.ask(Verb::get, path).response;
    CHECK(response.status == 422);
    CHECK(
        problems(response).front() ==
        "?receiver: which receiver is meant?; add ?receiver= with one of: default, other"
    );
  }
  CHECK(world.ask(Verb::get, "/v1/deliveries?receiver=other").response.status == 200);
  const auto wrong = world.ask(Verb::get, "/v1/deliveries?receiver=othr").response;
  CHECK(problems(wrong).front() == "?receiver: no receiver 'othr'; did you mean 'other'?");
}

TEST_CASE("A delivery that does not exist is 404") {
  World world;
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  for (const auto* id : {"1", "0", "x", "1x", "-1", "99999999999999999999999"}) {
    CAPTURE(id);
    CHECK(world.ask(Verb::get, std::string("/v1/deliveries/") + id).response.status == 404);
  }
}

}  // namespace control
