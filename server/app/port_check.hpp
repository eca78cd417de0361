// Whether the wished ports can be had, told before anything is started and of all of them at once.
// Binds them for a moment and never listens: no client meets a port that closes again. Main thread.
#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "app/cli.hpp"
#include "control/fleet.hpp"

namespace app {

struct WantedPort {
  std::string place;    // who wants it: "--smtp"
  std::string address;  // one that control::parse_address reads
};

// All of a program that starts with these receivers; those that the options name come with the
// options.
[[nodiscard]] std::vector<WantedPort> ports_of(
    const Serving& options, std::span<const control::Wish> wishes
);

// The same of the options alone.
[[nodiscard]] std::vector<WantedPort> ports_of(const Serving& options);

// The same where the file of --config is not to be understood: those that it may not change.
[[nodiscard]] std::vector<WantedPort> ports_without_config(const Serve& options);

// All of a program that starts with these; those that the file of --config has moved are named by
// it. `known`: the options with what the file says, `given`: without.
[[nodiscard]] std::vector<WantedPort> ports_with_config(
    const Serve& known, const Serve& given, std::span<const control::Wish> wishes
);

// False: reported.
[[nodiscard]] bool can_listen(std::span<const WantedPort> ports, std::ostream& err);

}  // namespace app
