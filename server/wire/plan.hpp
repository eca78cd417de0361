// What can happen on a TCP stream, as data: a closed set of eleven operations that every fault
// compiles to. Knows no SMTP, scenario, socket or clock. Values only, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace wire {

// A time that is fixed (lo == hi) or drawn uniformly from [lo, hi].
struct Dist {
  base::Duration lo{0};
  base::Duration hi{0};

  [[nodiscard]] base::Duration at(std::uint64_t draw) const;
  bool operator==(const Dist&) const = default;
};

struct Op {
  enum class Kind : std::uint8_t {
    say,    // send `text`
    noise,  // send `n` pseudo-random bytes (of any value, from the plan's draw), not ending in CR
            // or LF
    wait,   // send nothing for `time`; input is still read
    await,  // send nothing until input arrives; what had arrived before it began does not count
    pace,   // what later `say` and `noise` of this plan send goes out in pieces of `n` bytes (0
            // counts as 1), `time` apart, the first piece at once
    cut,    // of the next `say` send only the first `n` bytes
    slow_read,   // from now on, whatever the plan, read at most `n` bytes (0 counts as 1) of input
                 // per `time`
    stall,       // send nothing any more, keep the connection open and read until the peer leaves
    half_close,  // FIN after what was said; input is still read
    close,       // FIN and close after what was said
    reset,       // RST once what was said was handed to the system, which may then lose it
  };
  Kind kind = Kind::say;
  std::uint32_t n = 0;
  Dist time{};
  std::string text{};

  bool operator==(const Op&) const = default;
};

[[nodiscard]] std::string_view name_of(Op::Kind kind);

// Operations in the order they happen. `commit` is the number of operations that must have been
// completed before what the plan accepts takes effect (a message is stored, the protocol state
// advances); kNoCommit: never. Operations after a stall or an ending never happen. Example: wait
// 2s, <commit>, reset  =>  commit == 1.
struct Plan {
  static constexpr std::size_t kNoCommit = static_cast<std::size_t>(-1);
  std::vector<Op> ops{};
  std::size_t commit = kNoCommit;

  [[nodiscard]] bool accepts() const { return commit != kNoCommit; }

  bool operator==(const Plan&) const = default;
};

}  // namespace wire
