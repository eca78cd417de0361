// A journal file: newline-delimited JSON, one event a line, the first of kind `run` with the
// program's version and the wall clock at the start. Read here; written by whoever registers a sink
// with Journal. Pure: takes a stream.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "journal/account.hpp"
#include "journal/event.hpp"
#include "journal/journal.hpp"

namespace journal {

// The event that begins every journal: add it before any other.
[[nodiscard]] Event run_event(std::string_view version);

struct File {
  std::string version{};
  base::WallTime start{};
  std::vector<EventPtr> events{};                           // if asked for; the run event included
  std::map<std::string, Account, std::less<>> receivers{};  // by name
  bool truncated = false;  // the last line was cut short, as by a crash: it is missing
};

// What of a file is wanted: a judge needs no events.
enum class Keep : std::uint8_t { accounts, events_too };

// Reads a whole file; `name` is what diagnostics call it. Errors: the first line is not a `run`, a
// line that is no event, sequence numbers that do not rise, a second run. Warnings: a last line cut
// short; a kind that this version does not know (the line is skipped). At most 20 errors are
// collected.
[[nodiscard]] base::Loaded<File> read_journal(
    std::istream& in,
    std::string_view name,
    Deliveries::Limits limits = {},
    Keep keep = Keep::events_too
);

}  // namespace journal
