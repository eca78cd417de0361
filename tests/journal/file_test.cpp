#include "journal/file.hpp"

#include <sstream>

#include <rapidcheck.h>

#include "journal/history.hpp"
#include "journal/json.hpp"
#include "support/catch.hpp"

namespace {

using journal::testing::History;

const base::WallTime kStart = *base::parse_wall("2026-01-31T12:00:00.000000Z");
const std::string kRun = journal::to_json_line(journal::run_event("0.1.0"), kStart);

auto read(const std::string& text) {
  std::istringstream in(text);
  return journal::read_journal(in, "j.ndjson");
}

std::string written(const History& history) {
  std::string text = kRun;
  for (const auto& event : history.events) text += journal::to_json_line(event, kStart);
  return text;
}

TEST_CASE("a journal file begins with the version and the start of the run") {
  const auto file = read(kRun);
  REQUIRE(file.ok());
  CHECK(file.diagnostics.empty());
  CHECK(file.value->version == "0.1.0");
  CHECK(file.value->start == kStart);
  CHECK(file.value->events.size() == 1);
  CHECK(file.value->receivers.empty());
}

TEST_CASE("the start is told by a run event that was added later too") {
  journal::Event run = journal::run_event("1");
  run.seq = 1;
  run.at = std::chrono::seconds(5);
  CHECK(read(journal::to_json_line(run, kStart)).value->start == kStart);
}

TEST_CASE("each receiver of a file has deliveries of its own") {
  std::string text = kRun;
  History one({"connect 451", "quit"});
  for (journal::Event event : one.events) {
    event.receiver = base::Name("one");
    text += journal::to_json_line(event, kStart);
  }
  journal::Event other = one.events.front();
  other.seq = 100;
  other.receiver = base::Name("other");
  text += journal::to_json_line(other, kStart);
  const auto file = read(text);
  REQUIRE(file.ok());
  REQUIRE(file.value->receivers.size() == 2);
  CHECK(file.value->receivers.at("one").deliveries.counts().deferred == 1);
  CHECK(file.value->receivers.at("other").deliveries.counts().attempts == 0);
}

TEST_CASE("losses without a receiver are known to all receivers") {
  std::string text = kRun;
  for (std::uint64_t seq = 1; seq <= 4; ++seq) {
    journal::Event event;
    event.seq = seq;
    event.kind = seq == 2 ? journal::Kind::dropped : journal::Kind::observed;
    event.count = seq == 2 ? 7 : 0;
    if (seq != 2) event.receiver = base::Name(seq == 1 ? "early" : "late");
    text += journal::to_json_line(event, kStart);
  }
  const auto file = read(text);
  REQUIRE(file.ok());
  REQUIRE(file.value->receivers.size() == 2);
  for (const auto& [name, account] : file.value->receivers) {
    INFO(name);
    REQUIRE(account.marks.losses().size() == 1);
    CHECK(account.marks.losses()[0].count == 7);
  }
  CHECK(file.value->receivers.at("early").marks.last().seq == 2);
  CHECK(file.value->receivers.at("late").marks.last().seq == 4);
}

TEST_CASE("a last line that is cut short is left out and told of") {
  const std::string text = written(History({"connect 451", "quit"}));
  const auto file = read(text.substr(0, text.size() - 10));
  REQUIRE(file.ok());
  CHECK(file.value->truncated);
  REQUIRE(file.diagnostics.size() == 1);
  CHECK(file.diagnostics[0].severity == base::Severity::warning);
  CHECK(file.diagnostics[0].line == 6);
  CHECK(file.value->events.size() == 5);
  CHECK(read(text).value->events.size() == 6);
}

TEST_CASE("a last line without line feed is taken if it is whole") {
  const std::string text = written(History({"connect 451", "quit"}));
  const auto file = read(text.substr(0, text.size() - 1));
  REQUIRE(file.ok());
  CHECK_FALSE(file.value->truncated);
  CHECK(file.value->events.size() == 6);
}

TEST_CASE("a kind of a later version is skipped with a warning") {
  const auto file =
      read(kRun + R"({"seq":1,"kind":"eclipse"})" + "\n" + R"({"seq":2,"kind":"note"})" + "\n");
  REQUIRE(file.ok());
  CHECK(file.value->events.size() == 2);
  REQUIRE(file.diagnostics.size() == 1);
  CHECK(base::to_string(file.diagnostics[0]) == "j.ndjson:2:1: warning: unknown kind 'eclipse'");
}

TEST_CASE("what is no journal is refused with its line") {
  const struct {
    const char* name;
    std::string text;
    int line;
    std::string_view message;
  } rows[] = {
      {"empty", "", 1, "not a journal: it is empty"},
      {"no run",
       R"({"seq":1,"kind":"note"})",
       1,
       "not a journal: its first line must be of kind 'run'"},
      {"run without a clock", R"({"seq":1,"kind":"run"})", 1, "the 'run' event has no usable 'at'"},
      {"two runs", kRun + kRun, 2, "a second run begins here"},
      {"backwards",
       kRun + "{\"seq\":7,\"kind\":\"note\"}\n{\"seq\":7,\"kind\":\"note\"}\n",
       3,
       "sequence number 7 follows 7"},
      {"wrong type",
       kRun + "{\"seq\":7,\"kind\":\"note\",\"text\":1}\n",
       2,
       "field 'text' is not a string"},
  };

  for (const auto& row : rows) {
    INFO(row.name);
    const auto file = read(row.text);
    CHECK_FALSE(file.ok());
    REQUIRE(file.diagnostics.size() == 1);
    CHECK(file.diagnostics[0].line == row.line);
    CHECK(file.diagnostics[0].message == row.message);
  }
}

TEST_CASE("errors are collected up to a limit") {
  std::string text = kRun;
  for (int i = 0; i < 100; ++i) text += "banana\n";
  CHECK(read(text).diagnostics.size() == 20);
}

// Any steps in any order, on up to three connections: SMTP's sense is not needed for what is
// claimed here.
History any_history() {
  static const std::vector<std::string> steps = {
      "connect",
      "connect 451",
      "connect 554",
      "connect -",
      "ehlo",
      "ehlo 451",
      "ehlo -",
      "starttls 454",
      "auth 535",
      "mail a@x",
      "mail a@x 452",
      "mail a@x -",
      "mail <>",
      "mail b@X 250 e1",
      "mail a@x! 503",
      "mail a@x! 501",
      "rcpt r@y",
      "rcpt r@y 452",
      "rcpt s@y",
      "rcpt s@Y 550",
      "rcpt r@y -",
      "rcpt r@y! 503",
      "rcpt s@y! 452",
      "data",
      "data 451",
      "data -",
      "body m1",
      "body m2",
      "body -",
      "store",
      "answer 250",
      "answer 451",
      "message m1",
      "message m2",
      "message m1 554",
      "rset",
      "noop",
      "noop 421",
      "say 421",
      "sent",
      "cut",
      "fired drop",
      "quit",
      "left",
      "left-held",
      "client-reset",
      "closed",
      "reset",
      "timeout",
      "drained",
      "+3",
      "bye -"};
  History history(
      {.attempts = *rc::gen::elementOf(std::vector<std::size_t>{3, 10, 1000}), .connections = 3}
  );
  if (*rc::gen::arbitrary<bool>()) {
    history.setup(
        {.scenario = "s",
         .scale = 7.5,
         .delivery_key = *rc::gen::elementOf(std::vector<std::vector<std::string>>{
             {"sender", "recipient"}, {"recipient", "message_id"}, {"sender", "recipient", "envid"}}
         ),
         .delivery_unique = *rc::gen::arbitrary<bool>()}
    );
  }
  for (const char* start : {"connect", "B connect", "C connect"}) history.step(start);
  // Mostly the way of a sender, so that transactions come to their ends.
  static const std::vector<std::string> usual = {
      "ehlo", "mail a@x", "rcpt r@y", "data", "message m1"};
  for (int i = *rc::gen::inRange(0, 80); i > 0; --i) {
    const std::string letter(1, *rc::gen::elementOf(std::string("ABC")));
    if (*rc::gen::inRange(0, 4) == 0) {
      for (const std::string& step : usual) history.step(letter + " " + step);
    } else {
      history.step(letter + " " + *rc::gen::elementOf(steps));
    }
  }
  return history;
}

TEST_CASE("a journal file gives the same deliveries as the live tracker") {
  REQUIRE(rc::check("file equals live", [] {
    const History history = any_history();
    std::istringstream in(written(history));
    const auto file = journal::read_journal(in, "j.ndjson", history.limits());
    RC_ASSERT(file.ok());
    RC_ASSERT(file.diagnostics.empty());
    RC_ASSERT(
        History::everything(file.value->receivers.at("mx").deliveries) ==
        History::everything(history.deliveries)
    );
  }));
}

TEST_CASE("whatever the events every attempt is decided once its connection has ended") {
  REQUIRE(rc::check("books balance", [] {
    History history = any_history();
    for (const char* end : {"A closed", "B closed", "C closed"}) history.step(end);
    std::uint64_t copies = 0;
    for (const auto& delivery : history.deliveries.deliveries(0, 10'000)) {
      RC_ASSERT(!delivery.attempts.empty());
      std::uint64_t accepted = 0;
      for (const std::uint64_t id : delivery.attempts) {
        const auto attempt = history.deliveries.attempt(id);
        RC_ASSERT(attempt.has_value());
        RC_ASSERT(attempt->delivery == delivery.id);
        RC_ASSERT(attempt->outcome != journal::Outcome::open);
        accepted += attempt->outcome == journal::Outcome::accepted ? 1 : 0;
        copies += attempt->stored ? 1 : 0;
      }
      RC_ASSERT((accepted > 0) == (delivery.state == journal::Outcome::accepted));
      RC_ASSERT(delivery.copies <= delivery.attempts.size());
      copies -= delivery.copies;
    }
    RC_ASSERT(copies == 0);
    if (history.deliveries.dropped() > 0) return;
    const auto& counts = history.deliveries.counts();
    RC_ASSERT(
        counts.attempts ==
        counts.accepted + counts.deferred + counts.rejected + counts.lost + counts.abandoned
    );
  }));
}

}  // namespace
