// Addresses and networks as text.
#include "base/ip.hpp"

#include <rapidcheck.h>

#include "support/catch.hpp"

namespace {

using namespace std::string_literals;

struct Address {
  std::string name;
  std::string text;
  std::string canonical;  // empty: refused
  bool v4 = false;
};

TEST_CASE("addresses are read and written in one form") {
  const auto row = GENERATE(values<Address>({
      {"IPv4", "192.0.2.1", "192.0.2.1", true},
      {"IPv6", "2001:DB8:0:0::1", "2001:db8::1", false},
      {"any", "::", "::", false},
      {"mapped", "::ffff:192.0.2.1", "192.0.2.1", true},
      {"empty", "", "", false},
      {"brackets", "[2001:db8::1]", "", false},
      {"zone", "fe80::1%eth0", "", false},
      {"host name", "mx.test", "", false},
      {"three parts", "192.0.2", "", false},
      {"number too large", "192.0.2.256", "", false},
      {"leading zero", "192.0.2.01", "", false},
      {"a port", "192.0.2.1:25", "", false},
      {"blank", " 192.0.2.1", "", false},
      {"hidden tail", "192.0.2.1\0.evil"s, "", false},
  }));
  CAPTURE(row.name);
  const auto address = base::parse_ip(row.text);
  REQUIRE(address.has_value() == !row.canonical.empty());
  if (!address) {
    CHECK(address.error().message == "'" + row.text + "' is not an IP address");
    return;
  }
  CHECK(base::to_string(*address) == row.canonical);
  CHECK(address->is_v4() == row.v4);
}

TEST_CASE("a refused address says what to leave out") {
  CHECK(base::parse_ip("x").error().hint == "write it as '192.0.2.1' or '2001:db8::1'");
  CHECK(
      base::parse_ip("[::1]").error().hint ==
      "write it as '192.0.2.1' or '2001:db8::1', without brackets"
  );
  CHECK(
      base::parse_ip("fe80::1%1").error().hint ==
      "write it as '192.0.2.1' or '2001:db8::1', without a zone"
  );
}

struct Membership {
  std::string name;
  std::string network;
  std::string address;
  bool inside;
};

TEST_CASE("a network contains the addresses that share its prefix") {
  const auto row = GENERATE(values<Membership>({
      {"first", "192.0.2.0/24", "192.0.2.0", true},
      {"last", "192.0.2.0/24", "192.0.2.255", true},
      {"next", "192.0.2.0/24", "192.0.3.0", false},
      {"within a byte", "192.0.2.128/25", "192.0.2.127", false},
      {"within a byte too", "192.0.2.128/25", "192.0.2.200", true},
      {"one address", "192.0.2.1", "192.0.2.1", true},
      {"one other address", "192.0.2.1", "192.0.2.2", false},
      {"all of IPv4", "0.0.0.0/0", "203.0.113.9", true},
      {"IPv6", "2001:db8::/32", "2001:db8:ffff::1", true},
      {"other IPv6", "2001:db8::/32", "2001:db9::1", false},
      {"all of IPv6", "::/0", "2001:db8::1", true},
      {"all of IPv6 is not IPv4", "::/0", "192.0.2.1", false},
      {"all of IPv4 is not IPv6", "0.0.0.0/0", "2001:db8::1", false},
      {"mapped form", "::ffff:0:0/96", "192.0.2.1", true},
  }));
  CAPTURE(row.name);
  const auto network = base::parse_network(row.network);
  REQUIRE(network.has_value());
  CHECK(network->contains(base::parse_ip(row.address).value()) == row.inside);
}

struct BadNetwork {
  std::string name;
  std::string text;
  std::string message;
  std::string hint;
};

TEST_CASE("what is no network is refused with a way out") {
  const std::string form = "write it as '192.0.2.0/24' or '2001:db8::/32'";
  const auto row = GENERATE_COPY(values<BadNetwork>({
      {"no address", "/24", "'/24' is not an IP address or network", form},
      {"host name", "mx.test/24", "'mx.test/24' is not an IP address or network", form},
      {"no length",
       "192.0.2.0/",
       "'192.0.2.0/' has no prefix length from 0 to 32 after the '/'",
       ""},
      {"too long",
       "192.0.2.0/33",
       "'192.0.2.0/33' has no prefix length from 0 to 32 after the '/'",
       ""},
      {"too long for IPv6",
       "::/129",
       "'::/129' has no prefix length from 0 to 128 after the '/'",
       ""},
      {"negative",
       "192.0.2.0/-1",
       "'192.0.2.0/-1' has no prefix length from 0 to 32 after the '/'",
       ""},
      {"huge",
       "192.0.2.0/99999999999",
       "'192.0.2.0/99999999999' has no prefix length from 0 to 32 after the '/'",
       ""},
      {"a mask",
       "192.0.2.0/255.255.255.0",
       "'192.0.2.0/255.255.255.0' has no prefix length from 0 to 32 after the '/'",
       ""},
      {"host bits",
       "192.0.2.77/24",
       "'192.0.2.77/24' has bits set beyond its prefix",
       "the network is '192.0.2.0/24'"},
      {"host bits of IPv6",
       "2001:db8::1/32",
       "'2001:db8::1/32' has bits set beyond its prefix",
       "the network is '2001:db8::/32'"},
  }));
  CAPTURE(row.name);
  const auto network = base::parse_network(row.text);
  REQUIRE_FALSE(network.has_value());
  CHECK(network.error().message == row.message);
  CHECK(network.error().hint == row.hint);
}

TEST_CASE("clients are grouped by their network") {
  CHECK(base::network_of(base::parse_ip("192.0.2.77").value(), 24, 64) == "192.0.2.0/24");
  CHECK(base::network_of(base::parse_ip("192.0.2.77").value(), 32, 128) == "192.0.2.77/32");
  CHECK(
      base::network_of(base::parse_ip("2001:db8:1:2:3::4").value(), 24, 64) == "2001:db8:1:2::/64"
  );
  CHECK(base::network_of(base::parse_ip("2001:db8::4").value(), 24, 0) == "::/0");
}

TEST_CASE("a written address is read back as it was and lies in its own networks") {
  REQUIRE(rc::check([](const std::array<std::uint8_t, 16>& bytes) {
    const base::IpAddress address{bytes};
    const auto back = base::parse_ip(base::to_string(address));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == address);
    const int bits = *rc::gen::inRange(0, 129);
    const auto network = base::parse_network(base::network_of(address, bits, bits));
    RC_ASSERT(network.has_value());
    RC_ASSERT(network->contains(address));
  }));
}

}  // namespace
