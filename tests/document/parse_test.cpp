// Text to tree: values, places, and hostile text.
#include "document/parse.hpp"

#include <string>

#include "support/catch.hpp"

using document::Diagnostics;
using document::Kind;

namespace {

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

std::string findings(Diagnostics& sink) {
  std::string out;
  for (const auto& d : sink.take()) out += base::to_string(d) + "\n";
  return out;
}

std::string toml_findings(std::string_view text) {
  Diagnostics sink("x.toml");
  const auto root = document::parse_toml(text, sink);
  CHECK(root.has_value() != sink.failed());
  return findings(sink);
}

std::string json_findings(std::string_view text) {
  Diagnostics sink("x");
  const auto root = document::parse_json(text, sink);
  CHECK(root.has_value() != sink.failed());
  return findings(sink);
}

}  // namespace

TEST_CASE("TOML values keep their kind and their place") {
  Diagnostics sink("x.toml");
  const auto root = document::parse_toml(
      "text = 'a'\n"
      "[t]\n"
      "  n = 5\n"
      "  x = 1.5\n"
      "  l = [true, 1979-05-27]\n",
      sink
  );
  REQUIRE(root);
  const auto* text = root->find("text");
  REQUIRE(text != nullptr);
  CHECK(text->text == "a");
  CHECK(text->place.line == 1);
  CHECK(text->place.column == 8);
  const auto* t = root->find("t");
  REQUIRE(t != nullptr);
  CHECK(t->find("n")->integer == 5);
  CHECK(t->find("n")->number == 5.0);
  CHECK(t->find("x")->kind == Kind::number);
  REQUIRE(t->find("l")->items.size() == 2);
  CHECK(t->find("l")->items[0].boolean);
  CHECK(t->find("l")->items[1].kind == Kind::date);
  CHECK(t->members[1].place.line == 4);
  CHECK(t->members[1].place.column == 3);
}

TEST_CASE("TOML tables keep the order of the file") {
  Diagnostics sink("x.toml");
  const auto root = document::parse_toml("b = 1\na = 2\nc = 3\n", sink);
  REQUIRE(root);
  REQUIRE(root->members.size() == 3);
  CHECK(root->members[0].key == "b");
  CHECK(root->members[1].key == "a");
  CHECK(root->members[2].key == "c");
}

TEST_CASE("a TOML syntax error names its line and column") {
  const auto text = toml_findings("a = 1\nb = = 2\n");
  CHECK(text.substr(0, 11) == "x.toml:2:5:");
  CHECK(text.find("not valid TOML") != std::string::npos);
}

TEST_CASE("a JSON syntax error names its line and column") {
  CHECK(json_findings("{\"a\": 1,\n  \"b\": x}") == "x:2:8: not valid JSON: syntax error\n");
  CHECK(json_findings("{} {}").substr(0, 6) == "x:1:4:");
  CHECK(json_findings("").substr(0, 6) == "x:1:1:");
  CHECK(json_findings("{\"\xc3\xa4\": x}").substr(0, 6) == "x:1:7:");
}

TEST_CASE("JSON values are found by RFC 6901 pointers") {
  Diagnostics sink("x");
  const auto root = document::parse_json(
      R"({"rule": [{"at": 1}, {"a/b~c": [null, 2.5, -3, "s", 18446744073709551615]}]})", sink
  );
  REQUIRE(root);
  const auto& list = root->find("rule")->items[1].find("a/b~c")->items;
  REQUIRE(list.size() == 5);
  CHECK(list[0].kind == Kind::null);
  CHECK(list[1].number == 2.5);
  CHECK(list[2].integer == -3);
  CHECK(list[3].text == "s");
  CHECK(list[4].kind == Kind::number);
  sink.error(list[1].place, "here");
  sink.error(root->place, "root");
  const auto found = sink.take();
  REQUIRE(found.size() == 2);
  CHECK(found[0].message == "root");
  CHECK(found[0].pointer.empty());
  CHECK(found[1].pointer == "/rule/1/a~1b~0c/1");
  CHECK(found[1].line == 0);
}

TEST_CASE("a key that stands twice is an error in TOML and JSON") {
  CHECK(toml_findings("a = 1\na = 2\n").substr(0, 9) == "x.toml:2:");
  CHECK(json_findings(R"({"b": {"a": 1, "a": 2}})") == "x:/b/a: the key 'a' stands twice\n");
}

TEST_CASE("nesting up to the limit is parsed") {
  const int most = document::kMostNesting - 1;
  const auto brackets = repeated("[", most) + repeated("]", most);
  CHECK(toml_findings("a = " + brackets) == "");
  CHECK(json_findings("{\"a\": " + brackets + "}") == "");
}

TEST_CASE("nesting beyond the limit is refused and not walked") {
  const auto deep = GENERATE(
      repeated("[", 100'000),
      "a = " + repeated("[", 33) + repeated("]", 33),
      "a = " + repeated("{a=", 300'000),
      repeated("a.", 400'000) + "a = 1",
      "[" + repeated("'a' . ", 100'000) + "a]",
      "[" + repeated("a.", 20) + "b]\n" + repeated("a.", 20) + "b = 1"
  );
  CAPTURE(deep.substr(0, 30));
  CHECK(toml_findings(deep).find("tables and lists nest at most 32 deep") != std::string::npos);
}

TEST_CASE("deep JSON is refused") {
  const auto deep = GENERATE(repeated("[", 100'000), repeated("{\"a\":", 100'000));
  CHECK(json_findings(deep).find("not valid JSON") != std::string::npos);
}

TEST_CASE("brackets and dots in strings and comments do not nest") {
  const auto many = repeated("[.", 200);
  CHECK(toml_findings("a = '" + many + "'\nb = \"" + many + "\\\"" + many + "\" # " + many) == "");
  CHECK(
      toml_findings("a = '''" + many + "\n''" + many + "'''\nb = \"\"\"" + many + "\"\"\"\"\"") ==
      ""
  );
  CHECK(toml_findings("a = [" + repeated("1.5, ", 200) + "]") == "");
}

TEST_CASE("a document over the size limit is refused") {
  const std::string large(document::kMostOctets + 1, ' ');
  CHECK(toml_findings(large) == "x.toml:1:1: a document is at most 1048576 octets\n");
  CHECK(json_findings(large) == "x:1:1: a document is at most 1048576 octets\n");
}

TEST_CASE("long JSON keys above many values cost no more than the document") {
  const auto key = repeated("k", 500'000);
  Diagnostics sink("x");
  const auto root =
      document::parse_json("{\"" + key + "\": [" + repeated("0,", 200'000) + "0]}", sink);
  REQUIRE(root);
  CHECK(root->members.front().value.items.size() == 200'001);
}
