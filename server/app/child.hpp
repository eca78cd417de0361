// The command that `failmx test` runs: a process in a group of its own, with what it starts. Its
// standard input, output and error are ours. Whoever leaves the command's parent behind becomes a
// child of this process, so that the end of the whole group is seen. Main thread; one per process.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace app {

class Child {
 public:
  using Variables = std::vector<std::pair<std::string, std::string>>;

  // The program's path, sought as a shell does; the error says why it cannot be run.
  [[nodiscard]] static base::Result<std::string> find_program(const std::string& name);

  // Starts `command` (never empty) with `variables` added to the environment. Once.
  [[nodiscard]] base::Result<void> start(
      const std::vector<std::string>& command, const Variables& variables
  );

  // Takes note of processes that have ended or stopped; call on every SIGCHLD.
  void look();

  // The command has ended: with this exit status, or by this signal.
  struct Ended {
    int status = 0;
    int signal = 0;
  };

  [[nodiscard]] const std::optional<Ended>& ended() const { return ended_; }

  // It has ended by itself, and not well.
  [[nodiscard]] bool has_failed() const {
    return ended_ && !was_told_ && (ended_->status != 0 || ended_->signal != 0);
  }

  // Ctrl-C reached it instead of us: it had the terminal.
  [[nodiscard]] bool was_interrupted() const { return interrupted_; }

  // It reads from the terminal that we were started on.
  [[nodiscard]] bool has_terminal() const { return has_terminal_; }

  // Some process of its group is left.
  [[nodiscard]] bool has_group() const;

  // Sends a signal to the whole group, stopped ones included.
  void tell(int signal);

 private:
  void lend_terminal();
  void take_terminal_back();

  pid_t group_ = 0;  // the command's process, and its group; 0: not started
  std::optional<Ended> ended_{};
  bool was_told_ = false;  // to end, before it had
  bool has_terminal_ = false;
  bool interrupted_ = false;
};

}  // namespace app
