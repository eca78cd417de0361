// End of data: see the header.
//
// Only the octets around a line end are looked at one by one; inside a line the scanner hops to the
// next CR or LF. The state says what a line consists of so far: nothing, one dot (maybe among
// NULs), or something else. Look-alikes take CR, LF and CRLF all for line ends, since that is how
// some other receiver could read them.
#include "smtp/data_scanner.hpp"

#include <cstddef>
#include <cstring>

#include <fmt/format.h>

namespace smtp {

namespace {

constexpr std::uint64_t kLongestLine = 1000;  // RFC 5321 4.5.3.1.6, with CRLF

// The first `c` in [from, end), or end.
const char* hop(const char* from, const char* end, char c) {
  if (from == end) return end;
  const void* const found = std::memchr(from, c, static_cast<std::size_t>(end - from));
  return found == nullptr ? end : static_cast<const char*>(found);
}

// At the start of a line it says that this is neither a dot line nor another line end.
bool is_ordinary(char c) {
  return c != '.' && c != '\r' && c != '\n' && c != '\0';
}

std::string_view between(const char* from, const char* to) {
  return {from, static_cast<std::size_t>(to - from)};
}

}  // namespace

std::string LineFaults::look_alikes_text() const {
  static constexpr std::array<std::string_view, 3> kNames = {"CRLF", "LF", "CR"};
  std::string text;
  const auto add = [&](std::string_view name, std::uint64_t count) {
    if (!text.empty()) text += ", ";
    text += count == 1 ? fmt::format("{} once", name) : fmt::format("{} {} times", name, count);
  };
  for (std::size_t before = 0; before < kNames.size(); ++before) {
    for (std::size_t behind = 0; behind < kNames.size(); ++behind) {
      const auto count = look_alikes[before][behind];
      if (count > 0) add(fmt::format("{}.{}", kNames[before], kNames[behind]), count);
    }
  }
  if (nul_look_alikes > 0) add("a dot among NULs", nul_look_alikes);
  return text;
}

void DataScanner::begin(EndOfData mode) {
  *this = DataScanner();
  mode_ = mode;
}

void DataScanner::begin_counted() {
  *this = DataScanner();
  counted_ = true;
}

void DataScanner::finish() {
  if (cr_) ++faults_.bare_cr;
  cr_ = false;
  measure(0);
}

// Is `kind` a line end for the one who decides where the message ends?
bool DataScanner::counts(LineEnd kind) const {
  return kind == LineEnd::crlf || (kind == LineEnd::lf && mode_ == EndOfData::lax);
}

DataScanner::Verdict DataScanner::line_ended(LineEnd kind) {
  bool ends = false;
  if (dot_ && nul_) {
    ++faults_.nul_look_alikes;
  } else if (dot_) {
    const bool genuine = before_ == LineEnd::crlf && kind == LineEnd::crlf;
    if (!genuine)
      ++faults_.look_alikes[static_cast<std::size_t>(before_)][static_cast<std::size_t>(kind)];
    ends = counts(before_) && counts(kind);
  }
  before_ = kind;
  dot_ = nul_ = stuffed_ = false;
  return ends ? Verdict::end : Verdict::keep;
}

DataScanner::Verdict DataScanner::step(char c) {
  if (cr_) {
    cr_ = false;
    if (c == '\n') return line_ended(LineEnd::crlf);
    ++faults_.bare_cr;
    // A CR alone ends no message: the verdict is always to keep.
    static_cast<void>(line_ended(LineEnd::cr));
  }
  if (c == '\r') {
    cr_ = true;
    return Verdict::keep;
  }
  if (c == '\n') {
    ++faults_.bare_lf;
    return line_ended(LineEnd::lf);
  }
  if (before_ == LineEnd::none) return Verdict::keep;
  if (c == '\0') {
    nul_ = true;
    return Verdict::keep;
  }
  if (c == '.' && !dot_ && !counted_) {
    dot_ = true;
    stuffed_ = counts(before_) && !nul_;
    return stuffed_ ? Verdict::drop : Verdict::keep;
  }
  if (stuffed_ && c != '.') ++faults_.lost_dots;
  before_ = LineEnd::none;
  dot_ = nul_ = stuffed_ = false;
  return Verdict::keep;
}

void DataScanner::measure(std::uint64_t octets) {
  if (line_octets_ + octets > kLongestLine) ++faults_.long_lines;
  line_octets_ = 0;
}

DataScanner::Piece DataScanner::scan(std::string_view& bytes) {
  const char* const start = bytes.data();
  const char* const end = start + bytes.size();
  if (start == end) return {};
  if (held_) {
    held_ = false;
    if (*start != '\n') return {.content = "\r"};
  }
  const char* line = start;  // where the part of the present line in these bytes begins
  const char* lf = start;    // the next LF, once it was looked for
  const char* p = start;
  while (p != end) {
    if (before_ == LineEnd::none && !cr_) {
      if (lf <= p) lf = hop(p, end, '\n');
      p = hop(p, lf, '\r');
      if (p == end) break;
      if (lf - p == 1 && end - lf > 1 && is_ordinary(lf[1])) {
        // The usual case in one step: CRLF, and a line that is not for the state to watch.
        measure(static_cast<std::uint64_t>(lf + 1 - line));
        line = lf + 1;
        p = lf + 2;
        continue;
      }
    }
    const char c = *p;
    const auto verdict = step(c);
    if (verdict == Verdict::drop || verdict == Verdict::end) {
      line_octets_ += static_cast<std::uint64_t>(p - line);
      bytes.remove_prefix(static_cast<std::size_t>(p - start) + 1);
      // The dot was dropped and its CR held, so the end of data has no content of its own.
      if (verdict == Verdict::end) return {.content = {}, .ended = true};
      return {.content = between(start, p)};
    }
    ++p;
    if (c == '\n') {
      measure(static_cast<std::uint64_t>(p - line));
      line = p;
    }
  }
  line_octets_ += static_cast<std::uint64_t>(end - line);
  bytes = {};
  held_ = holds_cr();
  return {.content = held_ ? std::string_view() : between(start, end)};
}

}  // namespace smtp
