// Transcripts of connections, kept messages, and why rules acted: what the API makes of them.
#include <fmt/format.h>

#include "control/mail.hpp"
#include "control/world.hpp"
#include "receiver/conversation.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

constexpr auto kHealthy = R"({"scenario":"healthy"})";

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string text(const boost::json::value& value) {
  return std::string(value.as_string());
}

// A receiver "default" that goes by `toml`.
void put(World& world, std::string_view toml) {
  const auto body = boost::json::serialize(boost::json::object{{"scenario_toml", toml}});
  const auto response = world.put("default", body);
  INFO(response.body);
  REQUIRE(response.status == 200);
}

// What a client says on connection 1, all at once; the connection stays.
class Talk {
 public:
  explicit Talk(World& world) : world_(world) {}

  void say(std::string_view octets) {
    std::string all(octets);
    while (!all.empty()) {
      const auto wants = conversation_.poll(world_.now);
      if (!wants.write.empty()) {
        conversation_.wrote(wants.write.size(), world_.now);
        continue;
      }
      REQUIRE(wants.read > 0);
      const auto n = std::min<std::size_t>(all.size(), wants.read);
      conversation_.received(all.substr(0, n), world_.now);
      all.erase(0, n);
    }
    for (auto wants = conversation_.poll(world_.now); !wants.write.empty();
         wants = conversation_.poll(world_.now)) {
      conversation_.wrote(wants.write.size(), world_.now);
    }
  }

 private:
  World& world_;
  receiver::Conversation conversation_{
      world_.registry.find("default"),
      {.connection = 1, .client = base::parse_ip("192.0.2.1").value(), .listener = "127.0.0.1:25"},
      world_.now};
};

constexpr auto kMail =
    "EHLO c.test\r\nMAIL FROM:<a@s.test>\r\nRCPT TO:<b@full.test>\r\nRCPT TO:<c@ok.test>\r\n"
    "DATA\r\nSubject: one\r\n two\r\nX-Odd : \xff\r\n\r\nbody\r\n.\r\nQUIT\r\n";

constexpr auto kRules =
    "name='x'\n"
    "[[rule]]\nname='other'\nat='rcpt'\nmatch={recipient='*@other.test'}\nreply='550 5.1.1 no'\n"
    "[[rule]]\nname='full'\nat='rcpt'\nmatch={recipient='*@full.test'}\n"
    "times=1\nreply='452 4.3.1 full'\n"
    "[[rule]]\nname='last'\nat='rcpt'\nmatch={recipient='*@nobody.test'}\nreply='550 5.1.1 no'\n";

std::uint64_t seq_of(World& world, std::string_view query) {
  const auto items = world.get("/v1/events?" + std::string(query)).at("items").as_array();
  REQUIRE_FALSE(items.empty());
  return items.front().at("seq").to_number<std::uint64_t>();
}

}  // namespace

TEST_CASE("A connection is told line by line") {
  World world;
  put(world, kRules);
  Talk(world).say(kMail);
  const auto transcript = world.get("/v1/connections/1");
  CHECK(transcript.at("id") == 1);
  CHECK(transcript.at("client") == "192.0.2.1");
  CHECK(transcript.at("listener") == "127.0.0.1:25");
  CHECK(transcript.at("ending") == "quit");
  CHECK(transcript.at("dropped") == false);
  CHECK(transcript.at("next").is_null());
  const auto response =
      world.ask(Verb::get, "/v1/connections/1", {}, {{"Accept", "text/plain"}}).response;
  CHECK(response.content_type == "text/plain; charset=utf-8");
  for (const std::string_view line : {
           "+0.000 *: 192.0.2.1 connected to 127.0.0.1:25\n",
           "+0.000 C: EHLO c.test\n",
           "+0.000 S: 250-mx.receiver.test\n",
           "+0.000 C: RCPT TO:<b@full.test>\n",
           "+0.000 S: 452 4.3.1 full   (rule full, 1)\n",
           "+0.000 *: message of 39 octets arrived\n",
           "+0.000 *: message stored\n",
       }) {
    INFO(response.body);
    CHECK(has(response.body, line));
  }
}

TEST_CASE("What a client sends cannot leave its line in a transcript") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  world.record("default", event(journal::Kind::connected, 1));
  auto note = event(journal::Kind::note, 1);
  note.text = "a\r\n+0.000 S: 250 ok\x1b[2J\\";
  world.record("default", note);
  const auto lines = world.get("/v1/connections/1").at("lines").as_array();
  REQUIRE(lines.size() == 2);
  CHECK(text(lines[1].at("text")) == "note: a\\r\\n+0.000 S: 250 ok\\x1B[2J\\");
}

