// Typed readers and tables of keys: what they take, and what they say of the rest.
#include "document/read.hpp"

#include <array>
#include <string>

#include "document/parse.hpp"
#include "document/table.hpp"
#include "support/catch.hpp"

using document::Diagnostics;
using document::Node;
using document::Row;

namespace {

Node value_of(std::string_view toml) {
  Diagnostics sink("x.toml");
  const auto root = document::parse_toml("v = " + std::string(toml), sink);
  REQUIRE(root);
  return root->members.front().value;
}

struct Reader {
  std::string name;
  std::string (*read)(const Node&, Diagnostics&);
};

std::string shown(const Node& node, const Reader& reader) {
  Diagnostics sink("x");
  auto text = reader.read(node, sink);
  for (const auto& d : sink.take()) text += base::to_string(d);
  return text;
}

const Reader kString{"string", [](const Node& n, Diagnostics& s) {
                       return document::want_string(n, "k", s).value_or("- ");
                     }};
const Reader kName{"name", [](const Node& n, Diagnostics& s) {
                     return document::want_name(n, "k", s).value_or("- ");
                   }};
const Reader kBool{"bool", [](const Node& n, Diagnostics& s) {
                     const auto v = document::want_bool(n, "k", s);
                     return std::string(!v ? "- " : *v ? "true" : "false");
                   }};
const Reader kInteger{"integer", [](const Node& n, Diagnostics& s) {
                        const auto v = document::want_integer(n, "k", 1, 9, s);
                        return v ? std::to_string(*v) : std::string("- ");
                      }};
const Reader kNumber{"number", [](const Node& n, Diagnostics& s) {
                       const auto v = document::want_number(n, "k", 0, 1, s);
                       return std::string(v ? "ok" : "- ");
                     }};
const Reader kDuration{"duration", [](const Node& n, Diagnostics& s) {
                         const auto v = document::want_duration(n, "k", s);
                         return v ? base::format_duration(*v) : std::string("- ");
                       }};
const Reader kBytes{"bytes", [](const Node& n, Diagnostics& s) {
                      const auto v = document::want_bytes(n, "k", s);
                      return v ? std::to_string(*v) : std::string("- ");
                    }};
const Reader kWord{"word", [](const Node& n, Diagnostics& s) {
                     constexpr std::array<std::string_view, 2> kWords{"strict", "lax"};
                     const auto v = document::want_word(n, "k", kWords, s);
                     return v ? std::to_string(*v) : std::string("- ");
                   }};
const Reader kStrings{"strings", [](const Node& n, Diagnostics& s) {
                        const auto v = document::want_strings(n, "k", s);
                        return v ? std::to_string(v->size()) : std::string("- ");
                      }};

}  // namespace

