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

bool is_unseen(unsigned code) {
  return (code >= 0x80 && code <= 0x9f) || code == 0x200e || code == 0x200f || code == 0x61c ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

// Quoted where its end could not be seen otherwise.
std::string for_people(std::string_view text) {
  auto shown = without_unseen(base::printable(text, kMostLogText));
  if (!shown.empty() && shown.find_first_of(" \"=") == std::string::npos) return shown;
  std::string quoted = "\"";
  for (const char c : shown) {
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string without_unseen(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    // What is not seen has two or three octets (RFC 3629).
    const bool is_two = (at(i) & 0xe0U) == 0xc0U;
    const bool is_three = (at(i) & 0xf0U) == 0xe0U;
    const unsigned two = (at(i) & 0x1fU) << 6U | (at(i + 1) & 0x3fU);
    const unsigned three = (at(i) & 0xfU) << 12U | (at(i + 1) & 0x3fU) << 6U | (at(i + 2) & 0x3fU);
    const unsigned code = is_two ? two : is_three ? three : 0;
    if (code != 0 && is_unseen(code)) {
      out += fmt::format("\\u{:04x}", code);
      i += is_two ? 2 : 3;
    } else {
      out += text[i++];
    }
  }
  return out;
}

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
            std::string quoted;
            journal::append_quoted(quoted, cut(value));
            out += without_unseen(quoted);
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
