// Durations and wall times as text. Integers throughout: what is written is read back to the
// nanosecond.
#include "base/time.hpp"

#include <array>
#include <cstdlib>

#include <fmt/format.h>

namespace base {

namespace {

using Ticks = std::int64_t;

struct Unit {
  std::string_view name;
  Ticks nanoseconds;
};

constexpr Ticks kSecond = 1'000'000'000;
constexpr Ticks kDay = 24 * 3600 * kSecond;
constexpr std::array<Unit, 8> kUnits{{
    {"ns", 1},
    {"us", 1'000},
    {"ms", 1'000'000},
    {"s", kSecond},
    {"m", 60 * kSecond},
    {"h", 3600 * kSecond},
    {"d", kDay},
    {"w", 7 * kDay},
}};
constexpr std::string_view kUnitHint = "use ns, us, ms, s, m, h, d or w, as in '250ms' or '1h30m'";
constexpr Ticks kLongest = 3653 * kDay;  // ten years, leap days included

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes what `wanted` accepts off the front of `text`.
template <typename Wanted>
std::string_view take(std::string_view& text, Wanted wanted) {
  std::size_t n = 0;
  while (n < text.size() && wanted(text[n])) ++n;
  const std::string_view taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

const Unit* unit_named(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

// `whole`.`fraction` units in nanoseconds, cut to whole ones; kLongest + 1 for anything longer.
Ticks in_nanoseconds(std::string_view whole, std::string_view fraction, Ticks unit) {
  const Ticks most = kLongest / unit;
  Ticks count = 0;
  for (const char c : whole) {
    count = count * 10 + (c - '0');
    if (count > most) return kLongest + 1;
  }
  // From the last digit to the first: dividing in steps loses no more than dividing once.
  Ticks part = 0;
  for (auto c = fraction.rbegin(); c != fraction.rend(); ++c)
    part = ((*c - '0') * unit + part) / 10;
  return count * unit + part;
}

// The error about a duration that could not be read at `rest`.
tl::unexpected<Error> no_number(std::string_view text, std::string_view rest) {
  if (text.front() == '-') return failure(fmt::format("duration '{}' is negative", text));
  return failure(
      fmt::format("no number at '{}' in duration '{}'", rest, text), std::string(kUnitHint)
  );
}

// Calendar fields at fixed places; -1 where there is something else than digits.
int digits(std::string_view text, std::size_t from, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(from, count)) {
    if (!is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool has_wall_shape(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000000Z";
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == '0' ? !is_digit(text[i]) : text[i] != kShape[i]) return false;
  }
  return true;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return failure("duration '' is empty", std::string(kUnitHint));
  std::string_view rest = text;
  Ticks total = 0;
  while (!rest.empty()) {
    const std::string_view start = rest;
    const std::string_view whole = take(rest, is_digit);
    if (whole.empty()) return no_number(text, start);
    std::string_view fraction;
    if (!rest.empty() && rest.front() == '.') {
      rest.remove_prefix(1);
      fraction = take(rest, is_digit);
      if (fraction.empty()) return no_number(text, rest);
    }
    const std::string_view name =
        take(rest, [](char c) { return !is_digit(c) && c != '.' && c != '-' && c != '+'; });
    const Unit* const unit = unit_named(name);
    if (unit == nullptr) {
      const auto what = name.empty()
                            ? fmt::format("duration '{}' lacks a unit", text)
                            : fmt::format("no such unit '{}' in duration '{}'", name, text);
      return failure(what, std::string(kUnitHint));
    }
    total += in_nanoseconds(whole, fraction, unit->nanoseconds);
    if (total > kLongest) return failure(fmt::format("duration '{}' is over 10 years", text));
  }
  return Duration(total);
}

std::string format_duration(Duration value) {
  if (value.count() == 0) return "0s";
  std::string out = value.count() < 0 ? "-" : "";
  // Unsigned, so that the most negative value has a magnitude.
  auto rest = static_cast<std::uint64_t>(value.count());
  if (value.count() < 0) rest = ~rest + 1;

  for (const std::size_t i : {6U, 5U, 4U}) {  // d, h, m
    const auto unit = static_cast<std::uint64_t>(kUnits[i].nanoseconds);
    if (rest >= unit) out += fmt::format("{}{}", rest / unit, kUnits[i].name);
    rest %= unit;
  }
  if (rest == 0) return out;

  // What is left is a decimal number of the largest unit from s down that it fills.
  std::size_t i = 3;
  while (rest < static_cast<std::uint64_t>(kUnits[i].nanoseconds)) --i;
  const auto unit = static_cast<std::uint64_t>(kUnits[i].nanoseconds);
  out += fmt::format("{}", rest / unit);
  if (rest % unit != 0) {
    // The last `3 * i` digits are the fraction: ns 0, us 3, ms 6, s 9.
    std::string fraction = fmt::format("{:0{}}", rest % unit, 3 * i);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out += "." + fraction;
  }
  out += kUnits[i].name;
  return out;
}

std::string format_wall(WallTime at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  return fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
      static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()),
      time.hours().count(),
      time.minutes().count(),
      time.seconds().count(),
      time.subseconds().count()
  );
}

Result<WallTime> parse_wall(std::string_view text) {
  const auto bad = [text](std::string_view why) {
    return failure(
        fmt::format("time '{}' {}", text, why), "write it as '2026-01-31T12:00:00.123456Z'"
    );
  };
  if (!has_wall_shape(text)) return bad("is not RFC 3339 in UTC with six decimals");
  const std::chrono::year_month_day date(
      std::chrono::year(digits(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(digits(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(digits(text, 8, 2)))
  );
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return bad("does not exist");
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second) + Micros(digits(text, 20, 6));
}

}  // namespace base
