// How commands speak: complaints on standard error, reports on standard output, results in files.
// Main thread.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace app {

// "failmx: message; hint", with a line end.
void complain(const base::Error& error, std::ostream& err);

// The same, with more lines below it, indented. Either may quote what it likes.
void complain(const base::Error& error, const std::vector<std::string>& details, std::ostream& err);

// Those of standard input, output and error that are closed lead to /dev/null from here on: no
// socket takes their place, to be written to.
void fill_standard_streams();

// A descriptor's terminal as programs see it: its width in columns; nullopt: it is none.
[[nodiscard]] std::optional<std::size_t> terminal_width(int descriptor);

// Standard output is a terminal, and nobody asked for no colour (NO_COLOR, https://no-color.org).
[[nodiscard]] bool wants_colour();

// A pipe, a device, or another name of an open file (/dev/stdout): nothing may be put in its place,
// nor may it be removed.
[[nodiscard]] bool is_special(const std::string& path);

// That a file can be written there later, without writing it: an error that can be told at the
// start is not told after a run of ten minutes. An empty path: nothing is to be written.
[[nodiscard]] base::Result<void> check_writable(const std::string& path);

// The same of a file that is written where it is, and not replaced.
[[nodiscard]] base::Result<void> check_writable_in_place(const std::string& path);

// A file that is to appear with all of its text at once. The text is on the disk, beside the path,
// when the draft was made: what can fail has been tried, and nothing was touched that is there.
class Draft {
 public:
  // What is no regular file (a pipe, a device) is written to at once. An empty path: nothing is to
  // be written.
  [[nodiscard]] static base::Result<Draft> write(const std::string& path, const std::string& text);
  Draft(Draft&& other) noexcept;
  Draft& operator=(Draft&&) = delete;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft();  // leaves nothing of a draft that was not put in place

  // Puts it in the place of what is there.
  [[nodiscard]] base::Result<void> publish();

 private:
  Draft(std::string path, std::string draft) : path_(std::move(path)), draft_(std::move(draft)) {}

  const std::string path_;
  std::string draft_;  // where it is; empty: nothing is left to do
};

// Makes the file appear with all of its text at once, by rename; what is no regular file (a pipe, a
// device) is written to.
[[nodiscard]] base::Result<void> write_whole(const std::string& path, const std::string& text);

}  // namespace app
