// The end of a run in words: see the header.
#include "app/ending.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "app/cli.hpp"
#include "app/run_end.hpp"

namespace app {

namespace {

std::string told(const Bound& bound) {
  const auto length = spoken(bound.length);
  switch (bound.by) {
    case Bound::By::option: return "--timeout " + length;
    case Bound::By::deadlines:
      return length + ", the default of --timeout: the last possible deadline of a check";
    case Bound::By::most:
      return length + ", the default of --timeout at most: a deadline may be later";
  }
  return length;
}

std::string_view said_of(verify::Result result) {
  switch (result) {
    case verify::Result::pass: return "all checks passed";
    case verify::Result::fail: return "a check failed";
    case verify::Result::inconclusive:
    case verify::Result::not_applicable: return "the verdict is inconclusive";
  }
  return {};
}

}  // namespace

std::string spoken(base::Duration duration) {
  using namespace std::chrono;
  duration = std::max(duration, base::Duration{0});
  if (duration < seconds(1)) return base::format_duration(ceil<milliseconds>(duration));
  return base::format_duration(ceil<seconds>(duration));
}

std::string how_failed(const Child& child) {
  // Ctrl-C on the terminal is not its failure.
  if (!child.has_failed() || child.was_interrupted()) return {};
  const auto& ended = *child.ended();
  if (ended.signal != 0) return fmt::format("the command died of signal {}", ended.signal);
  return fmt::format("the command failed with exit status {}", ended.status);
}

std::string still_waiting(base::Duration left, bool failed) {
  return fmt::format(
      "no mail has been seen; waiting up to {} ({})",
      spoken(left),
      failed ? "the command has failed" : "--timeout"
  );
}

std::string why_now(const Ending& ending) {
  if (ending.interrupted) return "interrupted; the report so far:";
  if (ending.timed_out) {
    return fmt::format("the time is over ({}); the report as things stand:", told(ending.bound));
  }
  if (ending.gave_up) {
    return fmt::format(
        "nothing connected within {} of the end of the command, which failed; the report as things "
        "stand:",
        spoken(ending.grace)
    );
  }
  return {};
}

std::string why_status(int status, verify::Result result, const Ending& ending) {
  if (status == exit_status(result, false)) return {};
  const auto said = fmt::format("exit status {}: {}", status, said_of(result));
  const auto& failure = ending.failure;
  if (status == kInterrupted) {
    return fmt::format(
        "exit status {}: interrupted{}{}", status, failure.empty() ? "" : "; before that ", failure
    );
  }
  if (status == kCommandFailed) return fmt::format("{}, but {}", said, failure);
  return fmt::format("{}, but not all could be written, or stopped in order", said);
}

}  // namespace app
