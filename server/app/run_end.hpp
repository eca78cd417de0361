// When `failmx test` may stop looking: as soon as nothing that could still happen would change the
// verdict. Decides over values alone; knows no clock and no process. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "app/cli.hpp"
#include "base/time.hpp"
#include "verify/judge.hpp"

namespace app {

// The expectations as they are watched while the run goes on. What must not happen needs a window:
// where the expectation gives none, it is the longest `within` of the run, else 30 s of real time.
[[nodiscard]] std::vector<verify::Expectation> with_windows(
    std::span<const verify::Expectation> expectations, double scale
);

// Real time after which every deadline has passed if all goes as slowly as it may; what a sender
// needs to begin is not in it.
[[nodiscard]] base::Duration last_deadline(
    std::span<const verify::Expectation> expectations, double scale
);

// How a run stands.
struct Standing {
  std::uint64_t connections = 0;  // begun, whatever came of them
  std::uint64_t attempts = 0;
  std::uint64_t deliveries = 0;  // but those of the null sender that no check has selected
  std::uint64_t open = 0, accepted = 0, rejected = 0;  // of these
  std::uint64_t awaited = 0;           // selected, and neither accepted nor rejected
  std::uint64_t done = 0, checks = 0;  // checks that count, and how many of these are decided
  bool failed = false;                 // a check has failed for good
  bool certain = false;                // every check is decided, with its windows run
  bool waiting_for_selection = false;
  bool command_ended = false;
};

// `expectations` are those of the judgement. Whether the command has ended, and how many
// connections there were, is the caller's to say.
[[nodiscard]] Standing standing_of(
    const verify::Timeline& timeline, const verify::Judgement& judgement
);

enum class End : std::uint8_t {
  not_yet,
  failed,   // no need to let the command go on
  settled,  // the command has ended, and the verdict is certain
};

// `messages`: at least so many deliveries must have been seen.
[[nodiscard]] End end_of(const Standing& standing, std::uint64_t messages, Until until);

// Exit status of `test` and `verify`. Always kDone, kFailed, kInconclusive or kCommandFailed.
[[nodiscard]] int exit_status(verify::Result result, bool command_failed);

}  // namespace app
