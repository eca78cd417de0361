// The argument of BDAT.
#include "smtp/chunk.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

TEST_CASE("the argument of BDAT is a count and maybe LAST") {
  struct Row {
    const char* argument;
    std::uint64_t octets;
    bool last = false;
  };

  for (const auto& row : std::vector<Row>{
           {"0", 0},
           {"86400", 86400},
           {"0 LAST", 0, true},
           {"10 last", 10, true},
           {"10   LaSt", 10, true},
           {"00000000000000000010", 10},
           {"9223372036854775807", 9223372036854775807U}}) {
    CAPTURE(row.argument);
    const auto chunk = smtp::parse_chunk(row.argument);
    REQUIRE(chunk);
    CHECK(chunk->octets == row.octets);
    CHECK(chunk->last == row.last);
  }
}

TEST_CASE("what is no count of octets is refused") {
  const auto argument = GENERATE(values<std::string>({
      "",
      "LAST",
      "-1",
      "+1",
      "1.5",
      "0x10",
      "ten",
      "1 2",
      "1LAST",
      "1 LAST LAST",
      "1 LASTLY",
      "1 FIRST",
      "9223372036854775808",
      "18446744073709551616",
      "99999999999999999999",
      "000000000000000000010",
      "1 ",
      "1\t LAST",
  }));
  CAPTURE(argument);
  CHECK_FALSE(smtp::parse_chunk(argument));
}
