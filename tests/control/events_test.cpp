// GET /v1/events: filters, pages, and when an answer is worth waiting for.
#include <fmt/format.h>

#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

constexpr auto kHealthy = R"({"scenario":"healthy"})";

journal::Event event(journal::Kind kind, std::uint64_t connection, std::uint16_t code = 0) {
  journal::Event out;
  out.kind = kind;
  out.connection = connection;
  out.code = code;
  return out;
}

std::vector<std::int64_t> sequence_numbers(const boost::json::value& answer) {
  std::vector<std::int64_t> out;
  for (const auto& item : answer.at("items").as_array()) {
    out.push_back(item.at("seq").to_number<std::int64_t>());
  }
  return out;
}

}  // namespace

TEST_CASE("Events are listed in order with cursors") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);  // event 1: the receiver
  for (int i = 0; i < 4; ++i) world.record("default", event(journal::Kind::connected, 1));

  const auto first = world.get("/v1/events?limit=3");
  CHECK(sequence_numbers(first) == std::vector<std::int64_t>{1, 2, 3});
  CHECK(first.at("next") == "3");
  CHECK(first.at("dropped") == 0);

  const auto rest = world.get("/v1/events?limit=3&after=3");
  CHECK(sequence_numbers(rest) == std::vector<std::int64_t>{4, 5});
  CHECK(rest.at("next").is_null());
  CHECK(rest.at("last") == 5);
}

TEST_CASE("Event filters are ANDed and their lists ORed") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  REQUIRE(world.put("other", kHealthy).status == 200);
  world.record("default", event(journal::Kind::reply, 1, 250));
  world.record("default", event(journal::Kind::reply, 1, 452));
  world.record("default", event(journal::Kind::reply, 2, 550));
  auto command = event(journal::Kind::command, 2);
  command.stage = base::Stage::rcpt;
  command.subject = "a@gone.test";
  world.record("default", command);
  auto fired = event(journal::Kind::fired, 3);
  fired.rule = base::Name("two tempfails, then fine");
  world.record("other", fired);

  using Row = std::pair<std::string, std::vector<std::int64_t>>;
  const auto row = GENERATE(
      Row{"kind=reply", {3, 4, 5}},
      Row{"kind=reply,fired&connection=1,3", {3, 4, 7}},
      Row{"code=452,550", {4, 5}},
      Row{"stage=rcpt", {6}},
      Row{"subject=*@gone.test", {6}},
      Row{"rule=two+tempfails,+then+fine", {7}},
      Row{"receiver=other", {2, 7}},
      Row{"receiver=other&receiver=default&kind=receiver", {1, 2}},
      Row{"kind=stored", {}}
  );
  CAPTURE(row.first);
  CHECK(sequence_numbers(world.get("/v1/events?" + row.first)) == row.second);
}

TEST_CASE("Everything wrong with a request for events is reported at once") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  const auto response =
      world.ask(Verb::get, "/v1/events?kind=repyl&receiver=defualt&limit=99999&wiat=1s").response;
  CHECK(response.status == 422);
  const std::vector<std::string> expected = {
      "?wiat: unknown query parameter 'wiat'; did you mean 'wait'?",
      "?receiver: no receiver 'defualt'; did you mean 'default'?",
      "?kind: 'repyl' is no kind; did you mean 'reply'?",
      "?limit: '99999' is not a number from 1 to 10000; the default is 1000",
  };
  CHECK(problems(response) == expected);
}

TEST_CASE("A request waits only while no event matches") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  world.record("default", event(journal::Kind::connected, 1));

  CHECK_FALSE(world.ask(Verb::get, "/v1/events?wait=10s").wait);
  CHECK_FALSE(world.ask(Verb::get, "/v1/events?after=2").wait);
  const auto outcome = world.ask(Verb::get, "/v1/events?after=1&kind=stored&wait=10s");
  REQUIRE(outcome.wait);
  CHECK(outcome.wait->longest == std::chrono::seconds(10));
  CHECK_FALSE(outcome.wait->again);
  CHECK_FALSE(outcome.wait->spaced);
  CHECK(outcome.wait->look(world.now, Chance::another).wait);
  const auto in_vain = outcome.wait->look(world.now, Chance::last);
  CHECK_FALSE(in_vain.wait);
  CHECK(sequence_numbers(boost::json::parse(in_vain.response.body)).empty());

  world.record("default", event(journal::Kind::stored, 1));
  const auto again = outcome.wait->look(world.now, Chance::another);
  CHECK_FALSE(again.wait);
  CHECK(sequence_numbers(boost::json::parse(again.response.body)) == std::vector<std::int64_t>{3});
}

TEST_CASE("A wait over a minute is refused") {
  World world;
  CHECK(world.ask(Verb::get, "/v1/events?wait=61s").response.status == 422);
  CHECK(world.ask(Verb::get, "/v1/events?wait=60s").wait);
}

TEST_CASE("Dropped events are counted in the answer") {
  World world{.journal = journal::Journal(base::WallTime{}, {.events = 2, .octets = 1 << 20})};
  REQUIRE(world.put("default", kHealthy).status == 200);
  for (int i = 0; i < 4; ++i) world.record("default", event(journal::Kind::connected, 1));
  CHECK(world.get("/v1/events").at("dropped") == 3);
}

}  // namespace control