TEST_CASE("A connection whose beginning was dropped says so, and one without events is not there") {
  World world{.journal = journal::Journal(base::WallTime{}, {.events = 3, .octets = 1 << 20})};
  REQUIRE(world.put("default", kHealthy).status == 200);
  offer(world, 1, "r@x.test", 452);
  const auto transcript = world.get("/v1/connections/1");
  CHECK(transcript.at("dropped") == true);
  CHECK(transcript.at("client") == "");
  CHECK(transcript.at("lines").as_array().size() == 3);
  for (const auto* id : {"2", "0", "x", "99999999999999999999"}) {
    INFO(id);
    const auto target = std::string("/v1/connections/") + id;
    CHECK(world.ask(Verb::get, target).response.status == 404);
  }
}

TEST_CASE("A reply that was cut says how much of it left") {
  World world;
  REQUIRE(world.put("default", kHealthy).status == 200);
  world.record("default", event(journal::Kind::connected, 1));
  const auto seq = world.record("default", reply(1, base::Stage::connect, 220));
  auto cut = event(journal::Kind::cut, 1);
  cut.reply = seq;
  cut.count = 2;
  world.record("default", cut);
  const auto lines = world.get("/v1/connections/1").at("lines").as_array();
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].at("cut") == 2);
  CHECK(lines[2].at("text") == "reply cut: 2 of its octets left");
}

TEST_CASE("A message is listed, shown with its header fields, and given as it came") {
  World world;
  put(world, kRules);
  Talk(world).say(kMail);
  const auto items = world.get("/v1/messages").at("items").as_array();
  REQUIRE(items.size() == 1);
  const auto& one = items.front();
  CHECK(one.at("sender") == "a@s.test");
  CHECK(one.at("recipients").as_array().size() == 1);
  CHECK(one.at("size") == 39);
  CHECK(one.at("captured") == 39);
  CHECK(one.at("complete") == true);
  CHECK(one.at("stored") == true);
  CHECK(one.at("message_id").is_null());
  const auto target = fmt::format("/v1/messages/{}", one.at("id").to_number<std::uint64_t>());
  const auto headers = world.get(target).at("headers").as_array();
  REQUIRE(headers.size() == 2);
  CHECK(headers[0].at("name") == "Subject");
  CHECK(headers[0].at("value") == "one two");
  CHECK(headers[1].at("name") == "X-Odd");
  const auto raw = world.ask(Verb::get, target + "/raw").response;
  CHECK(raw.content_type == "message/rfc822");
  CHECK(raw.body == "Subject: one\r\n two\r\nX-Odd : \xff\r\n\r\nbody\r\n");
  CHECK(world.get("/v1/messages?recipient=*@nobody.test").at("items").as_array().empty());
  CHECK(world.ask(Verb::get, "/v1/messages/7777").response.status == 404);
  CHECK(world.ask(Verb::get, "/v1/messages?limit=0").response.status == 422);
}

TEST_CASE("Content that was not captured is not there, with the reason") {
  World world;
  put(world, "name='x'\n[server]\ncapture='none'\n");
  Talk(world).say(kMail);
  const auto items = world.get("/v1/messages").at("items").as_array();
  REQUIRE(items.size() == 1);
  CHECK(items.front().at("captured") == 0);
  CHECK(items.front().at("complete") == false);
  const auto id = items.front().at("id").to_number<std::uint64_t>();
  const auto raw = world.ask(Verb::get, fmt::format("/v1/messages/{}/raw", id)).response;
  CHECK(raw.status == 404);
  CHECK(has(raw.body, "capture"));
}

TEST_CASE("An event that answers a question tells why each rule acted or did not") {
  World world;
  put(world, kRules);
  Talk(world).say(kMail);
  const auto why = [&](std::uint64_t seq) {
    return world.get(fmt::format("/v1/events/{}/why", seq));
  };
  const auto refused = why(seq_of(world, "kind=reply&code=452"));
  CHECK(refused.at("decided_by").at("rule") == "full");
  CHECK(refused.at("decided_by").at("nth") == 1);
  const auto rules = refused.at("rules").as_array();
  REQUIRE(rules.size() == 3);
  CHECK(rules[0].at("acts") == false);
  CHECK(rules[0].at("why") == "recipient b@full.test does not match *@other.test");
  CHECK(rules[1].at("acts") == true);
  CHECK(rules[1].at("why") == "fired: number 1 of 1");
  CHECK(rules[2].at("why") == "not asked: 'full' has decided");
  const auto unasked = why(seq_of(world, "kind=reply&stage=ehlo"));
  CHECK(unasked.at("decided_by").is_null());
  CHECK(unasked.at("rules").as_array().empty());
  CHECK(has(text(unasked.at("note")), "no rule was asked"));
  CHECK(has(text(why(seq_of(world, "kind=command&stage=rcpt")).at("note")), "ask for the reply"));
  CHECK(world.ask(Verb::get, "/v1/events/7777/why").response.status == 404);
  CHECK(world.ask(Verb::get, "/v1/events/0/why").response.status == 404);
}

