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
inline constexpr int kFailed = 1;    // after a good start; of a verdict: a check failed
inline constexpr int kBadUsage = 2;  // nothing was started: bad usage, a port in use ...
inline constexpr int kInconclusive = 3;
inline constexpr int kCommandFailed = 4;  // the one behind --
inline constexpr int kInterrupted = 130;

// The form of the log: for people on a terminal, else JSON; or one of the two.
enum class LogForm : std::uint8_t { automatic, human, json };

enum class Loudness : std::uint8_t { quiet, normal, verbose };

struct Logging {
  LogForm form = LogForm::automatic;
  Loudness loudness = Loudness::normal;
};

// What runs, whoever starts it.
struct Serving {
  std::string smtp = "127.0.0.1:1025";
  std::string smtps{};  // an address where TLS comes first; empty: none
  std::string lmtp{};   // an address where LMTP is spoken; empty: none
  std::string http = "127.0.0.1:8025";
  std::string tls_ca{};           // files; empty: none
  std::string tls_certificate{};  // the user's own, with its key
  std::string tls_key{};
  std::string scenario = "addresses";  // a name or a file
  std::string scenarios{};             // a folder; empty: shipped scenarios only
  std::optional<std::uint64_t> seed{};
  std::string token{};
  bool open = false;
  std::vector<std::string> allow_hosts{};
  std::uint64_t max_connections = 15'000;
  std::uint64_t journal_events = 200'000;
  std::string journal{};  // a file; empty: none
  base::Duration drain = std::chrono::seconds(10);
  Logging log{};
};

struct Serve : Serving {
  std::string ready_file{};  // empty: none
  std::string config{};      // a file; empty: none
  // Said on the command line or in the environment, which go before the file of --config.
  bool smtp_given = false;
  bool http_given = false;
  bool scenario_given = false;
};

// By what is judged, and where the report goes beside standard output.
struct Judged {
  std::string expect{};  // a file; empty: none
  std::vector<std::string> policies{};
  std::string junit{};   // files; empty: none
  std::string report{};  // JSON
};

// What ends a test: a certain verdict, or the end of the command and nothing else.
enum class Until : std::uint8_t { verdict, exit };

struct Test : Serving, Judged {
  std::vector<std::string> command{};  // never empty
  std::uint64_t messages = 1;          // at least so many deliveries must be seen
  std::optional<base::Duration> timeout{};
  Until until = Until::verdict;
};

struct Verify : Judged {
  std::string journal{};  // a file; empty: ask `http`
  std::string http{};
  std::string token{};
  std::string receiver{};  // empty: the only one; of a file: each
  std::string domain{};    // only mail to this recipient domain; empty: all
  base::Duration wait{0};
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
  std::string http{};   // "http://127.0.0.1:8025"
  std::string token{};  // empty: none
  base::Duration timeout = std::chrono::seconds(2);
  bool quiet = false;
};

struct Help {
  std::string topic{};  // empty: what there is
};

using Command = std::variant<Serve, Test, Verify, Check, List, Show, Schema, Health, Help>;

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
