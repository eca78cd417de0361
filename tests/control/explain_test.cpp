// What the API tells of addresses that nearly are triggers, and how it writes numbers.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "control/mail.hpp"
#include "control/world.hpp"
#include "receiver/conversation.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

constexpr auto kTriggers = R"({"scenario_toml":"name='x'\n[server]\ntriggers=true\n"})";

// What a client says on connection 1, all at once.
void say(World& world, std::string_view octets) {
  receiver::Conversation conversation(
      world.registry.find("default"),
      {.connection = 1, .client = base::parse_ip("192.0.2.1").value(), .listener = "127.0.0.1:25"},
      world.now
  );
  for (;;) {
    const auto wants = conversation.poll(world.now);
    if (!wants.write.empty()) {
      conversation.wrote(wants.write.size(), world.now);
    } else if (octets.empty()) {
      return;
    } else {
      REQUIRE(wants.read > 0);
      const auto part = octets.substr(0, wants.read);
      conversation.received(part, world.now);
      octets.remove_prefix(part.size());
    }
  }
}

boost::json::value explained(World& world, std::string_view recipient) {
  const auto body =
      fmt::format(R"({{"stage":"rcpt","sender":"a@s.test","recipient":"{}"}})", recipient);
  return boost::json::parse(world.post("/v1/explain", body).body);
}

}  // namespace

TEST_CASE("A question with an address that nearly is a trigger tells why it is none") {
  World world;
  REQUIRE(world.put("default", kTriggers).status == 200);
  for (const std::string word : {"+drop-foo", "+452-4.3", "+4523"}) {
    INFO(word);
    const auto answer = explained(world, "x" + word + "@any.test");
    CHECK(answer.at("reply").at("code") == 250);
    CHECK(answer.at("decided_by").is_null());
    const auto& rules = answer.at("rules").as_array();
    REQUIRE(rules.size() == 1);
    CHECK(rules[0].at("rule").as_string() == std::string_view(word));
    CHECK(rules[0].at("acts") == false);
    const std::string why(rules[0].at("why").as_string());
    CHECK(why.starts_with("'" + word + "' is not obeyed: "));
  }
  CHECK(explained(world, "x+news@any.test").at("rules").as_array().empty());
}

TEST_CASE("The reply to an address that nearly is a trigger tells it too, as the note does") {
  World world;
  REQUIRE(world.put("default", kTriggers).status == 200);
  say(world, "EHLO c.test\r\nMAIL FROM:<a@s.test>\r\nRCPT TO:<x+drop-foo@any.test>\r\n");
  const auto items = world.get("/v1/events?kind=reply&stage=rcpt").at("items").as_array();
  REQUIRE(items.size() == 1);
  const auto seq = items[0].at("seq").to_number<std::uint64_t>();
  const auto why = world.get(fmt::format("/v1/events/{}/why", seq));
  CHECK(why.at("decided_by").is_null());
  REQUIRE(why.at("rules").as_array().size() == 1);
  const auto notes = world.get("/v1/events?kind=note").at("items").as_array();
  REQUIRE(notes.size() == 1);
  CHECK(why.at("rules").at(0).at("why") == notes[0].at("text"));
}

TEST_CASE("Seconds are written plainly and to the microsecond") {
  World world;
  REQUIRE(world.put("default", kTriggers).status == 200);
  say(world, "EHLO c.test\r\n");
  world.now += base::Duration(581'706'763);
  const auto clock = [&] {
    return world.post("/v1/explain", R"({"stage":"mail","sender":"a@s.test"})").body;
  };
  CHECK(clock().find(R"("clock":0.581707,)") != std::string::npos);
  const auto state = world.ask(Verb::get, "/v1/receivers/default/state").response.body;
  CHECK(state.find(R"("now":0.581707,)") != std::string::npos);
  world.now += std::chrono::hours(2);
  CHECK(clock().find(R"("clock":7200.581707,)") != std::string::npos);
}

}  // namespace control
