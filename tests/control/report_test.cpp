// The report on a receiver: its forms, and one domain of it.
#include <fmt/format.h>

#include "control/judged.hpp"
#include "support/catch.hpp"

namespace control {

using namespace std::chrono_literals;

TEST_CASE("A report is told in the form that is asked for") {
  World world;
  make(world);
  offer(world, 1, "a@x.test", 452);

  struct Row {
    std::string accept, content, begins;
  };

  const auto row = GENERATE(
      Row{"", "application/json", R"({"verdict":"inconclusive",)"},
      Row{"*/*", "application/json", R"({"verdict":"inconclusive",)"},
      Row{"text/plain", "text/plain; charset=utf-8", ""},
      Row{"application/xml", "application/xml", "<?xml"},
      Row{"application/vnd.failmx.reports+json",
          "application/vnd.failmx.reports+json",
          R"({"verdict":"inconclusive","text":")"}
  );
  CAPTURE(row.accept);
  const std::vector<Field> headers = {{"Accept", row.accept}};
  for (const auto& outcome :
       {world.ask(Verb::get, "/v1/report", "", headers),
        world.ask(Verb::post, "/v1/verify", "{}", headers)}) {
    REQUIRE(outcome.response.status == 200);
    CHECK(outcome.response.content_type == row.content);
    CHECK(outcome.response.body.starts_with(row.begins));
    CHECK(outcome.response.body.ends_with('\n'));
    CHECK(outcome.response.body.find("retried") != std::string::npos);
  }
}

TEST_CASE("All forms of one report come in one answer") {
  World world;
  make(world);
  const auto value = value_of(
      world.ask(Verb::post, "/v1/verify", "", {{"Accept", "application/vnd.failmx.reports+json"}})
  );
  CHECK(value.at("report").at("verdict") == value.at("verdict"));
  CHECK(value.at("junit").as_string().starts_with("<?xml"));
  CHECK(value.at("text").as_string().ends_with('\n'));
}

TEST_CASE("A form of report that there is not is 406") {
  World world;
  make(world);
  const auto before = last_event(world);
  const std::vector<Field> headers = {{"Accept", "image/png"}};
  for (const auto& outcome :
       {world.ask(Verb::get, "/v1/report", "", headers),
        world.ask(Verb::post, "/v1/verify", R"({"wait":"10s"})", headers)}) {
    CHECK_FALSE(outcome.wait);
    CHECK(outcome.response.status == 406);
    CHECK(problems(outcome.response).front().starts_with("Accept: 'image/png' is none"));
  }
  CHECK(last_event(world) == before);
}

TEST_CASE("A report of one domain leaves the others out") {
  World world;
  make(world);
  offer(world, 1, "a@good.test", 452);
  offer(world, 2, "a@bad.test", 452);
  world.now += 2s;
  offer(world, 3, "a@good.test", 250);
  world.now += 20s;

  const auto all = value_of(world.ask(Verb::get, "/v1/report"));
  CHECK(all.at("verdict") == "fail");
  CHECK(all.at("figures").at("attempts") == 3);

  const auto good = value_of(world.ask(Verb::get, "/v1/report?domain=Good.test"));
  CHECK(good.at("verdict") == "pass");
  CHECK(good.at("figures").at("attempts") == 2);
  REQUIRE(good.at("domains").as_object().size() == 1);
  CHECK(good.at("domains").at("good.test").at("attempts") == 2);

  const auto bad = value_of(world.ask(Verb::get, "/v1/report?domain=bad.test"));
  CHECK(bad.at("verdict") == "fail");
  CHECK(bad.at("figures").at("attempts") == 1);

  const auto asked = value_of(verify(world, R"({"domain":"GOOD.test"})"));
  CHECK(asked.at("verdict") == "pass");
  CHECK(asked.at("domains") == good.at("domains"));

  const auto none = value_of(world.ask(Verb::get, "/v1/report?domain=x.test"));
  CHECK(none.at("verdict") == "inconclusive");
  CHECK(none.at("figures").at("attempts") == 0);
}

TEST_CASE("What is no domain is refused") {
  World world;
  make(world);
  for (const auto* domain : {"", "*", "a%20b", "re:x", "a@b", "x?"}) {
    CAPTURE(domain);
    const auto response =
        world.ask(Verb::get, fmt::format("/v1/report?domain={}", domain)).response;
    CHECK(response.status == 422);
    CHECK(problems(response).front().starts_with("?domain: "));
  }
  CHECK(world.ask(Verb::get, "/v1/report?receiver=nobody").response.status == 422);
}

TEST_CASE("Events after the end of an observation do not change its report") {
  World world;
  make(world);
  offer(world, 1, "a@x.test", 452);
  const auto first = value_of(world.ask(Verb::get, "/v1/report"));
  world.now += 1s;
  const auto second = value_of(world.ask(Verb::get, "/v1/report"));
  CHECK(first.at("observed").at("real") == 0);
  CHECK(second.at("observed").at("real") == 1);
}

}  // namespace control
