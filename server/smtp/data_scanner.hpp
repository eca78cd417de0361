// Finds the end of a message's data (RFC 5321 4.1.1.4), takes dot-stuffing away (4.5.2) and notes
// what a sender should not send. Works on whatever pieces the network delivers and hops from line
// end to line end; NUL and 8-bit octets pass through. Keeps no content. Not thread-safe: one per
// connection.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "smtp/profile.hpp"

namespace smtp {

// What was wrong with a message's lines.
struct LineFaults {
  std::uint64_t bare_lf = 0;
  std::uint64_t bare_cr = 0;
  std::uint64_t long_lines =
      0;  // over 1000 octets with the line end, without the stuffed dot (RFC 5321 4.5.3.1.6)
  std::uint64_t lost_dots = 0;  // lines that began with one dot, which is not content (4.5.2)
  // Lines of a single dot that are not CRLF . CRLF: [line end before][line end behind], each of
  // CRLF, LF, CR.
  std::array<std::array<std::uint64_t, 3>, 3> look_alikes{};
  std::uint64_t nul_look_alikes = 0;  // such lines, or CRLF . CRLF itself, with NULs around the dot

  // "LF.LF 2 times, CR.CRLF once"; empty when there were none.
  [[nodiscard]] std::string look_alikes_text() const;
};

class DataScanner {
 public:
  struct Piece {
    std::string_view content;  // octets of the message, a view into the bytes given
    bool ended = false;        // the end of data was here
  };

  // Starts a message: as if just behind a CRLF.
  void begin(EndOfData mode);

  // Starts a message whose octets are counted (BDAT): nothing in it is its end or is stuffed, so
  // lines are all there is to look at.
  void begin_counted();

  // A counted message is over: what its last octets are.
  void finish();

  // Takes a front part off `bytes`. Call until `bytes` is empty or the end has come; what is then
  // left are commands.
  [[nodiscard]] Piece scan(std::string_view& bytes);

  [[nodiscard]] const LineFaults& faults() const { return faults_; }

 private:
  enum class LineEnd : std::uint8_t { crlf, lf, cr, none };
  enum class Verdict : std::uint8_t { keep, drop, end };

  [[nodiscard]] Verdict step(char c);
  [[nodiscard]] Verdict line_ended(LineEnd kind);
  [[nodiscard]] bool counts(LineEnd kind) const;

  [[nodiscard]] bool holds_cr() const { return stuffed_ && dot_ && cr_ && !nul_; }

  void measure(std::uint64_t octets);

  EndOfData mode_ = EndOfData::strict;
  bool counted_ = false;
  LineEnd before_ =
      LineEnd::crlf;  // what the present line began behind; none: it has other octets than one dot
  bool dot_ = false;  // the line so far is "."
  bool nul_ = false;  // and NULs
  bool stuffed_ = false;  // that dot was at the true start of the line: not content
  bool cr_ = false;       // the last octet was CR
  bool held_ = false;     // that CR was not given out yet: it may belong to the end of data
  std::uint64_t line_octets_ = 0;
  LineFaults faults_;
};

}  // namespace smtp
