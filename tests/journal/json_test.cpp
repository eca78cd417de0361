#include "journal/json.hpp"

#include <boost/json.hpp>
#include <rapidcheck.h>

#include "journal/history.hpp"
#include "support/catch.hpp"

namespace {

using journal::Event;
using journal::Kind;

const base::WallTime kStart = *base::parse_wall("2026-01-31T12:00:00.000000Z");

std::string quoted(std::string_view text) {
  std::string out;
  journal::append_quoted(out, text);
  return out;
}

std::string line_of(const Event& event) {
  return journal::to_json_line(event, kStart);
}

TEST_CASE("strings are escaped so that every line is valid JSON") {
  const struct {
    const char* name;
    std::string text;
    std::string json;
  } rows[] = {
      {"plain", "a@x", R"("a@x")"},
      {"empty", "", R"("")"},
      {"quote and backslash", R"("a\b")", R"("\"a\\b\"")"},
      {"line ends", "a\r\n\tb", R"("a\r\n\tb")"},
      {"other controls", std::string("\0\x1f\x7f", 3), "\"\\u0000\\u001f\x7f\""},
      {"UTF-8 of two three and four octets", "ä€😀", "\"ä€😀\""},
      {"a byte of no sequence", "a\xE4z", R"("a\uf7e4z")"},
      {"a sequence cut short", "\xE2\x82", R"("\uf7e2\uf782")"},
      {"overlong forms",
       "\xC0\xAF\xE0\x80\x80\xF0\x80\x80\x80",
       R"("\uf7c0\uf7af\uf7e0\uf780\uf780\uf7f0\uf780\uf780\uf780")"},
      {"a surrogate", "\xED\xA0\x80", R"("\uf7ed\uf7a0\uf780")"},
      {"beyond the last code point", "\xF4\x90\x80\x80", R"("\uf7f4\uf790\uf780\uf780")"},
      {"a character of the range used here", "\xEF\x9F\x84", R"("\uf7ef\uf79f\uf784")"},
      {"its neighbours", "\xEF\x9D\xBF\xEF\xA0\x80", "\"\xEF\x9D\xBF\xEF\xA0\x80\""},
  };

  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(quoted(row.text) == row.json);
  }
}

TEST_CASE("an event is one line with the documented fields") {
  Event event;
  event.seq = 57;
  event.at = base::Micros(12'345'678);
  event.receiver = base::Name("default");
  event.connection = 3;
  event.kind = Kind::reply;
  event.stage = base::Stage::rcpt;
  event.code = 452;
  event.enhanced = "4.3.1";
  event.text = "452 4.3.1 Mail system full";
  event.rule = base::Name("full");
  event.nth = 2;
  CHECK(
      line_of(event) ==
      R"({"seq":57,"at":"2026-01-31T12:00:12.345678Z","elapsed":12.345678,"receiver":"default",)"
      R"("connection":3,"kind":"reply","stage":"rcpt","code":452,"enhanced":"4.3.1",)"
      R"("text":"452 4.3.1 Mail system full","rule":"full","nth":2})"
      "\n"
  );
}

TEST_CASE("the subject of an event is named by what it is") {
  const struct {
    Kind kind;
    std::optional<base::Stage> stage;
    std::string subject;
    std::string_view field;
  } rows[] = {
      {Kind::command, base::Stage::mail, "a@x", R"("sender":"a@x")"},
      {Kind::command, base::Stage::mail, "", R"("sender":"")"},
      {Kind::command, base::Stage::rcpt, "r@y", R"("recipient":"r@y")"},
      {Kind::command, base::Stage::ehlo, "c.test", R"("subject":"c.test")"},
      {Kind::connected, std::nullopt, "192.0.2.1", R"("client":"192.0.2.1")"},
      {Kind::offered, std::nullopt, "r@y", R"("recipient":"r@y")"},
      {Kind::finding, std::nullopt, "bare_lf", R"("finding":"bare_lf")"},
  };

  for (const auto& row : rows) {
    Event event;
    event.kind = row.kind;
    event.stage = row.stage;
    event.subject = row.subject;
    INFO(line_of(event));
    CHECK(line_of(event).find(row.field) != std::string::npos);
  }
}

TEST_CASE("an advance says how far in seconds") {
  Event event;
  event.kind = Kind::advanced;
  event.by = std::chrono::minutes(90);
  CHECK(line_of(event).find(R"("kind":"advanced","by":5400})") != std::string::npos);
}

