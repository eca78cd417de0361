// Addresses to listen on, as text and back.
#include "control/address.hpp"

#include "support/catch.hpp"

namespace control {

TEST_CASE("An address to listen on is read and written") {
  struct Row {
    std::string text, again;
    bool loopback, any;
  };

  const auto row = GENERATE(
      Row{"127.0.0.1:1025", "127.0.0.1:1025", true, false},
      Row{"127.9.9.9:0", "127.9.9.9:0", true, false},
      Row{"localhost:25", "127.0.0.1:25", true, false},
      Row{"[::1]:0", "[::1]:0", true, false},
      Row{"0.0.0.0:65535", "0.0.0.0:65535", false, true},
      Row{"[::]:25", "[::]:25", false, true},
      Row{"192.0.2.1:25", "192.0.2.1:25", false, false},
      Row{"[2001:db8::1]:25", "[2001:db8::1]:25", false, false}
  );
  CAPTURE(row.text);
  const auto address = parse_address(row.text);
  REQUIRE(address);
  CHECK(to_string(*address) == row.again);
  CHECK(address->is_loopback() == row.loopback);
  CHECK(address->is_any() == row.any);
}

TEST_CASE("What is no address to listen on is refused with a hint") {
  const auto text = GENERATE(
      as<std::string>{},
      "",
      "127.0.0.1",
      "127.0.0.1:",
      "127.0.0.1:65536",
      "127.0.0.1:-1",
      "127.0.0.1:25x",
      ":25",
      "::1:25",
      "[127.0.0.1]:25",
      "[::1:25",
      "mx.example:25",
      "localhost"
  );
  CAPTURE(text);
  const auto address = parse_address(text);
  REQUIRE_FALSE(address);
  CHECK_FALSE(address.error().hint.empty());
}

}  // namespace control
