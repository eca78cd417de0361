// Base64 as AUTH writes it.
#include "smtp/base64.hpp"

#include <string>

#include "support/catch.hpp"

using smtp::decode_base64;
using namespace std::string_literals;

TEST_CASE("base64 is decoded") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("Zg==") == "f");
  CHECK(decode_base64("Zm8=") == "fo");
  CHECK(decode_base64("Zm9v") == "foo");
  CHECK(decode_base64("Zm9vYmFy") == "foobar");
  CHECK(decode_base64("AGEAYg==") == "\0a\0b"s);
  CHECK(decode_base64("/+/+") == "\xFF\xEF\xFE"s);
}

TEST_CASE("what is not base64 is refused") {
  const auto text = GENERATE(values<std::string>({
      "Z",
      "Zg",
      "Zm8",
      "Zm9vY",
      "=",
      "====",
      "Zg===",
      "Z===",
      "Zg==Zg==",
      "Zm=v",
      "Zm9 ",
      "Zm9v\r",
      "Zm-_",
      "Zm\xC3\xA9",
      "\0\0\0\0"s,
  }));
  CAPTURE(text);
  CHECK_FALSE(decode_base64(text));
}
