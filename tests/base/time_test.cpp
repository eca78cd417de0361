// Durations and wall times as text: what is read, what is refused and why, and that writing loses
// nothing.
#include "base/time.hpp"

#include <rapidcheck.h>

#include "support/catch.hpp"

namespace {

using base::Duration;
using namespace std::chrono_literals;

struct Readable {
  std::string name;
  std::string text;
  Duration value;
};

TEST_CASE("durations are read") {
  const auto row = GENERATE(values<Readable>({
      {"nanoseconds", "7ns", 7ns},
      {"microseconds", "30us", 30us},
      {"milliseconds", "250ms", 250ms},
      {"seconds", "90s", 90s},
      {"minutes not milliseconds", "5m", 5min},
      {"hours", "36h", 36h},
      {"days", "2d", 48h},
      {"weeks", "1w", 168h},
      {"several parts", "1h30m", 90min},
      {"parts in any order", "30m1h", 90min},
      {"zero", "0s", 0s},
      {"leading zeros", "0000000000000000000000001s", 1s},
      {"a fraction", "1.5h", 90min},
      {"a fraction of exact nanoseconds", "0.000000001s", 1ns},
      {"a fraction below a nanosecond is cut", "1.9ns", 1ns},
      {"a fraction with many digits", "0.10000000000000000000000000000009s", 100ms},
      {"ten years", "3653d", 3653 * 24h},
  }));
  CAPTURE(row.name);
  const auto value = base::parse_duration(row.text);
  REQUIRE(value.has_value());
  CHECK(value->count() == row.value.count());
}

struct Refused {
  std::string name;
  std::string text;
  std::string message;
};

TEST_CASE("what is no duration is refused with a reason") {
  const auto row = GENERATE(values<Refused>({
      {"empty", "", "duration '' is empty"},
      {"no unit", "5", "duration '5' lacks a unit"},
      {"no unit at the end", "1h30", "duration '1h30' lacks a unit"},
      {"no number", "s", "no number at 's' in duration 's'"},
      {"negative", "-5s", "duration '-5s' is negative"},
      {"negative part", "1h-5s", "no number at '-5s' in duration '1h-5s'"},
      {"plus sign", "+5s", "no number at '+5s' in duration '+5s'"},
      {"unknown unit", "5x", "no such unit 'x' in duration '5x'"},
      {"upper case", "5S", "no such unit 'S' in duration '5S'"},
      {"a word", "5sec", "no such unit 'sec' in duration '5sec'"},
      {"a space", "5 s", "no such unit ' s' in duration '5 s'"},
      {"trailing space", "5s ", "no such unit 's ' in duration '5s '"},
      {"no digit before the point", ".5s", "no number at '.5s' in duration '.5s'"},
      {"no digit after the point", "5.s", "no number at 's' in duration '5.s'"},
      {"two points", "1.2.3s", "duration '1.2.3s' lacks a unit"},
      {"over ten years", "3653d1ns", "duration '3653d1ns' is over 10 years"},
      {"too many digits",
       "99999999999999999999999s",
       "duration '99999999999999999999999s' is over 10 years"},
      {"parts that add up", "3000d3000d", "duration '3000d3000d' is over 10 years"},
  }));
  CAPTURE(row.name);
  const auto value = base::parse_duration(row.text);
  REQUIRE_FALSE(value.has_value());
  CHECK(value.error().message == row.message);
}

TEST_CASE("a refused unit comes with the list of units") {
  CHECK(
      base::parse_duration("5x").error().hint ==
      "use ns, us, ms, s, m, h, d or w, as in '250ms' or '1h30m'"
  );
}

TEST_CASE("durations are written short and exactly") {
  const auto row = GENERATE(values<Readable>({
      {"zero", "0s", 0s},
      {"hours and minutes", "1h30m", 90min},
      {"fraction of a second", "2.5s", 2500ms},
      {"milliseconds", "250ms", 250ms},
      {"fraction of a millisecond", "1.5ms", 1500us},
      {"microseconds", "30us", 30us},
      {"nanosecond", "1ns", 1ns},
      {"a second and a nanosecond", "1.000000001s", 1000000001ns},
      {"a day", "1d", 24h},
      {"days stay days", "14d", 336h},
      {"parts that are zero are left out", "1d1s", 24h + 1s},
      {"a minute", "1m", 60s},
      {"minutes and milliseconds", "1m5ms", 60s + 5ms},
      {"negative", "-1m30s", -90s},
      {"the most negative", "-106751d23h47m16.854775808s", Duration::min()},
  }));
  CAPTURE(row.name);
  CHECK(base::format_duration(row.value) == row.text);
}

TEST_CASE("a written duration is read back as it was") {
  REQUIRE(rc::check([] {
    // Magnitudes of every size, not mostly huge ones.
    const auto bits = *rc::gen::inRange(1, 58);
    const auto count = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << bits);
    const auto text = base::format_duration(Duration(count));
    const auto back = base::parse_duration(text);
    RC_ASSERT(back.has_value());
    RC_ASSERT(back->count() == count);
  }));
}

