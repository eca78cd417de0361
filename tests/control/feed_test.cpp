// GET /v1/events as a stream: what it says and when, without a socket and without waiting.
#include <fmt/format.h>

#include "control/mail.hpp"
#include "control/pulse.hpp"
#include "control/world.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;

namespace control {

namespace {

constexpr auto kHealthy = R"({"scenario":"healthy"})";
const Field kStream{"Accept", "text/event-stream"};

// "3 note", "dropped 17", ": heartbeat": each block of a stream in short.
std::vector<std::string> blocks(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto ends = text.find("\n\n");
    REQUIRE(ends != std::string_view::npos);
    const auto block = std::string(text.substr(0, ends));
    text.remove_prefix(ends + 2);
    if (block.starts_with(":")) {
      out.push_back(block);
      continue;
    }
    const auto field = [&](const std::string& name) {
      const auto at = ("\n" + block).find("\n" + name + ": ");
      if (at == std::string::npos) return std::string();
      const auto from = at + name.size() + 2;
      return block.substr(from, block.find('\n', from) - from);
    };
    const auto data = boost::json::parse(field("data"));
    if (field("event") == "dropped") {
      out.push_back("dropped " + boost::json::serialize(data.at("count")));
      continue;
    }
    CHECK(data.at("seq").to_number<std::uint64_t>() == std::stoull(field("id")));
    CHECK(data.at("kind").as_string() == field("event"));
    out.push_back(field("id") + " " + field("event"));
  }
  return out;
}

Feed feed(World& world, std::string_view target, std::vector<Field> headers = {}) {
  headers.push_back(kStream);
  auto outcome = world.ask(Verb::get, target, {}, std::move(headers));
  INFO(outcome.response.body);
  REQUIRE(outcome.feed);
  return std::move(*outcome.feed);
}

using Blocks = std::vector<std::string>;

}  // namespace

TEST_CASE("A stream gives what there is and then what comes") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  const auto events = feed(world, "/v1/events");
  CHECK(events.content_type == "text/event-stream");
  CHECK(blocks(events.more(world.now)) == Blocks{"1 receiver"});
  CHECK(events.more(world.now).empty());
  world.record("default", event(journal::Kind::connected, 1));
  world.record("default", event(journal::Kind::note, 1));
  CHECK(blocks(events.more(world.now)) == Blocks{"2 connected", "3 note"});
  CHECK(events.more(world.now).empty());
}

TEST_CASE("A stream has the filters of a list") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  REQUIRE(world.put("other", kHealthy).status == 200);
  world.record("default", event(journal::Kind::note, 1));
  world.record("other", event(journal::Kind::note, 2));
  const auto events = feed(world, "/v1/events?receiver=other&kind=note");
  CHECK(blocks(events.more(world.now)) == Blocks{"4 note"});
}

TEST_CASE("A stream goes on where its reader has left off") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  for (int i = 0; i < 3; ++i) world.record("default", event(journal::Kind::note, 1));
  const auto seen = [&](std::string_view target, std::vector<Field> headers) {
    return blocks(feed(world, target, std::move(headers)).more(world.now));
  };
  CHECK(seen("/v1/events?after=2", {}) == Blocks{"3 note", "4 note"});
  CHECK(seen("/v1/events?after=2", {{"Last-Event-ID", "3"}}) == Blocks{"4 note"});
  CHECK(seen("/v1/events?after=3", {{"Last-Event-ID", ""}}) == Blocks{"4 note"});
  // Of a former run of the program, so nothing of this one was seen.
  CHECK(seen("/v1/events?after=3", {{"Last-Event-ID", "99"}}).size() == 4);
}

TEST_CASE("A stream gives at most a thousand events at a time") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  for (int i = 0; i < 1500; ++i) world.record("default", event(journal::Kind::note, 1));
  const auto events = feed(world, "/v1/events");
  CHECK(blocks(events.more(world.now)).size() == 1000);
  CHECK(blocks(events.more(world.now)).size() == 501);
  CHECK(events.more(world.now).empty());
}

TEST_CASE("A stream passes over any number of events that do not match") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  for (int i = 0; i < 2500; ++i) world.record("default", event(journal::Kind::finding, 1));
  world.record("default", event(journal::Kind::note, 1));
  CHECK(blocks(feed(world, "/v1/events?kind=note").more(world.now)) == Blocks{"2502 note"});
}

TEST_CASE("A reader that the ring has outrun is told how much it has missed") {
  World world{.journal = journal::Journal(base::WallTime{}, {.events = 3, .octets = 1 << 20})};
  REQUIRE(world.put("default", kHealthy).status == 200);
  world.record("default", event(journal::Kind::note, 1));
  const auto events = feed(world, "/v1/events");
  CHECK(blocks(events.more(world.now)) == Blocks{"1 receiver", "2 note"});
  for (int i = 0; i < 10; ++i) world.record("default", event(journal::Kind::note, 1));
  // Events 3 to 9: 1 and 2 are gone as well, but they were seen.
  CHECK(blocks(events.more(world.now)) == Blocks{"dropped 7", "10 note", "11 note", "12 note"});
  CHECK(events.more(world.now).empty());
  const auto again = feed(world, "/v1/events", {{"Last-Event-ID", "8"}});
  CHECK(blocks(again.more(world.now)).front() == "dropped 1");
  const auto other = feed(world, "/v1/events?kind=stored");
  CHECK(blocks(other.more(world.now)) == Blocks{"dropped 9"});
}

TEST_CASE("Everything wrong with a request for a stream is reported at once") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  const auto response = world
                            .ask(
                                Verb::get,
                                "/v1/events?kind=repyl&wait=1s&limit=2",
                                {},
                                {kStream, {"Last-Event-ID", "12a"}}
                            )
                            .response;
  CHECK(response.status == 422);
  const auto found = problems(response);
  REQUIRE(found.size() == 4);
  CHECK(found[0].starts_with("?kind: "));
  CHECK(found[1].starts_with("?limit: 'limit' means nothing for a stream"));
  CHECK(found[2].starts_with("?wait: 'wait' means nothing for a stream"));
  CHECK(found[3].starts_with("Last-Event-ID: '12a' is not the id of an event"));
}

TEST_CASE("Events are JSON unless a stream is asked for") {
  World world;

  struct Row {
    std::string accept;
    unsigned status;
    bool stream;
  };

  const auto row = GENERATE(
      Row{"*/*", 200, false},
      Row{"application/json", 200, false},
      Row{"text/event-stream", 200, true},
      Row{"text/event-stream, application/json;q=0.5", 200, true},
      Row{"text/html", 406, false}
  );
  CAPTURE(row.accept);
  const auto outcome = world.ask(Verb::get, "/v1/events", {}, {{"Accept", row.accept}});
  CHECK(outcome.feed.has_value() == row.stream);
  CHECK(outcome.response.status == row.status);
}

TEST_CASE("A heartbeat comes after ten seconds of silence, and news put it off") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  const auto start = world.now;
  Pulse pulse(feed(world, "/v1/events"), start);
  CHECK(blocks(pulse.next(start + 4s)) == Blocks{"1 receiver"});
  CHECK(pulse.due() == start + 14s);
  CHECK(pulse.next(start + 13s).empty());
  CHECK(blocks(pulse.next(start + 14s)) == Blocks{": heartbeat"});
  CHECK(pulse.next(start + 20s).empty());
  world.record("default", event(journal::Kind::note, 1));
  CHECK(blocks(pulse.next(start + 23s)) == Blocks{"2 note"});
  CHECK(pulse.due() == start + 33s);
}

}  // namespace control
