// Lines of text for a terminal: paragraphs broken at a width, and tables with aligned columns.
// Counts characters, not octets. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace verify {

// Appends `text` (one line, without a line feed) and a line feed, broken at blanks so that no line
// is longer than `width` where that is possible; further lines are indented by `hang`. Width 0:
// never broken.
void append_paragraph(std::string& out, std::string_view text, std::size_t width, std::size_t hang);

// Rows of as many cells as the first has; the first column is aligned to the left, all others to
// the right.
void append_table(std::string& out, const std::vector<std::vector<std::string>>& rows);

}  // namespace verify
