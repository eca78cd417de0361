// The certificates that an authority issues, as a client judges them, and what it keeps of them.
#include "tls/authority.hpp"

#include <set>

#include "tls/fixtures.hpp"
#include <openssl/pem.h>

namespace {

using base::WallTime;
using std::chrono::days;
using tls::Authority;
using tls::Channel;
using tls::Client;
using tls::Contents;
using tls::Identity;
using tls::Meeting;

struct Row {
  std::string certificate;
  long verdict;
  std::string error;  // the channel's
};

std::string refused(const std::string& alert) {
  return "the client refused the certificate: " + alert;
}

TEST_CASE("each certificate has its fault, and no other") {
  const auto row = GENERATE(values<Row>({
      {"good", X509_V_OK, ""},
      {"self-signed", X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, refused("unknown ca (alert 48)")},
      {"expired", X509_V_ERR_CERT_HAS_EXPIRED, refused("certificate expired (alert 45)")},
      {"not-yet-valid", X509_V_ERR_CERT_NOT_YET_VALID, refused("bad certificate (alert 42)")},
      {"wrong-name", X509_V_ERR_HOSTNAME_MISMATCH, refused("bad certificate (alert 42)")},
      {"weak", X509_V_ERR_EE_KEY_TOO_SMALL, refused("bad certificate (alert 42)")},
  }));
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(row.certificate, version);
  Meeting meeting(
      {.certificate = row.certificate},
      {.trusted = tls::authority().ca_pem(), .most = version, .security_level = 2}
  );
  CHECK(meeting.client.verdict() == row.verdict);
  CHECK(meeting.channel.error() == row.error);
  CHECK(
      meeting.channel.state() == (row.error.empty() ? Channel::State::open : Channel::State::failed)
  );
  CHECK(meeting.channel.facts().certificate == row.certificate);
}

TEST_CASE("a row for every certificate there is") {
  for (const wire::CertificateRow& row : wire::kCertificates) {
    CAPTURE(row.name);
    CHECK(tls::authority().context(tls::kHost, {.certificate = std::string(row.name)}).has_value());
  }
}

TEST_CASE("a client that takes small keys finds no other fault in the weak certificate") {
  Meeting meeting({.certificate = "weak"}, {.trusted = tls::authority().ca_pem()});
  CHECK(meeting.client.verdict() == X509_V_OK);
  CHECK(meeting.channel.state() == Channel::State::open);
}

TEST_CASE("a good certificate is for the server's name and for this machine") {
  const std::string host = GENERATE(
      as<std::string>(), tls::kHost, "localhost", "127.0.0.1", "::1", "other.example.test"
  );
  CAPTURE(host);
  Meeting meeting({}, {.trusted = tls::authority().ca_pem(), .host = host});
  const bool other = host == "other.example.test";
  CHECK(meeting.client.verdict() == (other ? X509_V_ERR_HOSTNAME_MISMATCH : X509_V_OK));
}

TEST_CASE("a server may be called anything") {
  const std::string host = GENERATE(
      as<std::string>(),
      "",
      "192.0.2.1",
      "two words",
      "DNS:evil.test,IP:192.0.2.9",
      "m\xc3\xbcnchen.test",
      std::string(65, 'a'),
      std::string(1000, 'x'),
      std::string("a\0b", 3)
  );
  CAPTURE(host);
  Channel channel(tls::authority().context(host, {}).value());
  Client client({.trusted = tls::authority().ca_pem(), .host = "localhost"});
  tls::carry(client, channel);
  CHECK(client.verdict() == X509_V_OK);
}

TEST_CASE("a name that looks like the language of extensions stays a name") {
  Channel channel(tls::authority().context("DNS:evil.test,IP:192.0.2.9", {}).value());
  Client client({.trusted = tls::authority().ca_pem(), .host = "evil.test"});
  tls::carry(client, channel);
  CHECK(client.verdict() == X509_V_ERR_HOSTNAME_MISMATCH);
}

// How many names a certificate for this host is good for.
int names_for(const std::string& host) {
  Channel channel(tls::authority().context(host, {}).value());
  Client client({});
  tls::carry(client, channel);
  X509* const certificate = SSL_get0_peer_certificate(client.ssl());
  auto* const names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)
  );
  const int count = sk_GENERAL_NAME_num(names);
  GENERAL_NAMES_free(names);
  return count;
}

TEST_CASE("what cannot be a host name is left out of the names") {
  CHECK(names_for(tls::kHost) == 4);
  CHECK(names_for("192.0.2.1") == 4);
  CHECK(names_for("two words") == 3);
  CHECK(names_for("m\xc3\xbcnchen.test") == 3);
  CHECK(names_for(std::string("a\0b", 3)) == 3);
  CHECK(names_for(std::string(254, 'x')) == 3);
  CHECK(names_for("") == 3);
}

