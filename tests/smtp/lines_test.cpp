// Command lines in the input: ends, limits, offsets, and that a long one does not cost the next.
#include "smtp/lines.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using smtp::LineBuffer;

namespace {

// "text@offset", with "!" for too long and "~" for a bare LF, of every line in `input`.
std::vector<std::string> lines_of(std::string_view input, std::size_t piece) {
  LineBuffer buffer;
  std::vector<std::string> lines;
  while (!input.empty()) {
    buffer.append(input.substr(0, piece));
    input.remove_prefix(std::min(piece, input.size()));
    while (const auto line = buffer.next()) {
      std::string text(line->text.substr(0, 20));
      text += "@" + std::to_string(line->offset) + (line->too_long ? "!" : "") +
              (line->bare_lf ? "~" : "");
      lines.push_back(text);
    }
  }
  return lines;
}

std::string padded(std::string start, std::size_t length) {
  start.resize(length - 2, 'x');
  return start + "\r\n";
}

}  // namespace

TEST_CASE("lines end with CRLF or LF and know their offset") {
  const std::string input = "NOOP\r\nA\nB\r\r\n\r\n\nrest";
  const std::vector<std::string> expected = {"NOOP@0", "A@6~", "B\r@8", "@12", "@14~"};
  CHECK(lines_of(input, input.size()) == expected);
  CHECK(lines_of(input, 1) == expected);
}

TEST_CASE("a line over the limit of its verb is told once and the next one is found") {
  struct Row {
    const char* name;
    std::string start;
    std::size_t longest;
  };

  const std::vector<Row> rows = {
      {"unknown verb", "FOO ", 512},
      {"NOOP", "NOOP ", 512},
      {"EHLO", "EHLO ", 512},
      {"no verb at all", "", 512},
      {"MAIL has room for parameters", "MAIL FROM:<a@b> ", 1212},
      {"RCPT too in lower case", "rcpt TO:<a@b> ", 1062},
      {"AUTH", "AUTH PLAIN ", 12288},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    for (const std::size_t length : {row.longest, row.longest + 1, row.longest + 70000}) {
      const auto input = padded(row.start, length) + "NEXT\r\n";
      const auto lines = lines_of(input, input.size());
      CAPTURE(length);
      REQUIRE(lines.size() == 2);
      CHECK((lines[0].back() == '!') == (length > row.longest));
      CHECK(lines[1] == "NEXT@" + std::to_string(length));
      CHECK(lines_of(input, 1) == lines);
      CHECK(lines_of(input, 511) == lines);
    }
  }
}

TEST_CASE("an endless line is not held") {
  LineBuffer buffer;
  for (int i = 0; i < 100; ++i) {
    buffer.append(std::string(10000, 'x'));
    CHECK_FALSE(buffer.next());
    CHECK(buffer.rest().size() <= 12288);
    CHECK_FALSE(buffer.empty());
  }
  buffer.append("\n");
  const auto line = buffer.next();
  REQUIRE(line);
  CHECK(line->too_long);
  CHECK(line->bare_lf);
  CHECK(line->length == 1000001);
  CHECK(line->text.size() == LineBuffer::kKeptOfLongLine);
  CHECK(buffer.empty());
}

TEST_CASE("a limit of its own outdoes that of the verb") {
  for (const std::size_t length : {700, 701, 702, 5000}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{64}, length}) {
      CAPTURE(length, piece);
      LineBuffer buffer;
      const auto input = padded("QUIT ", length) + "NOOP\r\n";
      std::string seen;
      for (std::size_t at = 0; at < input.size(); at += piece) {
        buffer.append(std::string_view(input).substr(at, piece));
        while (const auto line = buffer.next(700)) {
          seen += std::to_string(line->length) + (line->too_long ? "!" : "") + " ";
        }
        CHECK(buffer.rest().size() <= 700 + piece);
      }
      CHECK(seen == std::to_string(length) + (length > 700 ? "! 6 " : " 6 "));
    }
  }
}
