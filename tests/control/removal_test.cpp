// DELETE of a receiver: it ends within bounds, reports, and leaves nothing behind.
#include "control/mail.hpp"
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPath = "/v1/receivers/t1";

void make(World& world) {
  const auto body =
      R"({"scenario":"expecting","domains":["a.test"],"listeners":[{"address":"127.0.0.1:0"}]})";
  REQUIRE(world.put("default", R"({"scenario":"full"})").status == 200);
  REQUIRE(world.put("t1", body).status == 200);
}

}  // namespace

TEST_CASE("DELETE answers with the final report and forgets everything") {
  World world;
  make(world);
  offer(world, 1, "a@a.test", 452, "t1");
  offer(world, 2, "b@b.test", 250);
  world.now += 1s;
  const auto asked = world.ask(Verb::del, kPath);
  REQUIRE_FALSE(asked.wait);
  REQUIRE(asked.response.status == 200);
  const auto report = boost::json::parse(asked.response.body);
  CHECK(report.at("receiver") == "t1");
  CHECK(report.at("checks").as_array().size() == 1);

  CHECK(world.ports.closed == std::vector<std::string>{"t1"});
  CHECK(world.ask(Verb::get, kPath).response.status == 404);
  CHECK(world.journal.read({.receivers = {"t1"}}, 0, 10).events.empty());
  CHECK_FALSE(world.directory.snapshot()->owner_of("a.test"));
  CHECK(world.get("/v1/receivers").at("items").as_array().size() == 1);
  // The others are as they were.
  CHECK(world.get("/v1/attempts").at("items").as_array().size() == 1);
}

TEST_CASE("The name and the domains of a receiver that is gone are free") {
  World world;
  make(world);
  offer(world, 1, "a@a.test", 452, "t1");
  REQUIRE(world.del(kPath).status == 200);
  REQUIRE(world.put("t2", R"({"scenario":"full","domains":["a.test"]})").status == 200);
  REQUIRE(world.put("t1", R"({"scenario":"expecting"})").status == 200);
  CHECK(world.get("/v1/attempts?receiver=t1").at("items").as_array().empty());
  CHECK(world.get("/v1/receivers/t1").at("counts").at("attempts") == 0);
}

TEST_CASE("What still holds a receiver that is gone leaves no trace in the journal") {
  World world;
  make(world);
  const auto kept = world.registry.find("t1");
  REQUIRE(world.del(kPath).status == 200);
  const auto last = world.journal.last_seq();
  kept->record(command(7, base::Stage::mail, "a@sender.test"), world.now);
  kept->observed(world.now + 1min);
  CHECK(world.journal.last_seq() == last);
}

TEST_CASE("DELETE waits for open connections, and only so long") {
  World world;
  make(world);
  const auto receiver = world.registry.find("t1");
  receiver->opened(world.now);
  receiver->opened(world.now);
  auto outcome = world.ask(Verb::del, kPath);
  REQUIRE(outcome.wait);
  CHECK(outcome.wait->longest == 5s);
  // Meanwhile it can be seen, but not changed; its domains are free.
  CHECK(world.ask(Verb::get, kPath).response.status == 200);
  CHECK(world.put("t1", R"({"scenario":"full"})").status == 409);
  CHECK(world.del(kPath).status == 409);
  CHECK(world.post("/v1/receivers/t1/reset", "").status == 409);
  CHECK(world.post("/v1/receivers/t1/rules", R"({"at":"rcpt","reply":"250 ok"})").status == 409);
  CHECK(world.ports.bound("t1").empty());
  CHECK(world.put("t2", R"({"scenario":"full","domains":["a.test"]})").status == 200);

  receiver->closed();
  outcome = outcome.wait->look(world.now, Chance::another);
  REQUIRE(outcome.wait);
  CHECK(world.ports.aborted.empty());

  SECTION("the last one ends in time") {
    receiver->closed();
    outcome = outcome.wait->look(world.now, Chance::another);
  }
  SECTION("the time is over") {
    // What the end of the connection tells is in the report.
    world.ports.on_abort = [&] {
      auto ended = event(journal::Kind::ended, 1);
      receiver->record(std::move(ended), world.now);
      receiver->closed();
    };
    world.now += 5s;
    outcome = outcome.wait->look(world.now, Chance::last);
    CHECK(world.ports.aborted == std::vector<std::string>{"t1"});
  }
  REQUIRE_FALSE(outcome.wait);
  CHECK(outcome.response.status == 200);
  CHECK(world.ask(Verb::get, kPath).response.status == 404);
}

TEST_CASE("The final report has the form that is asked for") {
  World world;
  make(world);
  const auto refused = world.del(kPath, {{"Accept", "image/png"}});
  CHECK(refused.status == 406);
  CHECK(world.ports.closed.empty());
  const auto text = world.del(kPath, {{"Accept", "text/plain"}});
  CHECK(text.status == 200);
  CHECK(text.content_type == "text/plain; charset=utf-8");
}

TEST_CASE("Only a receiver that there is can be deleted, also the last one") {
  World world;
  make(world);
  const auto response = world.del("/v1/receivers/t2");
  CHECK(response.status == 404);
  CHECK(problems(response).front() == "/v1/receivers/t2: no receiver 't2'; there is: default, t1");
  CHECK(world.del(kPath).status == 200);
  CHECK(world.del("/v1/receivers/default").status == 200);
  CHECK(world.get("/v1/receivers").at("items").as_array().empty());
}

}  // namespace control
