#include "wire/proxy_header.hpp"

#include <string>

#include "support/catch.hpp"

using wire::parse_proxy_header;

TEST_CASE("a PROXY header names the client") {
  struct Row {
    const char* name;
    std::string input;
    const char* client;  // nullptr: not told
    std::size_t octets;
  };

  const auto row = GENERATE(values<Row>({
      {"IPv4", "PROXY TCP4 192.0.2.1 198.51.100.2 56324 25\r\n", "192.0.2.1", 44},
      {"IPv6", "PROXY TCP6 2001:db8::1 ::1 56324 25\r\n", "2001:db8::1", 37},
      {"unknown", "PROXY UNKNOWN\r\n", nullptr, 15},
      {"unknown, with words to be ignored", "PROXY UNKNOWN ffff::1 x 1 2\r\n", nullptr, 29},
      {"what follows is not its own",
       "PROXY TCP4 192.0.2.1 198.51.100.2 0 65535\r\nEHLO c.test\r\n",
       "192.0.2.1",
       43},
  }));
  CAPTURE(row.name);
  const auto header = parse_proxy_header(row.input);
  REQUIRE(header.has_value());
  REQUIRE(header->has_value());
  CHECK((*header)->octets == row.octets);
  REQUIRE((*header)->client.has_value() == (row.client != nullptr));
  if (row.client != nullptr) CHECK(base::to_string(*(*header)->client) == row.client);
}

TEST_CASE("a PROXY header that has not come to its end is waited for") {
  const std::string whole = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 25\r\n";
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CAPTURE(n);
    const auto header = parse_proxy_header(whole.substr(0, n));
    REQUIRE(header.has_value());
    CHECK_FALSE(header->has_value());
  }
}

TEST_CASE("a PROXY header that lies is no header") {
  struct Row {
    const char* name;
    std::string input;
    const char* message;
  };

  const auto row = GENERATE(values<Row>({
      {"no header", "EHLO c.test\r\n", "'EHLO c' is no PROXY header"},
      {"a TLS hello", std::string("\x16\x03\x01\x00\xa5\x01", 6), "is no PROXY header"},
      {"version 2", "\r\n\r\n\0\r\nQUIT\n", "is no PROXY header"},
      {"lower case", "proxy TCP4 192.0.2.1 198.51.100.2 1 25\r\n", "is no PROXY header"},
      {"LF alone", "PROXY TCP4 192.0.2.1 198.51.100.2 1 25\n", "ends with CRLF"},
      {"no family", "PROXY  192.0.2.1 198.51.100.2 1 25\r\n", "is no family of addresses"},
      {"another family", "PROXY UDP4 192.0.2.1 198.51.100.2 1 25\r\n", "'UDP4' is no family"},
      {"too few words", "PROXY TCP4 192.0.2.1 198.51.100.2 1\r\n", "six words, not 5"},
      {"too many words", "PROXY TCP4 192.0.2.1 198.51.100.2 1 25 x\r\n", "six words, not 7"},
      {"two blanks", "PROXY TCP4 192.0.2.1  198.51.100.2 1 25\r\n", "six words, not 7"},
      {"an IPv6 address for TCP4", "PROXY TCP4 ::1 198.51.100.2 1 25\r\n", "no address of TCP4"},
      {"an IPv4 address for TCP6", "PROXY TCP6 192.0.2.1 ::1 1 25\r\n", "no address of TCP6"},
      {"no address", "PROXY TCP4 192.0.2 198.51.100.2 1 25\r\n", "no address of TCP4"},
      {"an octet too high", "PROXY TCP4 192.0.2.256 198.51.100.2 1 25\r\n", "no address of TCP4"},
      {"a name", "PROXY TCP4 c.test 198.51.100.2 1 25\r\n", "no address of TCP4"},
      {"its own address is none", "PROXY TCP4 192.0.2.1 x 1 25\r\n", "'x' is no address"},
      {"a port too high", "PROXY TCP4 192.0.2.1 198.51.100.2 65536 25\r\n", "'65536' is no port"},
      {"a padded port", "PROXY TCP4 192.0.2.1 198.51.100.2 025 25\r\n", "'025' is no port"},
      {"a negative port", "PROXY TCP4 192.0.2.1 198.51.100.2 -1 25\r\n", "'-1' is no port"},
      {"no port", "PROXY TCP4 192.0.2.1 198.51.100.2 1 \r\n", "'' is no port"},
      {"a header in the header",
       "PROXY TCP4 PROXY TCP4 192.0.2.1 198.51.100.2 1 25\r\n",
       "six words, not 8"},
      {"too long", "PROXY UNKNOWN " + std::string(200, 'x'), "over 107 octets"},
      {"its end a little too late", "PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "over 107"},
  }));
  CAPTURE(row.name);
  const auto header = parse_proxy_header(row.input);
  REQUIRE_FALSE(header.has_value());
  CAPTURE(header.error().message);
  CHECK(header.error().message.find(row.message) != std::string::npos);
}
