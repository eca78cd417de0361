// End of data, dot-unstuffing and look-alikes, whole and octet by octet.
#include "smtp/data_scanner.hpp"

#include <string>
#include <vector>

#include <rapidcheck.h>

#include "support/catch.hpp"

using smtp::DataScanner;
using smtp::EndOfData;
using namespace std::string_literals;

namespace {

struct Outcome {
  std::string content;
  std::string rest;  // behind the end of data
  bool ended = false;
  std::uint64_t bare_lf = 0;
  std::uint64_t bare_cr = 0;
  std::uint64_t long_lines = 0;
  std::string look_alikes;

  bool operator==(const Outcome&) const = default;
};

// Scans `bytes` in pieces of the given sizes (the last one again and again).
Outcome scan(std::string_view bytes, EndOfData mode, const std::vector<std::size_t>& sizes) {
  DataScanner scanner;
  scanner.begin(mode);
  Outcome outcome;
  std::size_t turn = 0;
  while (!bytes.empty() && !outcome.ended) {
    auto part = bytes.substr(0, sizes[std::min(turn++, sizes.size() - 1)]);
    bytes.remove_prefix(part.size());
    while (!part.empty() && !outcome.ended) {
      const auto piece = scanner.scan(part);
      outcome.content += piece.content;
      outcome.ended = piece.ended;
    }
    outcome.rest = part;
  }
  outcome.rest += bytes;
  outcome.bare_lf = scanner.faults().bare_lf;
  outcome.bare_cr = scanner.faults().bare_cr;
  outcome.long_lines = scanner.faults().long_lines;
  outcome.look_alikes = scanner.faults().look_alikes_text();
  return outcome;
}

Outcome scan_whole(std::string_view bytes, EndOfData mode) {
  return scan(bytes, mode, {bytes.size() + 1});
}

Outcome scan_bytewise(std::string_view bytes, EndOfData mode) {
  return scan(bytes, mode, {1});
}

}  // namespace

TEST_CASE("CRLF dot CRLF ends the data and stuffed dots vanish") {
  struct Row {
    const char* name;
    std::string bytes;
    std::string content;
    std::string rest = "";
  };

  const std::vector<Row> rows = {
      {"a line", "a\r\n.\r\n", "a\r\n"},
      {"no line at all", ".\r\n", ""},
      {"commands follow", "a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n"},
      {"stuffed dot", "..a\r\n.\r\n", ".a\r\n"},
      {"stuffed line of one dot", "a\r\n..\r\n.\r\n", "a\r\n.\r\n"},
      {"dot that was not doubled", ".a\r\n.\r\n", "a\r\n"},
      {"dots inside a line stay", "a.\r\nb..c\r\n.\r\n", "a.\r\nb..c\r\n"},
      {"three dots", "...\r\n.\r\n", "..\r\n"},
      {"empty lines", "\r\n\r\n.\r\n", "\r\n\r\n"},
      {"NUL and 8-bit", "a\0\xFF\r\n.\r\n"s, "a\0\xFF\r\n"s},
      {"CR before the end", "a\r\r\n.\r\n", "a\r\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    for (const auto mode : {EndOfData::strict, EndOfData::lax}) {
      const auto whole = scan_whole(row.bytes, mode);
      CHECK(whole.ended);
      CHECK(whole.content == row.content);
      CHECK(whole.rest == row.rest);
      CHECK(whole.look_alikes.empty());
      CHECK(scan_bytewise(row.bytes, mode) == whole);
    }
  }
}

