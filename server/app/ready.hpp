// How the program says that it is ready: one line for people and scripts, one file for programs.
// Both are stable: fields may be added to the file, nothing else. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/ports.hpp"

namespace app {

// A listener of another receiver.
struct Listener {
  std::string receiver;
  control::Port port;
};

struct Ready {
  std::int64_t pid = 0;
  std::string http;                        // "127.0.0.1:8025"
  std::string receiver;                    // `default`; scenario, seed and scale are its own
  std::vector<control::Port> ports;        // of that receiver
  std::vector<Listener> more_listeners{};  // of the others
  std::string scenario;
  std::uint64_t seed = 1;
  double scale = 1;
};

// "failmx ready smtp=127.0.0.1:1025 http=... receiver=default scenario=addresses seed=1", no line
// end.
[[nodiscard]] std::string ready_line(const Ready& ready);

// {"pid":1,"http":"...","listeners":[{"receiver","address","protocol","tls","shared"}],
// "scenario","seed","scale"}
[[nodiscard]] std::string ready_json(const Ready& ready);

}  // namespace app
