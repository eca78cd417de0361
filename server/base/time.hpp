// Time as values: points on the monotonic clock, wall time for display, durations as users write
// them. Deliberately no clock: everything that needs "now" is given it. Pure functions, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace base {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

// Journal resolution. An instant in a journal is microseconds since the run began.
using Micros = std::chrono::microseconds;

// "No wake-up is planned."
inline constexpr TimePoint kNever = TimePoint::max();

// Reads "250ms", "5m", "1h30m", "2d", "0s": one or more numbers (a decimal fraction is allowed),
// each with a unit of ns, us, ms, s, m, h, d, w. Negative values, missing units and anything over
// 10 years are errors.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

// The shortest exact form that parse_duration reads back: "1h30m", "2.5s", "250ms", "0s".
[[nodiscard]] std::string format_duration(Duration value);

// RFC 3339 in UTC with six decimals: "2026-01-31T12:00:00.123456Z".
[[nodiscard]] std::string format_wall(WallTime at);

// The reverse of format_wall; nullopt-like error when the text is not exactly of that form.
[[nodiscard]] Result<WallTime> parse_wall(std::string_view text);

}  // namespace base