TEST_CASE("look-alikes of the end of data") {
  struct Row {
    const char* name;
    std::string bytes;  // the look-alike behind "a", then "b"
    std::string look_alikes;
    std::string strict;  // what the message holds when it goes on to the real end
    bool lax_ends;
  };

  const std::vector<Row> rows = {
      {"LF.LF", "a\n.\nb", "LF.LF once", "a\n.\nb\r\n", true},
      {"LF.CRLF", "a\n.\r\nb", "LF.CRLF once", "a\n.\r\nb\r\n", true},
      {"CRLF.LF", "a\r\n.\nb", "CRLF.LF once", "a\r\n\nb\r\n", true},
      {"CR.CR", "a\r.\rb", "CR.CR once", "a\r.\rb\r\n", false},
      {"CRLF.CR", "a\r\n.\rb", "CRLF.CR once", "a\r\n\rb\r\n", false},
      {"CR.CRLF", "a\r.\r\nb", "CR.CRLF once", "a\r.\r\nb\r\n", false},
      {"CR.LF", "a\r.\nb", "CR.LF once", "a\r.\nb\r\n", false},
      {"LF.CR", "a\n.\rb", "LF.CR once", "a\n.\rb\r\n", false},
      {"NUL before the dot",
       "a\r\n\0.\r\nb"s,
       "a dot among NULs once",
       "a\r\n\0.\r\nb\r\n"s,
       false},
      {"NUL behind the dot", "a\r\n.\0\r\nb"s, "a dot among NULs once", "a\r\n\0\r\nb\r\n"s, false},
      {"LF NUL dot LF", "a\n\0.\nb"s, "a dot among NULs once", "a\n\0.\nb\r\n"s, false},
      {"two of one kind", "a\r.\r.\rb", "CR.CR 2 times", "a\r.\r.\rb\r\n", false},
      {"two kinds", "a\r.\r\r.\nb", "CR.LF once, CR.CR once", "a\r.\r\r.\nb\r\n", false},
      {"not alone behind LF", "a\n.x\nb", "", "a\n.x\nb\r\n", false},
      {"two dots behind LF", "a\n..\nb", "", "a\n..\nb\r\n", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto bytes = row.bytes + "\r\n.\r\nNOOP\r\n";
    const auto strict = scan_whole(bytes, EndOfData::strict);
    CHECK(strict.ended);
    CHECK(strict.content == row.strict);
    CHECK(strict.rest == "NOOP\r\n");
    CHECK(strict.look_alikes == row.look_alikes);
    CHECK(scan_bytewise(bytes, EndOfData::strict) == strict);

    const auto lax = scan_whole(bytes, EndOfData::lax);
    CHECK(lax.ended);
    CHECK((lax.rest == "b\r\n.\r\nNOOP\r\n") == row.lax_ends);
    CHECK(lax.look_alikes == row.look_alikes);
    CHECK(scan_bytewise(bytes, EndOfData::lax) == lax);
  }
}

TEST_CASE("bare line ends are counted and lax mode unstuffs behind LF") {
  const auto bytes = "a\nb\rc\r\rd\r\n..x\n..y\r\n.\r\n"s;
  const auto strict = scan_whole(bytes, EndOfData::strict);
  CHECK(strict.bare_lf == 2);
  CHECK(strict.bare_cr == 3);
  CHECK(strict.content == "a\nb\rc\r\rd\r\n.x\n..y\r\n");
  const auto lax = scan_whole(bytes, EndOfData::lax);
  CHECK(lax.content == "a\nb\rc\r\rd\r\n.x\n.y\r\n");
}

TEST_CASE("text lines over 1000 octets are counted without their stuffed dot") {
  const auto fits = std::string(998, 'x') + "\r\n";
  const auto bytes = fits + "." + fits + "x" + fits + std::string(5000, 'y') + "\r\n.\r\n";
  const auto outcome = scan_whole(bytes, EndOfData::strict);
  CHECK(outcome.long_lines == 2);
  CHECK(scan_bytewise(bytes, EndOfData::strict) == outcome);
}

TEST_CASE("data without an end goes on") {
  for (const auto* bytes : {"a", "a\r", "a\r\n", "a\r\n.", "a\r\n.\r", ".", ".\r"}) {
    CAPTURE(bytes);
    CHECK_FALSE(scan_whole(bytes, EndOfData::strict).ended);
  }
  CHECK(scan_whole("a\r\n.\r", EndOfData::strict).content == "a\r\n");
}

TEST_CASE("any split of data gives the same content and faults") {
  const bool holds = rc::check([] {
    const auto alphabet = rc::gen::element('\r', '\n', '.', '\r', '\n', '.', 'a', '\0', '\x80');
    const auto bytes = *rc::gen::container<std::string>(alphabet);
    const auto sizes = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 6))
    );
    for (const auto mode : {EndOfData::strict, EndOfData::lax}) {
      const auto whole = scan_whole(bytes, mode);
      RC_ASSERT(scan_bytewise(bytes, mode) == whole);
      RC_ASSERT(scan(bytes, mode, sizes) == whole);
    }
  });
  REQUIRE(holds);
}

TEST_CASE("what a sender stuffs the scanner gives back") {
  const bool holds = rc::check([] {
    const auto alphabet = rc::gen::element('.', 'a', '\0', '\x80');
    const auto lines =
        *rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(alphabet));
    std::string content;
    std::string wire;
    for (const auto& line : lines) {
      content += line + "\r\n";
      wire += (line.starts_with('.') ? "." : "") + line + "\r\n";
    }
    const auto outcome = scan_whole(wire + ".\r\nrest", EndOfData::strict);
    RC_ASSERT(outcome.content == content);
    RC_ASSERT(outcome.rest == "rest");
  });
  REQUIRE(holds);
}
