// The line on a terminal that says how a run goes, and its clearing before anything else is said.
// Somebody else's output to the same terminal cannot be seen: it may stand behind the line once.
// Main thread.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "app/run_end.hpp"
#include "base/time.hpp"

namespace app {

// "3 attempts; deliveries 1 open, 2 accepted, 0 rejected; checks 1/2; 47 s left": of the checks one
// is decided. No line end, at most `width` columns.
[[nodiscard]] std::string progress_line(
    const Standing& standing, base::Duration left, std::size_t width
);

class Progress {
 public:
  // Draws on standard error if that is a terminal, else nothing at all.
  explicit Progress(std::ostream& err);

  ~Progress() { clear(); }

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  [[nodiscard]] bool draws() const { return width_.has_value(); }

  // Not more often than five times a second: the caller's business.
  void show(const Standing& standing, base::Duration left);
  void clear();

 private:
  std::ostream& err_;
  const std::optional<std::size_t> width_;
  std::string shown_{};
};

}  // namespace app