TEST_CASE("another authority does not vouch for this one's certificates") {
  const Authority other = Authority::create(tls::today()).value();
  Meeting meeting({}, {.trusted = other.ca_pem()});
  CHECK(meeting.client.verdict() == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  CHECK(meeting.channel.error() == refused("unknown ca (alert 48)"));
}

TEST_CASE("what expired means is counted from the given time") {
  Authority old = Authority::create(tls::today() - days(30)).value();
  const auto verdict = [&old](const std::string& certificate) {
    Channel channel(old.context(tls::kHost, {.certificate = certificate}).value());
    Client client({.trusted = old.ca_pem()});
    tls::carry(client, channel);
    return client.verdict();
  };
  CHECK(verdict("good") == X509_V_OK);
  CHECK(verdict("expired") == X509_V_ERR_CERT_HAS_EXPIRED);
  CHECK(verdict("not-yet-valid") == X509_V_ERR_CERT_NOT_YET_VALID);

  Authority ancient = Authority::create(tls::today() - days(397)).value();
  Channel channel(ancient.context(tls::kHost, {}).value());
  Client client({.trusted = ancient.ca_pem()});
  tls::carry(client, channel);
  CHECK(client.verdict() == X509_V_ERR_CERT_HAS_EXPIRED);
}

// The certificate that a client is shown, as PEM.
std::string shown(Authority& authority, const std::string& host, const wire::Handshake& handshake) {
  Channel channel(authority.context(host, handshake).value());
  Client client({});
  tls::carry(client, channel);
  const tls::Certificate certificate(SSL_get1_peer_certificate(client.ssl()), X509_free);
  REQUIRE(certificate);
  return tls::to_pem(certificate);
}

TEST_CASE("a server shows the same certificate whatever else its handshake is like") {
  Authority& authority = tls::authority();
  const std::string usual = shown(authority, tls::kHost, {});
  CHECK(shown(authority, tls::kHost, {.most = wire::TlsVersion::tls1_2}) == usual);
  CHECK(shown(authority, tls::kHost, {.close_notify = false}) == usual);
  CHECK(shown(authority, "other.test", {}) != usual);
  CHECK(shown(authority, tls::kHost, {.certificate = "expired"}) != usual);
}

TEST_CASE("a context is made once, and no more than a bounded number is kept") {
  Authority authority = Authority::create(tls::today()).value();
  const tls::ContextPtr first = authority.context(tls::kHost, {}).value();
  CHECK(authority.context(tls::kHost, {}).value() == first);
  CHECK(authority.context(tls::kHost, {.close_notify = false}).value() != first);
  CHECK(authority.context("other.test", {}).value() != first);
  CHECK(first.use_count() == 2);

  for (std::size_t i = 0; i < Authority::kKept; ++i) {
    REQUIRE(authority.context("host" + std::to_string(i) + ".test", {}).has_value());
  }
  CHECK(first.use_count() == 1);
  CHECK(authority.context(tls::kHost, {}).has_value());
}

TEST_CASE("serial numbers differ") {
  Authority authority = Authority::create(tls::today()).value();
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    Channel channel(authority.context("host" + std::to_string(i), {}).value());
    Client client({});
    tls::carry(client, channel);
    X509* const certificate = SSL_get0_peer_certificate(client.ssl());
    std::uint64_t serial = 0;
    REQUIRE(ASN1_INTEGER_get_uint64(&serial, X509_get0_serialNumber(certificate)) == 1);
    CHECK(serial != 0);
    seen.insert(std::to_string(serial));
  }
  CHECK(seen.size() == 20);
}

struct Mistake {
  std::string name;
  wire::Handshake handshake;
  std::string message;
};

TEST_CASE("a handshake that cannot be had is told") {
  using wire::TlsVersion;
  const auto row = GENERATE(values<Mistake>({
      {"certificate", {.certificate = "godo"}, "no such certificate 'godo'"},
      {"versions",
       {.least = TlsVersion::tls1_3, .most = TlsVersion::tls1_2},
       "the least version of TLS, TLSv1.3, is newer than the greatest, TLSv1.2"},
      {"ciphers",
       {.ciphers = "AES128-SAH"},
       "cannot use the ciphers 'AES128-SAH': no cipher match"},
  }));
  CAPTURE(row.name);
  const auto context = tls::authority().context(tls::kHost, row.handshake);
  REQUIRE(!context.has_value());
  CHECK(context.error().message == row.message);
  CHECK(ERR_peek_error() == 0);
}

}  // namespace
