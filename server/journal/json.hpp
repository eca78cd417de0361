// Events, attempts and deliveries as JSON: what a journal file holds and the API answers. Appends
// to a string, builds no tree. Reads back exactly what it wrote. Pure, any thread.
//
// Bytes that are not part of valid UTF-8 (clients send what they like) become U+F780..U+F7FF,
// U+F700 plus the byte, so that every line is valid JSON (RFC 8259) and every byte comes back.
// Characters of that private range that a client really sent are written byte by byte in the same
// way.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "journal/deliveries.hpp"
#include "journal/event.hpp"

namespace journal {

// A JSON string with its quotes.
void append_quoted(std::string& out, std::string_view text);

// An object on one line. Fields without a value are left out, and some have a name that says what
// they are there:
//   subject    as subject_name() says
//   text       "listener" (connected), "version" (run), else "text"
//   count      "octets" (reply-cut, ended), else "count"
//   flag       "before_rules" (command), "against_reply" (stored), "removed" (rule),
//              "carried_over" (connected), else "flag"
// Times are seconds since the run began ("elapsed", "judge", "clock", "began"), "at" is the wall
// clock.
void append_json(std::string& out, const Event& event, base::WallTime start);

// What the subject of such an event is: "sender", "recipient", "client", "user" ..., or "subject".
[[nodiscard]] std::string_view subject_name(const Event& event);

// The same and a line feed.
[[nodiscard]] std::string to_json_line(const Event& event, base::WallTime start);

// Fields without a value are null. "end" is null as long as the outcome is "open".
void append_json(std::string& out, const Attempt& attempt, base::WallTime start);

// With its attempts, as far as `all` still knows them.
void append_json(
    std::string& out,
    const Delivery& delivery,
    std::string_view receiver,
    const Deliveries& all,
    base::WallTime start
);

// The reverse of append_json for events. Unknown fields are ignored; an unknown kind, stage or
// ending, a field of the wrong type and text that is no JSON object are errors. "at" is not needed:
// "elapsed" has the time.
[[nodiscard]] base::Result<Event> event_from_json(std::string_view line);

// The wall clock ("at") of an event, for which Event has no place.
[[nodiscard]] base::Result<base::WallTime> wall_from_json(std::string_view line);

}  // namespace journal
