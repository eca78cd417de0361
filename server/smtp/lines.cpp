// Command lines in the input: see the header.
#include "smtp/lines.hpp"

#include <utility>

#include "smtp/verbs.hpp"

namespace smtp {

namespace {

constexpr std::size_t kRoomKept = 4096;  // capacity an idle connection may hold on to

std::size_t limit_of(std::string_view line) {
  return row_of_line(line).line_limit;
}

}  // namespace

void LineBuffer::append(std::string_view bytes) {
  if (start_ == held_.size()) {
    held_.clear();
    start_ = 0;
    if (held_.capacity() > kRoomKept && bytes.size() <= kRoomKept) held_.shrink_to_fit();
  } else if (start_ > 0) {
    held_.erase(0, start_);
    start_ = 0;
  }
  held_.append(bytes);
}

void LineBuffer::take(std::size_t octets) {
  start_ += octets;
  offset_ += octets;
}

std::optional<Line> LineBuffer::next(std::optional<std::size_t> limit) {
  if (long_line_) return end_long_line();
  const auto text = rest();
  const auto lf = text.find('\n');
  if (lf == std::string_view::npos) {
    // With a line end it would be longer than its verb allows.
    if (text.size() >= kKeptOfLongLine && text.size() >= limit.value_or(0) &&
        (limit || text.size() >= limit_of(text))) {
      long_line_ = LongLine{
          .offset = offset_,
          .text = std::string(text.substr(0, kKeptOfLongLine)),
          .last = text.back()};
      take(text.size());
    }
    return std::nullopt;
  }
  Line line{.text = text.substr(0, lf), .offset = offset_, .length = lf + 1};
  take(line.length);
  line.bare_lf = !line.text.ends_with('\r');
  if (!line.bare_lf) line.text.remove_suffix(1);
  line.too_long =
      line.length > kKeptOfLongLine && line.length > (limit ? *limit : limit_of(line.text));
  if (line.too_long) line.text = line.text.substr(0, kKeptOfLongLine);
  return line;
}

std::optional<Line> LineBuffer::end_long_line() {
  const auto text = rest();
  const auto lf = text.find('\n');
  if (lf == std::string_view::npos) {
    if (!text.empty()) long_line_->last = text.back();
    take(text.size());
    return std::nullopt;
  }
  const char before = lf == 0 ? long_line_->last : text[lf - 1];
  take(lf + 1);
  ended_text_ = std::move(long_line_->text);
  const Line line{
      .text = ended_text_,
      .offset = long_line_->offset,
      .length = offset_ - long_line_->offset,
      .too_long = true,
      .bare_lf = before != '\r',
  };
  long_line_.reset();
  return line;
}

}  // namespace smtp
