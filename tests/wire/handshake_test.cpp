// The names of certificates, versions and alerts, and the octets of an alert.
#include "wire/handshake.hpp"

#include <set>

#include "support/catch.hpp"

namespace {

using wire::TlsVersion;

TEST_CASE("a version of TLS is found by the name it has") {
  for (const auto version :
       {TlsVersion::tls1_0, TlsVersion::tls1_1, TlsVersion::tls1_2, TlsVersion::tls1_3}) {
    CAPTURE(wire::name_of(version));
    CHECK(wire::tls_version_named(wire::name_of(version)) == version);
  }
  CHECK(wire::name_of(TlsVersion::tls1_2) == "TLSv1.2");
  CHECK(wire::name_of(TlsVersion::any).empty());
  CHECK_FALSE(wire::tls_version_named(""));
  CHECK_FALSE(wire::tls_version_named("SSLv3"));
}

TEST_CASE("every certificate has a name of its own and says what it is") {
  std::set<std::string_view> names;
  for (const auto& row : wire::kCertificates) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK_FALSE(row.doc.empty());
  }
  CHECK(names.count(wire::Handshake{}.certificate) == 1);
}

TEST_CASE("every alert has a name and a number of its own") {
  std::set<std::string_view> names;
  std::set<std::uint8_t> numbers;
  for (const auto& row : wire::kAlerts) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(numbers.insert(row.number).second);
  }
}

TEST_CASE("an alert is one record of two octets, fatal first") {
  using namespace std::string_literals;
  CHECK(wire::alert_record(40) == "\x15\x03\x03\x00\x02\x02\x28"s);
  CHECK(wire::alert_record(120) == "\x15\x03\x03\x00\x02\x02\x78"s);
}

}  // namespace
