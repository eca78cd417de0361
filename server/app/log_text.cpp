// Lines of the log: see the header.
#include "app/log_text.hpp"

#include <chrono>
#include <cmath>
#include <ctime>
#include <type_traits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "journal/json.hpp"

namespace app {

namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return {};
}

std::string cut(std::string_view text) {
  return text.size() <= kMostLogText ? std::string(text)
                                     : std::string(text.substr(0, kMostLogText)) + "...";
}

// JSON has no other numbers.
std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

// Quoted where its end could not be seen otherwise.
std::string for_people(std::string_view text) {
  auto shown = base::printable(text, kMostLogText);
  if (!shown.empty() && shown.find_first_of(" \"=") == std::string::npos) return shown;
  std::string quoted = "\"";
  for (const char c : shown) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string as_json(const LogEntry& entry) {
  auto out = fmt::format(
      R"({{"time":"{}","level":"{}","event":"{}")",
      base::format_wall(entry.at),
      name_of(entry.level),
      entry.event
  );
  for (const auto& field : entry.fields) {
    out += fmt::format(",\"{}\":", field.name);
    std::visit(
        [&out](const auto& value) {
          using Value = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, std::string_view>) {
            journal::append_quoted(out, cut(value));
          } else if constexpr (std::is_same_v<Value, double>) {
            out += number(value);
          } else {
            out += fmt::format("{}", value);
          }
        },
        field.value
    );
  }
  return out + '}';
}

std::string as_line(const LogEntry& entry) {
  using std::chrono::milliseconds;
  const auto whole = std::chrono::floor<std::chrono::seconds>(entry.at);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  auto out = fmt::format(
      "{:02}:{:02}:{:02}.{:03} ",
      local.tm_hour,
      local.tm_min,
      local.tm_sec,
      std::chrono::floor<milliseconds>(entry.at - whole).count()
  );
  if (entry.level >= LogLevel::warning) out += fmt::format("{}: ", name_of(entry.level));
  out += entry.event;
  for (const auto& field : entry.fields) {
    out += fmt::format(" {}=", field.name);
    std::visit(
        [&out](const auto& value) {
          using Value = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, std::string_view>) {
            out += for_people(value);
          } else if constexpr (std::is_same_v<Value, double>) {
            out += number(value);
          } else {
            out += fmt::format("{}", value);
          }
        },
        field.value
    );
  }
  return out;
}

}  // namespace app
