// Counting special octets: each is seen wherever it stands.
#include "smtp/octets.hpp"

#include <string>

#include "support/catch.hpp"

TEST_CASE("one special octet among many is seen at every place") {
  for (std::size_t length = 1; length < 70; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'a');
      text[at] = '\0';
      const auto nul = smtp::special_octets(text);
      text[at] = '\x80';
      const auto high = smtp::special_octets(text);
      text[at] = '\x7F';
      const auto plain = smtp::special_octets(text);
      CHECK((nul.nul == 1 && nul.eight_bit == 0));
      CHECK((high.nul == 0 && high.eight_bit == 1));
      CHECK((plain.nul == 0 && plain.eight_bit == 0));
    }
  }
}

TEST_CASE("special octets side by side are all counted") {
  const auto octets = smtp::special_octets(
      std::string(40, '\0') + std::string(40, '\xFF') + std::string(40, '\x01')
  );
  CHECK(octets.nul == 40);
  CHECK(octets.eight_bit == 40);
}