TEST_CASE("A rule that breaks the connection is told by the event that says it acted") {
  World world;
  put(world, "name='x'\n[[rule]]\nname='gone'\nat='mail'\ndo=[{reset=true}]\n");
  Talk(world).say("EHLO c.test\r\nMAIL FROM:<a@s.test>\r\n");
  const auto why = world.get(fmt::format("/v1/events/{}/why", seq_of(world, "kind=fired")));
  CHECK(why.at("decided_by").at("rule") == "gone");
  CHECK(why.at("rules").as_array().size() == 1);
}

TEST_CASE("A question is explained without side effects") {
  World world;
  put(world, kRules);
  const auto last = world.journal.last_seq();
  const auto ask = [&](std::string_view body) {
    return boost::json::parse(world.post("/v1/explain", body).body);
  };
  constexpr auto kAsked = R"({"stage":"rcpt","sender":"a@s.test","recipient":"b@full.test"})";
  for (int i = 0; i < 3; ++i) {
    const auto answer = ask(kAsked);
    CHECK(answer.at("decided_by").at("rule") == "full");
    CHECK(answer.at("reply").at("code") == 452);
    CHECK(answer.at("reply").at("enhanced") == "4.3.1");
    CHECK(answer.at("rules").as_array()[1].at("why") == "fired: number 1 of 1");
  }
  CHECK(world.journal.last_seq() == last);
  Talk(world).say(kMail);
  const auto after = ask(kAsked);
  CHECK(after.at("decided_by").is_null());
  CHECK(after.at("reply").at("code") == 250);
  CHECK(after.at("rules").as_array()[1].at("why") == "attempt 2, times used up (1)");
  // Accepted mail closes its delivery: the next one counts anew, whatever else was tried.
  const auto other = ask(R"({"stage":"rcpt","sender":"z@s.test","recipient":["b@full.test"]})");
  CHECK(other.at("decided_by").at("rule") == "full");
}

TEST_CASE("At the message, headers and size are looked at") {
  World world;
  put(world,
      "name='x'\n[[rule]]\nname='big'\nat='message'\nmatch={size='1000..'}\nreply='552 5.3.4 "
      "big'\n"
      "[[rule]]\nname='subject'\nat='message'\nmatch={header.Subject='*sale*'}\n"
      "reply='550 5.7.1 no'\n");
  const auto answer = boost::json::parse(
      world
          .post(
              "/v1/explain",
              R"({"stage":"message","sender":"<>","recipient":"b@r.test","headers":{"Subject":"A sale"}})"
          )
          .body
  );
  INFO(boost::json::serialize(answer));
  CHECK(answer.as_object().contains("rules"));
}

TEST_CASE("Everything wrong with a question to be explained is reported at once") {
  World world;
  put(world, kRules);
  const auto response = world.post(
      "/v1/explain",
      R"({"receiver":"nobody","stage":"rcpt","client":"here","recipient":["a@b.test","c d"],"headers":{"A":"x\r\nB: y"},"sise":1})"
  );
  CHECK(response.status == 422);
  const auto found = problems(response);
  INFO(response.body);
  CHECK(found.size() == 6);
  CHECK(problems(world.post("/v1/explain", "{}")).size() == 1);
}

TEST_CASE("Figures are text that Prometheus reads") {
  World world;
  put(world, kRules);
  world.api.smtp_counts = [] { return SmtpCounts{3, 2, 1}; };
  Talk(world).say(kMail);
  const auto response = world.ask(Verb::get, "/metrics").response;
  CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
  for (const std::string_view line : {
           "# TYPE failmx_connections_total counter\n",
           "failmx_connections_total{receiver=\"default\"} 1\n",
           "failmx_connections_open{receiver=\"default\"} 0\n",
           "failmx_commands_total{receiver=\"default\",verb=\"RCPT\"} 2\n",
           "failmx_replies_total{receiver=\"default\",code=\"452\",enhanced=\"4.3.1\"} 1\n",
           "failmx_attempts_total{receiver=\"default\",outcome=\"deferred\"} 1\n",
           "failmx_deliveries_total{receiver=\"default\"} 2\n",
           "failmx_reply_seconds_bucket{receiver=\"default\",le=\"+Inf\"} 8\n",
           "failmx_connection_seconds_count{receiver=\"default\"} 1\n",
           "failmx_build_info{version=\"1.2.3\"} 1\n",
           "failmx_smtp_refused_total 1\n",
       }) {
    INFO(response.body);
    CHECK(has(response.body, line));
  }
}

}  // namespace control
