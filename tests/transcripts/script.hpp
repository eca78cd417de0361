// A transcript: a conversation with a receiver as a text file, read into steps. One step per line.
// Only reads; runner.hpp plays it, worlds carry it out. Values only, any thread.
//
//   # comment                     also behind two blanks at the end of a line
//   scenario scenarios/x.toml     from the top of the tree; or inline: scenario <<END ... END
//   together                      about what arrives in one packet: not run split
//   lmtp                          the client speaks LMTP
//   virtual                       from here on time is virtual: over TCP the script ends here
//   > EHLO c.test                 the client sends this and CRLF; " | " parts lines sent as one
//   packet
//   >> text                       the same without CRLF
//                                 escapes: \r \n \\ \| \xHH, and \{text*80} for repetition
//   < 250 2.1.0 *                 the next reply; * is any text. Several lines: parts joined by " |
//   ",
//                                 where "250- ..." is one or more lines that begin with "250-"
//   << 45                         exactly these octets come next (escapes as above)
//   <* 12                         any 12 octets come next
//   @ +50ms                       nothing is sent to the client before this instant, which is now
//   @ 30m                         time passes (virtual)
//   within 3s                     the next reply may take so long (real time is patient anyway)
//   ! reset | close | half-close  how the server ended the connection
//   ! open                        it did not, and sent nothing that was not expected
//   ! leave | abort               the client ends it: FIN, RST
//   connection 2 [from 127.0.0.2] the following lines are about this connection; opened at first
//   use = rcpt code=452 nth=1         an event of this kind (command: of this stage) and these
//   fields
//                                 comes next in the journal, after the last one matched; values are
//                                 globs, "in quotes" with blanks
//   =! stored                     no such event is in the journal
//   any
//   attempt scope=client ...      the next attempt that has these fields; likewise
//   delivery FROM TO state=accepted attempts=3 copies=1 outcomes=deferred,deferred,accepted
//   use FILE | use <<END ... END  another scenario is put in force (virtual)
//   drain                         the server begins to stop (virtual)
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace transcripts {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Step {
  enum class Kind : unsigned char {
    send,
    reply,       // lines
    raw,         // text
    octets,      // count
    not_before,  // time
    pass,        // time
    within,      // time
    closed,
    reset,
    half_closed,
    open,
    leave,
    abort,
    event,     // fields
    no_event,  // fields
    attempt,   // fields
    delivery,  // fields; the first two are sender and recipient
    connection,
    virtual_time,
    use,
    drain,
  };
  Kind kind = Kind::send;
  int line = 0;
  std::string text{};
  std::vector<std::string> lines{};
  Fields fields{};
  base::Duration time{0};
  int number = 0;  // of the connection, or of octets
};

struct Script {
  std::string file;
  std::vector<std::string> source;  // its lines, for showing where a failure is
  std::string scenario;             // TOML text
  std::string scenario_file;        // what diagnostics call it
  bool together = false;
  bool lmtp = false;
  std::vector<Step> steps;
};

// The transcript in `file`; a scenario it names is read from the working directory. An error says
// the line.
[[nodiscard]] base::Result<Script> read_script(const std::string& file);

// The octets that an escaped text stands for.
[[nodiscard]] base::Result<std::string> unescape(std::string_view text);

}  // namespace transcripts
