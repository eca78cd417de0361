// The names of versions, and an alert as octets: see the header.
#include "wire/handshake.hpp"

namespace wire {

namespace {

// Place 0 of the names is the version that follows `any`.
constexpr std::size_t place_of(TlsVersion version) {
  return static_cast<std::size_t>(version) - 1;
}

static_assert(kTlsVersions[place_of(TlsVersion::tls1_0)] == "TLSv1.0");
static_assert(kTlsVersions[place_of(TlsVersion::tls1_3)] == "TLSv1.3");
static_assert(kTlsVersions.size() == place_of(TlsVersion::tls1_3) + 1);

}  // namespace

std::string_view name_of(TlsVersion version) {
  return version == TlsVersion::any ? std::string_view() : kTlsVersions[place_of(version)];
}

std::optional<TlsVersion> tls_version_named(std::string_view name) {
  for (std::size_t i = 0; i < kTlsVersions.size(); ++i) {
    if (kTlsVersions[i] == name) return static_cast<TlsVersion>(i + 1);
  }
  return std::nullopt;
}

std::string alert_record(std::uint8_t number) {
  // Content type alert, version 1.2 as every record says, length 2; level fatal.
  std::string record{'\x15', '\x03', '\x03', '\x00', '\x02', '\x02'};
  record += static_cast<char>(number);
  return record;
}

}  // namespace wire
