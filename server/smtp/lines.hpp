// The undecided input of a session and the command lines in it (RFC 5321 2.3.8, 4.5.3.1.4). A line
// over its limit is thrown away up to its end, so memory stays bounded and the next command is
// found. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smtp {

struct Line {
  // Without its line end; of one that is too long the first kKeptOfLongLine octets. Lives in the
  // LineBuffer until its next call.
  std::string_view text;
  std::uint64_t offset = 0;  // input octets before it
  std::uint64_t length = 0;  // octets with its line end
  bool too_long = false;     // over its limit
  bool bare_lf = false;      // ended by LF alone
};

class LineBuffer {
 public:
  static constexpr std::size_t kKeptOfLongLine = 512;

  void append(std::string_view bytes);

  // Takes the next whole line; nullopt: its end has not come. What is then held is shorter than the
  // longest line. `limit`: octets with CRLF, at least kKeptOfLongLine; nullopt: that of its verb.
  [[nodiscard]] std::optional<Line> next(std::optional<std::size_t> limit = std::nullopt);

  // What is held, and taking a front part of it.
  [[nodiscard]] std::string_view rest() const { return std::string_view(held_).substr(start_); }

  void take(std::size_t octets);

  // `octets` of the stream went by without being held.
  void passed(std::size_t octets) { offset_ += octets; }

  // Nothing of an unfinished line has come.
  [[nodiscard]] bool empty() const { return start_ == held_.size() && !long_line_; }

  // Input octets before the first one held.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  struct LongLine {
    std::uint64_t offset;
    std::string text;
    char last;  // of the octets thrown away
  };

  [[nodiscard]] std::optional<Line> end_long_line();

  std::string held_;
  std::size_t start_ = 0;  // of what is undecided in held_
  std::uint64_t offset_ = 0;
  std::optional<LongLine> long_line_;  // being thrown away
  std::string ended_text_;             // of the last long line, for its Line
};

}  // namespace smtp
