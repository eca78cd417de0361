// The command line and the environment as values: what the user asks for, or what to tell them.
// Reads the environment, does nothing else. Called once, from the main thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"

namespace app {

// Exit statuses of the program.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;    // such as a port in use
inline constexpr int kBadUsage = 2;  // of the command line, or a scenario with errors
inline constexpr int kInterrupted = 130;

struct Serve {
  std::string smtp = "127.0.0.1:1025";
  std::string http = "127.0.0.1:8025";
  std::string scenario = "addresses";  // a name or a file
  std::string scenarios{};             // a folder; empty: shipped scenarios only
  std::optional<std::uint64_t> seed{};
  std::string token{};
  bool open = false;
  std::vector<std::string> allow_hosts{};
  std::uint64_t max_connections = 15'000;
  std::uint64_t journal_events = 200'000;
  std::string journal{};     // a file; empty: none
  std::string ready_file{};  // empty: none
  base::Duration drain = std::chrono::seconds(10);
};

struct Check {
  std::vector<std::string> files{};
};

struct List {
  std::string tag{};  // empty: all
  std::string scenarios{};
};

struct Show {
  std::string name{};
  std::string scenarios{};
};

struct Schema {};

struct Health {
  std::string http{};  // "http://127.0.0.1:8025"
};

struct Help {
  std::string topic{};  // empty: what there is
};

using Command = std::variant<Serve, Check, List, Show, Schema, Health, Help>;

// Either a command, or a text for standard output (--help, --version) or standard error (bad usage)
// and the status to exit with.
struct CommandLine {
  std::optional<Command> command{};
  int status = kDone;
  std::string out{};
  std::string err{};
};

// `arguments` without the program's name.
[[nodiscard]] CommandLine parse(const std::vector<std::string>& arguments);

// What `failmx COMMAND --help` prints; empty if there is no such command.
[[nodiscard]] std::string help_of(std::string_view command);

}  // namespace app
