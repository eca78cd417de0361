// The log: see the header.
#include "app/log.hpp"

#include <chrono>
#include <unistd.h>
#include <utility>

namespace app {

namespace {

base::WallTime wall_now() {
  return std::chrono::floor<base::WallTime::duration>(std::chrono::system_clock::now());
}

bool is_for_people(LogForm form, int descriptor) {
  return form == LogForm::human || (form == LogForm::automatic && ::isatty(descriptor) != 0);
}

LogLevel least_of(Loudness loudness) {
  switch (loudness) {
    case Loudness::quiet: return LogLevel::warning;
    case Loudness::normal: return LogLevel::info;
    case Loudness::verbose: return LogLevel::debug;
  }
  return LogLevel::info;
}

}  // namespace

Log::Log(LogForm form, LogLevel least, int descriptor)
    : for_people_(is_for_people(form, descriptor)),
      least_(least),
      sink_(std::make_shared<LogSink>(
          descriptor,
          // By value: it may be asked later than this log lives.
          [for_people = for_people_](std::uint64_t lines) {
            const LogField field("lines", lines);
            const LogEntry entry{wall_now(), LogLevel::warning, "log-dropped", {&field, 1}};
            return for_people ? as_line(entry) : as_json(entry);
          }
      )),
      logger_(std::make_unique<spdlog::logger>("failmx", sink_)) {
  logger_->set_level(spdlog::level::trace);
}

Log::Log(const Logging& wish) : Log(wish.form, least_of(wish.loudness), STDERR_FILENO) {}

void Log::add(const LogEntry& entry) {
  if (wants(entry.level)) logger_->info(spdlog::string_view_t(text_of(entry)));
}

void Log::dropped(std::uint64_t entries) {
  sink_->dropped(entries);
}

void Log::add(LogLevel level, std::string_view event, Fields fields) {
  add({wall_now(), level, event, {fields.begin(), fields.size()}});
}

std::string Log::text_of(const LogEntry& entry) const {
  return for_people_ ? as_line(entry) : as_json(entry);
}

}  // namespace app