TEST_CASE("readers take their kind of value and say what is wrong with another") {
  struct Case {
    const Reader& reader;
    std::string toml;
    std::string expected;
  };

  // clang-format off
  const std::vector<Case> cases{
      {kString, "'a'", "a"},
      {kString, "5", "- x:1:5: 'k' must be a string, not an integer"},
      {kName, "''", "- x:1:5: 'k' must not be empty"},
      {kName, "\"a\\nb\"", "- x:1:5: 'k' has a control character: 'a\\nb'"},
      {kName, "'" + std::string(201, 'a') + "'", "- x:1:5: 'k' has more than 200 octets"},
      {kBool, "false", "false"},
      {kBool, "'yes'", "- x:1:5: 'k' must be true or false, not a string"},
      {kInteger, "9", "9"},
      {kInteger, "0", "- x:1:5: 'k' must be 1 to 9, not 0"},
      {kInteger, "-1", "- x:1:5: 'k' must be 1 to 9, not -1"},
      {kInteger, "1.0", "- x:1:5: 'k' must be an integer, not a number"},
      {kNumber, "0.5", "ok"},
      {kNumber, "1", "ok"},
      {kNumber, "1.5", "- x:1:5: 'k' must be between 0 and 1, not 1.5"},
      {kNumber, "nan", "- x:1:5: 'k' must be between 0 and 1, not nan"},
      {kDuration, "'1h30m'", "1h30m"},
      {kDuration, "5", "- x:1:5: 'k' must be a duration such as \"2s\", not an integer; write \"5s\" for seconds"},
      {kBytes, "1000", "1000"},
      {kBytes, "'64KiB'", "65536"},
      {kBytes, "'1 MB'", "1000000"},
      {kBytes, "'9007199254740993'", "- x:1:5: 'k': '9007199254740993' is too large"},
      {kBytes, "'99999999999999999999'", "- x:1:5: 'k': '99999999999999999999' is too large"},
      {kBytes, "'5 apples'", "- x:1:5: 'k': '5 apples' is no number of octets; write 1024, \"64KiB\" or \"20MiB\""},
      {kBytes, "'KiB'", "- x:1:5: 'k': 'KiB' is no number of octets; write 1024, \"64KiB\" or \"20MiB\""},
      {kWord, "'lax'", "1"},
      {kWord, "'strikt'", "- x:1:5: 'k' cannot be 'strikt'; did you mean 'strict'?"},
      {kWord, "'zzzzzz'", "- x:1:5: 'k' cannot be 'zzzzzz'; use one of strict, lax"},
      {kStrings, "['a', 'b']", "2"},
      {kStrings, "['a', 5]", "- x:1:11: 'k' must be a string, not an integer"},
      {kStrings, "'a'", "- x:1:5: 'k' must be a list, not a string"},
  };
  // clang-format on
  for (const auto& c : cases) {
    CAPTURE(c.reader.name, c.toml);
    CHECK(shown(value_of(c.toml), c.reader) == c.expected);
  }
}

TEST_CASE("a duration with a wrong unit is reported at its value") {
  const auto text = shown(value_of("'5 parsecs'"), kDuration);
  CHECK(text.substr(0, 13) == "- x:1:5: 'k':");
}

TEST_CASE("a table reports unknown and unsupported and missing keys together") {
  struct Target {
    std::uint64_t delay = 0;
  };

  const std::array rows{
      Row<Target>{
          "delay",
          "",
          "",
          "",
          [](const Node& n, Target& t, Diagnostics& s) {
            t.delay = document::want_integer(n, "delay", 0, 9, s).value_or(0);
          }},
      Row<Target>{
          "at", "", "", "", [](const Node&, Target&, Diagnostics&) {}, document::Need::required},
  };
  constexpr std::array<std::string_view, 1> kUnsupportedKeys{"persona"};
  Diagnostics sink("x.toml");
  const auto root = document::parse_toml("delya = 1\npersona = 2\ndelay = 7\nzzz = 1\n", sink);
  REQUIRE(root);
  Target target;
  document::read_table<Target>(*root, "[[rule]]", rows, kUnsupportedKeys, target, sink);
  CHECK(target.delay == 7);
  std::string text;
  for (const auto& d : sink.take()) text += base::to_string(d) + "\n";
  CHECK(
      text ==
      "x.toml:1:1: unknown key 'delya' in [[rule]]; did you mean 'delay'?\n"
      "x.toml:1:1: [[rule]] needs 'at'\n"
      "x.toml:2:1: 'persona' is not supported by this version\n"
      "x.toml:4:1: unknown key 'zzz' in [[rule]]\n"
  );
}

TEST_CASE("findings beyond the limit are counted and the errors among them still fail") {
  Diagnostics sink("x");
  for (std::size_t i = 0; i < Diagnostics::kMost; ++i) sink.warning({.line = 1, .column = 1}, "w");
  CHECK_FALSE(sink.failed());
  sink.error({.line = 2, .column = 1}, "e");
  CHECK(sink.failed());
  const auto found = sink.take();
  REQUIRE(found.size() == Diagnostics::kMost + 1);
  CHECK(found.back().message == "1 further findings are left out");
  CHECK(found.back().severity == base::Severity::error);
}
