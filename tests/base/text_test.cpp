// ASCII text: folding, globs, suggestions and the printable form of wire bytes.
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <rapidcheck.h>

#include "support/catch.hpp"

namespace {

using namespace std::string_literals;

TEST_CASE("only ASCII letters change case") {
  CHECK(base::to_lower("RCPT To:<\xC3\x84@X>") == "rcpt to:<\xC3\x84@x>");
  CHECK(base::to_upper("rcpt to:<\xC3\xA4@x>[`{") == "RCPT TO:<\xC3\xA4@X>[`{");
  CHECK(base::same_text("Ehlo", "eHLO"));
  CHECK_FALSE(base::same_text("ehlo", "ehlo "));
  CHECK_FALSE(base::same_text("[", "{"));
}

struct Glob {
  std::string name;
  std::string pattern;
  std::string text;
  bool matches;
};

TEST_CASE("globs match whole texts") {
  const auto row = GENERATE(values<Glob>({
      {"itself", "a@x.test", "a@x.test", true},
      {"case ignored", "A@x.TEST", "a@X.test", true},
      {"no part", "a@x", "a@x.test", false},
      {"star at the front", "*@x.test", "any.one@x.test", true},
      {"star is empty", "*@x.test", "@x.test", true},
      {"star at the end", "a@*", "a@x.test", true},
      {"star takes more than once", "*a*b", "xaxxbxb", true},
      {"last star goes back", "*.test", "a.test.test", true},
      {"star between", "a*z", "abc", false},
      {"star alone", "*", "", true},
      {"stars in a row", "a**", "a", true},
      {"question mark", "a?c", "abc", true},
      {"question mark needs a byte", "a?", "a", false},
      {"empty pattern", "", "a", false},
      {"both empty", "", "", true},
      {"brackets are plain", "[ab]", "a", false},
      {"a star in the text", "a*", "a*", true},
  }));
  CAPTURE(row.name);
  CHECK(base::glob_matches(row.pattern, row.text) == row.matches);
}

// The definition of a glob, exponential and short.
bool matches_by_definition(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return matches_by_definition(pattern.substr(1), text) ||
           (!text.empty() && matches_by_definition(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
         matches_by_definition(pattern.substr(1), text.substr(1));
}

TEST_CASE("globs match what their definition says") {
  REQUIRE(rc::check([] {
    const auto pattern =
        *rc::gen::resize(9, rc::gen::container<std::string>(rc::gen::elementOf("ab*?"s)));
    const auto text =
        *rc::gen::resize(12, rc::gen::container<std::string>(rc::gen::elementOf("ab"s)));
    RC_ASSERT(base::glob_matches(pattern, text) == matches_by_definition(pattern, text));
  }));
}

struct Suggestion {
  std::string name;
  std::string word;
  std::string nearest;  // empty: none
};

TEST_CASE("the nearest word is suggested") {
  const auto row = GENERATE(values<Suggestion>({
      {"swapped letters", "delya", "delay"},
      {"missing letter", "recipint", "recipient"},
      {"extra letter", "dripp", "drip"},
      {"wrong letter", "rezet", "reset"},
      {"two edits", "recipeint_domain", "recipient_domain"},
      {"two swaps", "erste", "reset"},
      {"case", "DELAY", "delay"},
      {"three edits", "recipienabc", ""},
      {"half of the word", "dxxp", ""},
      {"too short to guess", "x", ""},
      {"empty", "", ""},
      {"nearer one wins", "resot", "reset"},
      {"unrelated", "quarantine", ""},
  }));
  static constexpr std::array<std::string_view, 6> kWords{
      "delay", "drip", "preset", "reset", "recipient", "recipient_domain"};
  CAPTURE(row.name);
  CHECK(base::nearest(row.word, kWords).value_or("") == row.nearest);
}

struct Bytes {
  std::string name;
  std::string bytes;
  std::string text;
};

TEST_CASE("wire bytes are shown in printable form") {
  const auto row = GENERATE(values<Bytes>({
      {"plain", "250 OK", "250 OK"},
      {"line end", "250 OK\r\n", "250 OK\\r\\n"},
      {"backslash", "a\\b", "a\\\\b"},
      {"NUL", "a\0b"s, "a\\x00b"},
      {"tab and escape", "\t\x1B[", "\\x09\\x1B["},
      {"delete", "\x7F", "\\x7F"},
      {"UTF-8 of two three and four bytes",
       "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x93\xA7",
       "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x93\xA7"},
      {"Latin-1", "\xE4", "\\xE4"},
      {"Latin-1 before ASCII", "\xE4h", "\\xE4h"},
      {"a lone continuation", "\x82", "\\x82"},
      {"cut short", "\xE2\x82", "\\xE2\\x82"},
      {"overlong slash", "\xC0\xAF", "\\xC0\\xAF"},
      {"overlong in three bytes", "\xE0\x80\xAF", "\\xE0\\x80\\xAF"},
      {"surrogate", "\xED\xA0\x80", "\\xED\\xA0\\x80"},
      {"beyond Unicode", "\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},
      {"C1 control", "\xC2\x9B", "\\xC2\\x9B"},
      {"empty", "", ""},
  }));
  CAPTURE(row.name);
  CHECK(base::printable(row.bytes) == row.text);
}

TEST_CASE("a long text is cut between characters") {
  CHECK(base::printable("abcdef", 6) == "abcdef");
  CHECK(base::printable("abcdef", 5) == "abcde...");
  CHECK(base::printable("abc\xE2\x82\xAC", 4) == "abc...");
  CHECK(base::printable("abc\xE2\x82\xAC", 6) == "abc\xE2\x82\xAC");
  CHECK(base::printable("abc", 0) == "...");
  CHECK(base::printable("abc", std::numeric_limits<std::size_t>::max()) == "abc");
}

TEST_CASE("any bytes have a printable form without controls") {
  REQUIRE(rc::check([](const std::string& bytes) {
    const auto text = base::printable(bytes);
    RC_ASSERT(std::none_of(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    }));
    RC_ASSERT(text.size() <= 4 * bytes.size());
  }));
}

TEST_CASE("the domain of an address is folded and its local part is not") {
  CHECK(base::fold_domain("Jo.Doe@MX.Example") == "Jo.Doe@mx.example");
  CHECK(base::fold_domain("\"A@B\"@C.D") == "\"A@B\"@c.d");
  CHECK(base::fold_domain("Postmaster") == "Postmaster");
  CHECK(base::domain_of("Jo@MX.Example") == "mx.example");
  CHECK(base::domain_of("\"A@B\"@C.D") == "c.d");
  CHECK(base::domain_of("Postmaster").empty());
  CHECK(base::domain_of("Jo@").empty());
}

}  // namespace
