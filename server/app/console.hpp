// How commands speak: complaints on standard error, reports on standard output, results in files.
// Main thread.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "base/result.hpp"

namespace app {

// "failmx: message; hint", with a line end.
void complain(const base::Error& error, std::ostream& err);

// A descriptor's terminal as programs see it: its width in columns; nullopt: it is none.
[[nodiscard]] std::optional<std::size_t> terminal_width(int descriptor);

// Standard output is a terminal, and nobody asked for no colour (NO_COLOR, https://no-color.org).
[[nodiscard]] bool wants_colour();

// A pipe or a device: nothing may be put in its place, nor may it be removed.
[[nodiscard]] bool is_special(const std::string& path);

// That a file can be written there later, without writing it: an error that can be told at the
// start is not told after a run of ten minutes. An empty path: nothing is to be written.
[[nodiscard]] base::Result<void> check_writable(const std::string& path);

// Makes the file appear with all of its text at once, by rename; what is no regular file (a pipe, a
// device) is written to.
[[nodiscard]] base::Result<void> write_whole(const std::string& path, const std::string& text);

}  // namespace app
