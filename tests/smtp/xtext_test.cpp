// xtext: what it may hold and what it means.
#include "smtp/xtext.hpp"

#include <string>

#include "support/catch.hpp"

using namespace std::string_literals;

TEST_CASE("xtext means what it spells") {
  CHECK(smtp::decode_xtext("") == "");
  CHECK(smtp::decode_xtext("e+3Dmc2@client.test") == "e=mc2@client.test");
  CHECK(smtp::decode_xtext("+2B+20+00+FF") == "+ \0\xFF"s);
  CHECK(smtp::is_xtext("QQ314159"));
}

TEST_CASE("what is not xtext is refused") {
  const auto text = GENERATE(
      values<std::string>({"+", "+4", "a+3", "+3d", "+GG", "a=b", "a b", "\x7f", "\xC3\xA9", "a\r"})
  );
  CAPTURE(text);
  CHECK_FALSE(smtp::is_xtext(text));
  CHECK_FALSE(smtp::decode_xtext(text));
}
