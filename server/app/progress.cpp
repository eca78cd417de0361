// The progress line: see the header.
#include "app/progress.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "app/console.hpp"

namespace app {

namespace {

constexpr std::string_view kClearLine = "\r\033[K";

std::string left_of(base::Duration left) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  if (seconds < 0) return "ending";
  if (seconds < 60) return fmt::format("{} s left", seconds);
  return fmt::format("{} min {} s left", seconds / 60, seconds % 60);
}

}  // namespace

std::string progress_line(const Standing& standing, base::Duration left, std::size_t width) {
  auto line = fmt::format(
      "{} attempt{}; deliveries {} open, {} accepted, {} rejected; checks {}/{}; {}",
      standing.attempts,
      standing.attempts == 1 ? "" : "s",
      standing.open,
      standing.accepted,
      standing.rejected,
      standing.done,
      standing.checks,
      left_of(left)
  );
  if (line.size() > width) line.resize(width);
  return line;
}

Progress::Progress(std::ostream& err) : err_(err), width_(terminal_width(STDERR_FILENO)) {}

void Progress::show(const Standing& standing, base::Duration left) {
  if (!width_) return;
  // A full last column would break the line on some terminals.
  auto line = progress_line(standing, left, *width_ - 1);
  if (line == shown_) return;
  err_ << kClearLine << line << std::flush;
  shown_ = std::move(line);
}

void Progress::clear() {
  if (shown_.empty()) return;
  err_ << kClearLine << std::flush;
  shown_.clear();
}

}  // namespace app
