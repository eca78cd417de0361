// Why `failmx test` waits, stops looking, and exits as it does, in words for standard error. Each
// is one sentence without "failmx: " and without a line end. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "app/child.hpp"
#include "base/time.hpp"
#include "verify/judge.hpp"

namespace app {

// How long a run may take, and who said so.
struct Bound {
  enum class By : std::uint8_t {
    option,     // --timeout
    deadlines,  // its default: the last possible one of the checks
    most,       // its default, where that would be later
  };

  base::Duration length{0};
  By by = By::option;
};

// Rounded up: to seconds, or if it is less than one to milliseconds.
[[nodiscard]] std::string spoken(base::Duration duration);

// "the command failed with exit status 7"; empty: it has not failed by itself, or not yet.
[[nodiscard]] std::string how_failed(const Child& child);

// Nothing has come, and the command has ended: how long something is awaited. `failed`: for so long
// only, because the command has failed.
[[nodiscard]] std::string still_waiting(base::Duration left, bool failed);

struct Ending {
  bool interrupted = false;
  bool timed_out = false;
  bool gave_up = false;     // nothing came of a command that has failed
  Bound bound{};            // of `timed_out`
  base::Duration grace{0};  // of `gave_up`
  std::string failure{};    // how_failed()
};

// Why the report comes now; empty: because the verdict is certain.
[[nodiscard]] std::string why_now(const Ending& ending);

// Empty: it is the exit status that the verdict alone gives.
[[nodiscard]] std::string why_status(int status, verify::Result result, const Ending& ending);

}  // namespace app
