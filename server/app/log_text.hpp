// One line of the program's log as text, for people or for programs. Whatever a value holds, it
// stays one line and cannot pass for another: clients choose some of them. Pure; any thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.hpp"

namespace app {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

// A named value; a text belongs to the caller and must outlive the call it is given to.
struct LogField {
  using Value = std::variant<std::string_view, std::uint64_t, double, bool>;

  LogField(std::string_view n, std::string_view text) : name(n), value(text) {}

  LogField(std::string_view n, const std::string& text) : name(n), value(std::string_view(text)) {}

  LogField(std::string_view n, const char* text) : name(n), value(std::string_view(text)) {}

  LogField(std::string_view n, bool yes) : name(n), value(yes) {}

  LogField(std::string_view n, double number) : name(n), value(number) {}

  template <std::integral Number>

  requires(!std::same_as<Number, bool>) LogField(std::string_view n, Number number)
      : name(n), value(static_cast<std::uint64_t>(number)) {}

  std::string_view name;
  Value value;
};

struct LogEntry {
  base::WallTime at;
  LogLevel level;
  std::string_view event;  // "started": a word of ours
  std::span<const LogField> fields;
};

// A text is cut after so many octets.
inline constexpr std::size_t kMostLogText = 500;

// Valid UTF-8 with those characters as \uXXXX that steer a terminal, end a line or turn the
// direction of the text: C1 controls, line and paragraph separators, bidirectional marks.
// Everything else is as it was, so JSON stays the same JSON.
[[nodiscard]] std::string without_unseen(std::string_view text);

// {"time":"2026-01-31T12:00:00.123456Z","level":"info","event":"started","pid":12}, no line end.
[[nodiscard]] std::string as_json(const LogEntry& entry);

// 12:00:00.123 started pid=12, no line end. Local time; only warnings and errors name their level.
[[nodiscard]] std::string as_line(const LogEntry& entry);

}  // namespace app
