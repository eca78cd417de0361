// How verdicts speak.
#include "verify/words.hpp"

#include "support/catch.hpp"

using namespace std::chrono_literals;
using base::Micros;
using verify::spoken;

TEST_CASE("a time is spoken in its two largest units") {
  struct Row {
    Micros time;
    const char* text;
  };

  const auto row = GENERATE(
      Row{0us, "0 ms"},
      Row{499us, "0 ms"},
      Row{7ms, "7 ms"},
      Row{99ms, "99 ms"},
      Row{99'600us, "0.1 s"},
      Row{250ms, "0.2 s"},
      Row{1s, "1 s"},
      Row{3100ms, "3.1 s"},
      Row{9940ms, "9.9 s"},
      Row{9960ms, "10 s"},
      Row{28s, "28 s"},
      Row{59'400ms, "59 s"},
      Row{59'600ms, "1 min"},
      Row{60s, "1 min"},
      Row{125s, "2 min 5 s"},
      Row{59min + 59s, "59 min 59 s"},
      Row{59min + 59s + 600ms, "1 h"},
      Row{63min, "1 h 3 min"},
      Row{23h + 59min + 40s, "1 d"},
      Row{23h + 40min, "23 h 40 min"},
      Row{24h, "1 d"},
      Row{108h, "4 d 12 h"},
      Row{24h * 365, "365 d"},
      Row{-3100ms, "-3.1 s"}
  );
  INFO(row.time.count());
  CHECK(spoken(row.time) == row.text);
}

TEST_CASE("a scaled time is spoken with its real time") {
  CHECK(spoken(186s, 3100ms, 60) == "3 min 6 s (3.1 s real)");
  CHECK(spoken(3100ms, 3100ms, 1) == "3.1 s");
}

TEST_CASE("the reason of an outcome is its reply or its end") {
  using journal::Outcome;
  journal::Attempt attempt;
  attempt.outcome = Outcome::deferred;
  attempt.stage = base::Stage::rcpt;
  attempt.code = 452;
  CHECK(verify::reason(attempt) == "452");
  attempt.enhanced = "4.3.1";
  CHECK(verify::reason(attempt) == "452 4.3.1");
  attempt.outcome = Outcome::lost;
  attempt.code = 421;
  CHECK(verify::reason(attempt) == "421 at rcpt");
  attempt.code = 0;
  CHECK(verify::reason(attempt) == "a lost connection at rcpt");
  attempt.outcome = Outcome::abandoned;
  CHECK(verify::reason(attempt) == "leaving at rcpt");
  attempt.outcome = Outcome::open;
  CHECK(verify::reason(attempt) == "an attempt still open at rcpt");
}

TEST_CASE("counts have a plural") {
  CHECK(verify::counted(1, "delivery") == "1 delivery");
  CHECK(verify::counted(2, "delivery") == "2 deliveries");
  CHECK(verify::counted(0, "attempt") == "0 attempts");
  CHECK(verify::counted(3, "attempt") == "3 attempts");
}

TEST_CASE("addresses are safe to print") {
  CHECK(verify::address("") == "<>");
  CHECK(verify::address("a@x") == "a@x");
  CHECK(verify::address("a\x1b[31m@x").find('\x1b') == std::string::npos);
  CHECK(verify::address(std::string(100'000, 'a')).size() < 300);
}

TEST_CASE("a delivery is told by sender and recipient") {
  journal::Delivery delivery;
  delivery.recipient = "r@x";
  CHECK(verify::who(delivery) == "<> to r@x");
}
