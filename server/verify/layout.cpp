// Paragraphs and tables: see the header.
#include "verify/layout.hpp"

#include <algorithm>

namespace verify {

namespace {

constexpr std::size_t kBetweenColumns = 2;

// Octets that begin a UTF-8 character.
std::size_t columns(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

}  // namespace

void append_paragraph(
    std::string& out, std::string_view text, std::size_t width, std::size_t hang
) {
  std::size_t used = 0;    // columns of this line
  std::size_t blanks = 0;  // before the next word; none at the start of a line
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!word.empty()) {
      if (width != 0 && used > hang && used + blanks + columns(word) > width) {
        out.append(1, '\n').append(hang, ' ');
        used = hang;
        blanks = 0;
      }
      out.append(blanks, ' ').append(word);
      used += blanks + columns(word);
      blanks = 0;
    }
    ++blanks;
  }
  out += '\n';
}

void append_table(std::string& out, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], columns(row[i]));
  }
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::size_t padding = widths[i] - columns(row[i]);
      if (i == 0) {
        out.append(row[i]).append(padding, ' ');
      } else {
        out.append(kBetweenColumns + padding, ' ').append(row[i]);
      }
    }
    out += '\n';
  }
}

}  // namespace verify
