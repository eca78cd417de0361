#include "net/address.hpp"

#include "support/catch.hpp"

using net::parse_address;

TEST_CASE("listening addresses are an IP address and a port") {
  struct Row {
    const char* name;
    const char* text;
    const char* reads_as;
  };

  const auto row = GENERATE(values<Row>({
      {"IPv4", "127.0.0.1:1025", "127.0.0.1:1025"},
      {"any free port", "127.0.0.1:0", "127.0.0.1:0"},
      {"highest port", "0.0.0.0:65535", "0.0.0.0:65535"},
      {"IPv6", "[::1]:25", "[::1]:25"},
      {"IPv6 in its long form", "[0:0:0:0:0:0:0:1]:25", "[::1]:25"},
      {"localhost", "localhost:25", "127.0.0.1:25"},
  }));
  CAPTURE(row.name);
  const auto endpoint = parse_address(row.text);
  REQUIRE(endpoint.has_value());
  CHECK(net::to_text(*endpoint) == row.reads_as);
}

TEST_CASE("what is no listening address is refused with its text and a hint") {
  struct Row {
    const char* name;
    const char* text;
    const char* message;
  };

  const auto row = GENERATE(values<Row>({
      {"nothing", "", "no port in listening address ''"},
      {"no port", "127.0.0.1", "no port in listening address '127.0.0.1'"},
      {"empty port", "127.0.0.1:", "bad port in listening address '127.0.0.1:'"},
      {"port too high", "127.0.0.1:65536", "bad port in listening address '127.0.0.1:65536'"},
      {"negative port", "127.0.0.1:-1", "bad port in listening address '127.0.0.1:-1'"},
      {"blank in the port", "127.0.0.1: 1", "bad port in listening address '127.0.0.1: 1'"},
      {"a name", "mx.test:25", "bad IP address in listening address 'mx.test:25'"},
      {"no address", ":25", "bad IP address in listening address ':25'"},
      {"bare IPv6", "::1:25", "bad IP address in listening address '::1:25'"},
      {"IPv4 in brackets",
       "[127.0.0.1]:25",
       "bad IP address in listening address '[127.0.0.1]:25'"},
  }));
  CAPTURE(row.name);
  const auto endpoint = parse_address(row.text);
  REQUIRE_FALSE(endpoint.has_value());
  CHECK(endpoint.error().message == row.message);
  CHECK(endpoint.error().hint.find("127.0.0.1:1025") != std::string::npos);
}

TEST_CASE("the IP address of an endpoint holds IPv4 in its mapped form") {
  CHECK(net::ip_of(*parse_address("192.0.2.7:25")) == *base::parse_ip("192.0.2.7"));
  CHECK(net::ip_of(*parse_address("[2001:db8::7]:25")) == *base::parse_ip("2001:db8::7"));
}
