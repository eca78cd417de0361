// When attempts begin and end, what lies between them, and whether their end was read.
#include <tuple>

#include "journal/history.hpp"
#include "support/catch.hpp"

namespace {

using journal::testing::History;
using Lines = std::vector<std::string>;

TEST_CASE("the end is ambiguous unless the client shows that it read the acceptance") {
  const auto accepted = {"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "message m1"};

  const struct {
    const char* name;
    std::vector<std::string_view> then;
    bool ambiguous;
  } rows[] = {
      {"nothing yet", {}, true},
      {"client reset", {"client-reset"}, true},
      {"we reset", {"reset"}, true},
      {"we closed", {"closed"}, true},
      {"orderly FIN", {"left"}, false},
      {"RSET and then reset", {"rset", "client-reset"}, false},
      {"the next MAIL", {"mail a@x", "client-reset"}, false},
      {"QUIT", {"quit"}, false},
  };

  for (const auto& row : rows) {
    INFO(row.name);
    History history;
    for (const std::string_view step : accepted) history.step(step);
    for (const std::string_view step : row.then) history.step(step);
    CHECK(history.deliveries.attempt(1)->ambiguous_end == row.ambiguous);
  }
}

TEST_CASE("an attempt tells how long its client kept a new connection waiting") {
  using base::Micros;

  const struct {
    const char* name;
    std::vector<std::string_view> steps;
    Micros idle;
  } rows[] = {
      {"at once", {"connect", "ehlo", "mail a@x", "rcpt r@y"}, Micros(20'000)},
      {"before EHLO", {"connect", "+5", "ehlo", "mail a@x", "rcpt r@y"}, Micros(5'030'000)},
      {"before MAIL", {"connect", "ehlo", "+5", "mail a@x", "rcpt r@y"}, Micros(5'030'000)},
      {"a greeting that comes late",
       {"connect -", "+5", "say 220", "ehlo", "mail a@x", "rcpt r@y"},
       Micros(20'000)},
      {"a late reply", {"connect", "ehlo", "+5", "sent", "mail a@x", "rcpt r@y"}, Micros(20'000)},
      {"before RCPT", {"connect", "ehlo", "mail a@x", "+5", "rcpt r@y"}, Micros(20'000)},
  };

  for (const auto& row : rows) {
    INFO(row.name);
    History history;
    for (const std::string_view step : row.steps) history.step(step);
    CHECK(history.deliveries.attempt(1)->idle == row.idle);
  }
  History later(
      {"connect", "ehlo", "mail a@x", "rcpt r@y 452", "rset", "+5", "mail a@x", "rcpt r@y"}
  );
  CHECK(later.deliveries.attempt(2)->idle == Micros(0));
}

TEST_CASE("a command sent before the acceptance could be read proves nothing") {
  History history({"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "message m1"});
  journal::Event pipelined{.connection = history.connection(), .kind = journal::Kind::command};
  pipelined.stage = base::Stage::noop;
  pipelined.began = history.events.back().at - base::Micros(5);
  pipelined.at = history.events.back().at + base::Micros(5);
  history.deliveries.add(pipelined);
  CHECK(history.deliveries.attempt(1)->ambiguous_end);
}

// A QUIT whose first octet came `early` before the latest event, and its answer.
void quit(History& history, base::Micros early) {
  journal::Event said{.connection = history.connection(), .kind = journal::Kind::command};
  said.seq = history.events.back().seq + 1;
  said.stage = base::Stage::quit;
  said.at = history.events.back().at + base::Micros(5);
  said.began = history.events.back().at - early;
  history.deliveries.add(said);
  journal::Event answered{.connection = history.connection(), .kind = journal::Kind::reply};
  answered.seq = said.seq + 1;
  answered.at = said.at;
  answered.stage = base::Stage::quit;
  answered.code = 221;
  history.deliveries.add(answered);
}

TEST_CASE("a QUIT that came along with the end of data does not prove that the 250 was read") {
  const struct {
    const char* name;
    base::Micros early;
    std::string_view end;
    bool ambiguous;
  } rows[] = {
      {"in one packet", base::Micros(20), "over", true},
      {"at the very instant", base::Micros(0), "over", true},
      {"in one packet and a FIN behind it", base::Micros(20), "left", true},
      {"after the 250", base::Micros(-3), "over", false},
      {"after the 250 and a FIN behind it", base::Micros(-3), "left", false},
  };

  for (const auto& row : rows) {
    INFO(row.name);
    History history({"connect", "ehlo", "mail a@x", "rcpt r@y", "data", "message m1"});
    quit(history, row.early);
    history.step(row.end);
    CHECK(history.deliveries.attempt(1)->outcome == journal::Outcome::accepted);
    CHECK(history.deliveries.attempt(1)->ambiguous_end == row.ambiguous);
  }
}

TEST_CASE("an attempt knows the first octet of its MAIL") {
  const History history(
      {"connect",
       "+5",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "rset",
       "mail b@x 451",
       "quit",
       "connect 554",
       "quit"}
  );
  const auto attempts = history.deliveries.attempts(0, 9);
  REQUIRE(attempts.size() == 3);
  CHECK(attempts[0].mail > attempts[0].begin + std::chrono::seconds(5));
  CHECK(attempts[0].mail < attempts[0].end);
  CHECK(attempts[0].judge_mail == attempts[0].mail);
  CHECK(attempts[1].mail == attempts[1].begin);
  CHECK(attempts[2].mail == attempts[2].begin);
}

TEST_CASE("a DATA that tries again is told by its own first octet") {
  const History history(
      {"connect", "ehlo", "mail a@x", "rcpt r@y", "data 451", "+9", "data", "message m1", "quit"}
  );
  const auto attempts = history.deliveries.attempts(0, 9);
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[1].mail == attempts[1].begin);
  CHECK(attempts[1].mail > attempts[0].end + std::chrono::seconds(9));
}

TEST_CASE("the first transaction of a connection begins at accept and later ones at their MAIL") {
  const History history(
      {"connect",
       "+5",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "rset",
       "+7",
       "mail b@x",
       "rcpt r@y 452",
       "quit"}
  );
  const auto attempts = history.deliveries.attempts(0, 9);
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].begin == history.events.front().at);
  CHECK(attempts[1].begin > attempts[0].end + std::chrono::seconds(7));
  const auto& mail = history.events[attempts[1].evidence.front() - 1];
  CHECK(mail.kind == journal::Kind::command);
  CHECK(attempts[1].begin == mail.began);
}

TEST_CASE("an attempt ends when the last octet of its deciding reply was handed over") {
  const History at_once({"connect", "ehlo", "mail a@x", "rcpt r@y 452", "quit"});
  CHECK(at_once.deliveries.attempt(1)->end == at_once.events[at_once.events.size() - 4].at);

  const History dripped({"connect", "ehlo", "mail a@x", "rcpt r@y 452", "+4", "sent", "quit"});
  const auto attempt = dripped.deliveries.attempt(1);
  const auto& sent = dripped.events[dripped.events.size() - 4];
  REQUIRE(sent.kind == journal::Kind::sent);
  CHECK(attempt->end == sent.at);
  CHECK(attempt->evidence.back() == sent.seq);
}

TEST_CASE("a reply that leaves late is found behind those that came after it") {
  History history({"connect", "ehlo", "mail a@x", "rcpt r@y 452", "rset", "mail b@x", "rcpt r@y"});
  journal::Event sent{.connection = history.connection(), .kind = journal::Kind::sent};
  sent.at = std::chrono::seconds(30);
  sent.reply = history.deliveries.attempt(1)->evidence.back();
  history.deliveries.add(sent);
  CHECK(history.deliveries.attempt(1)->end == std::chrono::seconds(30));

  journal::Event cut = sent;
  cut.kind = journal::Kind::cut;
  history.deliveries.add(cut);
  history.step("closed");
  CHECK(history.attempts() == Lines{"delivery rcpt lost", "delivery rcpt lost"});
}

TEST_CASE("an attempt without a deciding reply ends with its connection") {
  const History history({"connect", "ehlo", "mail a@x", "rcpt r@y -", "+4", "closed"});
  CHECK(history.deliveries.attempt(1)->end == history.events.back().at);
}

TEST_CASE("the gap runs from the end of the previous attempt to the beginning of this one") {
  const History history(
      {"connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "+9",
       "quit",
       "+30",
       "connect",
       "ehlo",
       "mail a@x",
       "rcpt r@y 452",
       "quit"}
  );
  const auto attempts = history.deliveries.attempts(0, 9);
  REQUIRE(attempts.size() == 2);
  CHECK_FALSE(attempts[0].gap);
  REQUIRE(attempts[1].gap);
  CHECK(*attempts[1].gap == attempts[1].begin - attempts[0].end);
  CHECK(*attempts[1].gap > std::chrono::seconds(39));
  CHECK(attempts[1].judge_gap == attempts[1].gap);
}

TEST_CASE("the gap of a client runs from what ended last before it began") {
  const History history(
      {"connect 451",    // 1st to begin, refused at once, and stays
       "B connect -",    // 2nd, waits for its greeting
       "C connect 451",  // 3rd
       "C quit",
       "+10",
       "B closed",
       "+10",
       "D connect 451",  // 4th
       "D quit",
       "quit"}
  );
  const auto attempts = history.deliveries.attempts(0, 9);
  REQUIRE(attempts.size() == 4);
  const auto& [third, second, fourth, first] =
      std::tie(attempts[0], attempts[1], attempts[2], attempts[3]);
  REQUIRE(first.connection == 1);
  CHECK_FALSE(first.gap);
  CHECK(second.gap == second.begin - first.end);
  CHECK(third.gap == third.begin - first.end);
  CHECK(fourth.gap == fourth.begin - second.end);
}

TEST_CASE("the gap of a sender does not count what was under way") {
  const History history(
      {"connect",
       "B connect",
       "ehlo",
       "B ehlo",
       "mail a@x -",
       "B mail a@x 451",
       "B rset",
       "B mail a@x 451",
       "closed",
       "B quit"}
  );
  const auto attempts = history.deliveries.attempts(0, 9);
  REQUIRE(attempts.size() == 3);
  CHECK_FALSE(attempts[0].gap);
  CHECK(attempts[1].gap == attempts[1].begin - attempts[0].end);
  CHECK(attempts[2].outcome == journal::Outcome::lost);
  CHECK_FALSE(attempts[2].gap);
}

TEST_CASE("gaps of scope client and sender are those of the same client and the same sender") {
  const History history(
      {"connect 451",
       "quit",
       "+10",
       "connect 451",
       "quit",
       "connect",
       "ehlo",
       "mail a@x 451",
       "quit",
       "connect",
       "ehlo",
       "mail b@x 451",
       "quit",
       "+20",
       "connect",
       "ehlo",
       "mail a@x 451",
       "quit"}
  );
  const auto attempts = history.deliveries.attempts(0, 9);
  REQUIRE(attempts.size() == 5);
  REQUIRE(attempts[1].gap);
  CHECK(*attempts[1].gap > std::chrono::seconds(10));
  CHECK_FALSE(attempts[2].gap);
  CHECK_FALSE(attempts[3].gap);
  REQUIRE(attempts[4].gap);
  CHECK(*attempts[4].gap > std::chrono::seconds(20));
}

TEST_CASE("the beginning on the judge clock is counted back with the scale") {
  History history;
  history.setup({.scenario = "s", .scale = 60});
  history.play({"connect", "ehlo", "mail a@x", "rcpt r@y", "rset"});
  journal::Event mail{.connection = history.connection(), .kind = journal::Kind::command};
  mail.stage = base::Stage::mail;
  mail.subject = "a@x";
  mail.at = std::chrono::seconds(10);
  mail.began = std::chrono::seconds(9);
  mail.judge = std::chrono::seconds(600);
  history.deliveries.add(mail);
  journal::Event rcpt = mail;
  rcpt.stage = base::Stage::rcpt;
  rcpt.subject = "r@y";
  history.deliveries.add(rcpt);
  CHECK(history.deliveries.attempt(2)->begin == std::chrono::seconds(9));
  CHECK(history.deliveries.attempt(2)->judge_begin == std::chrono::seconds(540));
}

}  // namespace
