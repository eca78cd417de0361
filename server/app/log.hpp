// The program's log on standard error: its life-cycle, warnings and, if asked for, what happens on
// the wire; one line each. Errors of usage are no log: console.hpp. Any thread; lines stay whole,
// and a reader that does not read costs lines, not time.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include <spdlog/logger.h>

#include "app/cli.hpp"
#include "app/log_sink.hpp"
#include "app/log_text.hpp"

namespace app {

class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  // The least level that is written. LogForm::automatic: for people if the descriptor is a
  // terminal.
  Log(LogForm form, LogLevel least, int descriptor);

  // The same on standard error.
  explicit Log(const Logging& wish);

  void info(std::string_view event, Fields fields = {}) { add(LogLevel::info, event, fields); }

  void warning(std::string_view event, Fields fields = {}) {
    add(LogLevel::warning, event, fields);
  }

  void error(std::string_view event, Fields fields = {}) { add(LogLevel::error, event, fields); }

  // Of something that happened at that time.
  void add(const LogEntry& entry);

  // So many entries were left out, for want of time or room.
  void dropped(std::uint64_t entries);

  [[nodiscard]] bool wants(LogLevel level) const { return level >= least_; }

 private:
  void add(LogLevel level, std::string_view event, Fields fields);
  [[nodiscard]] std::string text_of(const LogEntry& entry) const;

  // Constant after construction.
  const bool for_people_;
  const LogLevel least_;
  const std::shared_ptr<LogSink> sink_;  // thread-safe
  const std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace app
