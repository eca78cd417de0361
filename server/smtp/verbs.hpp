// The commands of SMTP as one table: spelling, when each may come, what it may be followed by, how
// long its line may be. Adding a verb is a row here, and a parser in command.cpp if it has an
// argument of its own. Constant data, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/stage.hpp"
#include "smtp/command.hpp"

namespace smtp {

// How far a session has come; the order matters: a verb is allowed in a range of these.
enum class Progress : std::uint8_t {
  refused,     // the greeting was not a welcome: only QUIT is served (RFC 5321 3.1)
  fresh,       // greeted, no EHLO yet
  introduced,  // EHLO or HELO was accepted
  sender,      // MAIL was accepted
  recipients,  // and at least one RCPT
};

// Whether a verb must be the last of a pipelined group (RFC 2920 3.1).
enum class InGroup : std::uint8_t { anywhere, last };

// Whether a verb is served in clear where TLS is required (RFC 3207 4).
enum class InClear : std::uint8_t { open, guarded };

struct VerbRow {
  Verb verb;
  std::string_view spelling;
  std::optional<base::Stage> stage;  // nullopt: no rule can act on it
  Progress from, to;                 // when it may come
  InGroup group;
  InClear in_clear;
  std::uint16_t line_limit;    // octets with CRLF (RFC 5321 4.5.3.1.4, and what extensions add)
  std::string_view extension;  // the one it belongs to; empty: it is always served
  std::string_view needs;      // the text of the 503 when it comes too early
};

[[nodiscard]] std::span<const VerbRow> verbs();

[[nodiscard]] const VerbRow& row_of(Verb verb);

// The row of the verb a line begins with; that of Verb::unknown if there is none.
[[nodiscard]] const VerbRow& row_of_line(std::string_view line);

// Why `row` may not come at `progress`, as the text of a 503; empty if it may.
[[nodiscard]] std::string_view sequence_error(const VerbRow& row, Progress progress);

}  // namespace smtp
