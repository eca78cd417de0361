// Plays a transcript in a world and says where they differ. Knows no socket and no conversation.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "transcripts/script.hpp"
#include "transcripts/world.hpp"

namespace transcripts {

// Is the program's notion of time the script's? Over TCP a script ends where it needs virtual time.
enum class Clock : unsigned char { virtual_time, real_time };

struct Failure {
  std::size_t step = 0;
  std::string message;
};

// Plays the steps [0, end). nullopt: everything was as written.
[[nodiscard]] std::optional<Failure> play(
    const Script& script, World& world, Clock clock, std::size_t end
);

// The whole script, with an arrow at the line of the failing step and what went wrong below it.
[[nodiscard]] std::string shown(const Script& script, const Failure& failure);

}  // namespace transcripts