TEST_CASE("any bytes are read as a duration within bounds or refused") {
  REQUIRE(rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("0129.-smhdwnu\0", 14)));
    const auto value = base::parse_duration(text);
    if (value) {
      RC_ASSERT(*value >= Duration::zero());
      RC_ASSERT(*value <= 3653 * 24h);
    } else {
      RC_ASSERT(!value.error().message.empty());
    }
  }));
}

TEST_CASE("wall time is RFC 3339 with six decimals") {
  const base::WallTime at =
      std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + 12h + 123456us;
  CHECK(base::format_wall(at) == "2026-01-31T12:00:00.123456Z");
  CHECK(base::format_wall(base::WallTime(-1us)) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("wall time in any other form is refused") {
  const auto row = GENERATE(values<Refused>({
      {"empty", "", "time '' is not RFC 3339 in UTC with six decimals"},
      {"no zone",
       "2026-01-31T12:00:00.123456",
       "time '2026-01-31T12:00:00.123456' is not RFC 3339 in UTC with six decimals"},
      {"three decimals",
       "2026-01-31T12:00:00.123Z",
       "time '2026-01-31T12:00:00.123Z' is not RFC 3339 in UTC with six decimals"},
      {"a blank for the T",
       "2026-01-31 12:00:00.123456Z",
       "time '2026-01-31 12:00:00.123456Z' is not RFC 3339 in UTC with six decimals"},
      {"a sign among the digits",
       "2026-01-+1T12:00:00.123456Z",
       "time '2026-01-+1T12:00:00.123456Z' is not RFC 3339 in UTC with six decimals"},
      {"no such day",
       "2026-02-29T12:00:00.123456Z",
       "time '2026-02-29T12:00:00.123456Z' does not exist"},
      {"no such month",
       "2026-13-01T12:00:00.123456Z",
       "time '2026-13-01T12:00:00.123456Z' does not exist"},
      {"hour 24",
       "2026-01-31T24:00:00.000000Z",
       "time '2026-01-31T24:00:00.000000Z' does not exist"},
      {"second 60",
       "2016-12-31T23:59:60.000000Z",
       "time '2016-12-31T23:59:60.000000Z' does not exist"},
  }));
  CAPTURE(row.name);
  const auto at = base::parse_wall(row.text);
  REQUIRE_FALSE(at.has_value());
  CHECK(at.error().message == row.message);
}

TEST_CASE("a written wall time is read back as it was") {
  REQUIRE(rc::check([] {
    const auto count = *rc::gen::inRange<std::int64_t>(0, 253'402'300'799'999'999);
    const base::WallTime at{base::Micros(count)};
    const auto back = base::parse_wall(base::format_wall(at));
    RC_ASSERT(back.has_value());
    RC_ASSERT(back->time_since_epoch().count() == count);
  }));
}

}  // namespace