TEST_CASE("expectations are an array within the set-up and left out when there are none") {
  Event event;
  event.kind = Kind::receiver;
  event.setup = std::make_shared<journal::Setup>();
  CHECK(line_of(event).find("expect") == std::string::npos);
  event.setup =
      std::make_shared<journal::Setup>(journal::Setup{.expect = R"([{"check":"retried"}])"});
  CHECK(line_of(event).find(R"("expect":[{"check":"retried"}]}})") != std::string::npos);
}

TEST_CASE("seconds have as many decimals as are needed") {
  const struct {
    std::int64_t micros;
    std::string_view text;
  } rows[] = {
      {0, "0"},
      {1, "0.000001"},
      {1'000'000, "1"},
      {12'345'000, "12.345"},
      {10'000'010, "10.00001"},
      {86'400'000'000, "86400"}};

  for (const auto& row : rows) {
    Event event;
    event.at = base::Micros(row.micros);
    INFO(line_of(event));
    CHECK(line_of(event).find("\"elapsed\":" + std::string(row.text) + ",") != std::string::npos);
  }
}

std::string any_bytes() {
  return *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
}

std::vector<std::pair<std::string, std::string>> any_pairs() {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) pairs.emplace_back(any_bytes(), any_bytes());
  return pairs;
}

base::Micros any_time() {
  return base::Micros(*rc::gen::inRange<std::int64_t>(0, 400'000'000'000'000));
}

Event any_event() {
  Event event;
  event.seq = *rc::gen::arbitrary<std::uint64_t>();
  event.at = any_time();
  event.judge = any_time();
  event.clock = any_time();
  event.began = any_time();
  event.by = any_time();
  event.receiver = base::Name(any_bytes());
  event.phase = base::Name(any_bytes());
  event.rule = base::Name(any_bytes());
  event.connection = *rc::gen::arbitrary<std::uint64_t>();
  event.kind = static_cast<Kind>(*rc::gen::inRange(0, static_cast<int>(Kind::dropped) + 1));
  event.ending = static_cast<journal::Ending>(*rc::gen::inRange(0, 8));
  if (*rc::gen::arbitrary<bool>()) event.stage = static_cast<base::Stage>(*rc::gen::inRange(0, 12));
  event.code = *rc::gen::arbitrary<std::uint16_t>();
  event.nth = *rc::gen::arbitrary<std::uint32_t>();
  event.held = *rc::gen::arbitrary<bool>();
  event.flag = *rc::gen::arbitrary<bool>();
  event.count = *rc::gen::arbitrary<std::uint64_t>();
  event.reply = *rc::gen::arbitrary<std::uint64_t>();
  event.enhanced = any_bytes();
  event.subject = any_bytes();
  event.text = any_bytes();
  event.parameters = any_pairs();
  if (*rc::gen::arbitrary<bool>()) {
    event.message = std::make_shared<journal::MessageFacts>(journal::MessageFacts{
        .size = *rc::gen::arbitrary<std::uint64_t>(),
        .message_id = any_bytes(),
        .body_hash = any_bytes(),
        .key_fields = any_pairs()});
  }
  if (*rc::gen::arbitrary<bool>()) {
    event.setup = std::make_shared<journal::Setup>(journal::Setup{
        .scenario = any_bytes(),
        .seed = *rc::gen::arbitrary<std::uint64_t>(),
        .scale = *rc::gen::inRange(1, 100'000) / 100.0,
        .slack = std::chrono::milliseconds(*rc::gen::inRange(0, 100'000)),
        .delivery_key = {any_bytes(), any_bytes()},
        .delivery_unique = *rc::gen::arbitrary<bool>(),
        .expect = *rc::gen::element<std::string>("", "[]", R"([{"check":"retried","n":[1.5E0]}])")}
    );
  }
  return event;
}

template <typename Pointer>
bool same_value(const Pointer& a, const Pointer& b) {
  return a && b ? *a == *b : !a && !b;
}

bool same(const Event& a, const Event& b) {
  return a.seq == b.seq && a.at == b.at && a.judge == b.judge && a.clock == b.clock &&
         a.receiver == b.receiver && a.phase == b.phase && a.rule == b.rule &&
         a.connection == b.connection && a.kind == b.kind && a.ending == b.ending &&
         a.stage == b.stage && a.code == b.code && a.nth == b.nth && a.held == b.held &&
         a.flag == b.flag && a.began == b.began && a.by == b.by && a.count == b.count &&
         a.reply == b.reply && a.enhanced == b.enhanced && a.subject == b.subject &&
         a.text == b.text && a.parameters == b.parameters && same_value(a.message, b.message) &&
         same_value(a.setup, b.setup);
}

TEST_CASE("any event comes back from its line exactly") {
  REQUIRE(rc::check("round trip", [] {
    const Event event = any_event();
    const std::string line = line_of(event);
    RC_ASSERT(line.find('\n') == line.size() - 1);
    const auto back = journal::event_from_json(line);
    RC_ASSERT(back.has_value());
    RC_ASSERT(same(*back, event));
  }));
}

TEST_CASE("no text makes the reader fail but with a reason") {
  REQUIRE(rc::check("garbage", [] {
    std::string line = line_of(any_event());
    line[*rc::gen::inRange<std::size_t>(0, line.size())] = *rc::gen::arbitrary<char>();
    const auto back = journal::event_from_json(line);
    RC_ASSERT(back.has_value() || !back.error().message.empty());
  }));
}

TEST_CASE("unknown fields are ignored and wrong ones are named") {
  CHECK(journal::event_from_json(R"({"kind":"note","novelty":{"a":[1]},"code":null})"));

  const struct {
    std::string_view json;
    std::string_view message;
  } rows[] = {
      {R"({"seq":1})", "field 'kind' is missing"},
      {R"({"kind":"banana"})", "unknown kind 'banana'"},
      {R"({"kind":"reply","stage":"lunch"})", "unknown stage 'lunch'"},
      {R"({"kind":"ended","ending":"bored"})", "unknown ending 'bored'"},
      {R"({"kind":"reply","code":"452"})", "field 'code' is not a whole number in range"},
      {R"({"kind":"reply","code":70000})", "field 'code' is not a whole number in range"},
      {R"({"kind":"reply","text":5})", "field 'text' is not a string"},
      {R"({"kind":"ended","held":1})", "field 'held' is not true or false"},
      {R"({"kind":"note","elapsed":1e300})", "field 'elapsed' is out of range"},
      {R"({"kind":"command","parameters":[["A"]]})",
       "field 'parameters' is not a list of pairs of strings"},
      {R"({"kind":"message","message":[]})", "field 'message' is not an object"},
      {R"({"kind":"message","message":{"size":-1}})",
       "in 'message': field 'size' is not a whole number in range"},
      {R"({"kind":"receiver","setup":{"expect":{}}})", "in 'setup': field 'expect' is not a list"},
      {R"({"kind":"advanced","by":"1h"})", "field 'by' is not a number"},
      {R"([1])", "not a JSON object"},
  };

  for (const auto& row : rows) {
    const auto event = journal::event_from_json(row.json);
    REQUIRE_FALSE(event);
    CHECK(event.error().message == row.message);
  }
  CHECK(journal::event_from_json("{\"kind\"").error().message.find("not valid JSON: ") == 0);
}

TEST_CASE("an attempt has every field of its shape and null where there is no value") {
  const journal::testing::History history(
      {"connect 554", "quit", "connect", "ehlo", "mail a@x", "rcpt r@y 452", "quit"}
  );
  std::string text;
  append_json(text, *history.deliveries.attempt(1), kStart);
  CHECK(
      text ==
      R"({"id":1,"at":"2026-01-31T12:00:00.010000Z","elapsed":0.01,"scope":"client",)"
      R"("stage":"connect","outcome":"rejected","code":554,"enhanced":null,"reply":"554 text",)"
      R"("rule":null,"nth":null,"phase":null,"connection":1,"client":"192.0.2.1","sender":null,)"
      R"("recipient":null,"delivery":null,"gap":null,"end":0.011,"judge_at":0.01,)"
      R"("judge_gap":null,"judge_end":0.011,"tls":false,"stored":false,"ambiguous_end":false,)"
      R"("envid":null,"message_id":null,"body_hash":null,"evidence":[1,2]})"
  );
  CHECK(boost::json::parse(text).is_object());
}

TEST_CASE("a delivery has its attempts inside") {
  const journal::testing::History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "rset",
       "mail a@x",
       "rcpt r@y",
       "data",
       "message m1",
       "quit"}
  );
  std::string text;
  append_json(text, *history.deliveries.delivery(1), "mx", history.deliveries, kStart);
  const auto json = boost::json::parse(text).as_object();
  CHECK(json.at("id").as_int64() == 1);
  CHECK(json.at("receiver").as_string() == "mx");
  CHECK(json.at("sender").as_string() == "a@x");
  CHECK(json.at("recipient").as_string() == "r@y");
  CHECK(json.at("message_id").as_string() == "m1");
  CHECK(json.at("state").as_string() == "accepted");
  CHECK(json.at("copies").as_int64() == 1);
  CHECK_FALSE(json.at("ambiguous").as_bool());
  REQUIRE(json.at("attempts").as_array().size() == 2);
  const auto& second = json.at("attempts").as_array()[1].as_object();
  CHECK(second.at("gap").is_double());
  CHECK(second.at("stored").as_bool());
}

}  // namespace
