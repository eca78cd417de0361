// A tree back to text, and to a tree again.
#include "document/write.hpp"

#include <boost/json.hpp>
#include <rapidcheck.h>

#include "document/parse.hpp"
#include "support/catch.hpp"

using document::Diagnostics;
using document::Kind;
using document::Node;

namespace {

Node json(std::string_view text) {
  Diagnostics sink("x");
  auto root = document::parse_json(text, sink);
  REQUIRE(root);
  return std::move(*root);
}

// Some value: its depth and what it is made of follow from the numbers.
Node some_value(int depth) {
  Node node;
  const auto kind = *rc::gen::inRange(0, depth > 0 ? 7 : 5);
  switch (kind) {
    case 0: break;
    case 1:
      node.kind = Kind::boolean;
      node.boolean = *rc::gen::arbitrary<bool>();
      break;
    case 2:
      node.kind = Kind::integer;
      node.integer = *rc::gen::arbitrary<std::int64_t>();
      break;
    case 3:
      node.kind = Kind::number;
      node.number = *rc::gen::inRange(-1000, 1000) + 0.5;
      break;
    case 4:
      node.kind = Kind::string;
      node.text = *rc::gen::string<std::string>();
      for (char& c : node.text) c = static_cast<char>(c & 0x7f);
      break;
    case 5:
      node.kind = Kind::list;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) node.items.push_back(some_value(depth - 1));
      break;
    default:
      node.kind = Kind::table;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        node.members.push_back({"k" + std::to_string(i), {}, some_value(depth - 1)});
      }
      break;
  }
  return node;
}

}  // namespace

TEST_CASE("a tree is written on one line with members in their order") {
  const std::string text = R"({"b":1,"a":[true,false,null,-7,1.5,"x\"\\\n"],"c":{"d":{}},"e":[]})";
  CHECK(document::to_json(json(text)) == text);
}

TEST_CASE("numbers that people can count are written without an exponent and read back the same") {
  struct Row {
    double number;
    const char* text;
  };

  constexpr Row kRows[] = {
      {0.581706763, "0.581706763"},
      {7457.433846, "7457.433846"},
      {60, "60.0"},
      {-0.1, "-0.1"},
      {1e-6, "0.000001"},
      {0, "0.0"},
      {1e21, "1E21"},
      {1e-12, "1E-12"},
  };
  for (const auto& row : kRows) {
    Node node;
    node.kind = Kind::number;
    node.number = row.number;
    CHECK(document::to_json(node) == row.text);
    CHECK(json(row.text).number == row.number);
  }
}

TEST_CASE("an answer is written as Boost.JSON writes it but for its numbers") {
  const boost::json::value value{
      {"a\"\n", {1, 2.5, {{"b", 1e-3}}, nullptr, true}}, {"c", boost::json::object{}}};
  CHECK(document::to_json(value) == R"({"a\"\n":[1,2.5,{"b":0.001},null,true],"c":{}})");
  CHECK(boost::json::parse(document::to_json(value)) == value);
}

TEST_CASE("what JSON has no value for becomes null") {
  Diagnostics sink("x.toml");
  const auto root = document::parse_toml("when = 1979-05-27\nn = 'x'\n", sink);
  REQUIRE(root);
  CHECK(document::to_json(*root) == R"({"when":null,"n":"x"})");
}

TEST_CASE("TOML written as JSON is the same tree") {
  Diagnostics sink("x.toml");
  const auto root = document::parse_toml(
      "[[expect]]\ncheck = 'retried'\nwithin = '1h'\nselect = { code = [452, '4.3.*'] }\n", sink
  );
  REQUIRE(root);
  CHECK(
      document::to_json(*root->find("expect")) ==
      R"([{"check":"retried","within":"1h","select":{"code":[452,"4.3.*"]}}])"
  );
}

TEST_CASE("whatever is written reads back the same") {
  REQUIRE(rc::check("round trip", [] {
    const std::string text = document::to_json(some_value(4));
    RC_ASSERT(document::to_json(json(text)) == text);
  }));
}
