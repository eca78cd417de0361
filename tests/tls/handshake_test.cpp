// Versions and ciphers, and what is said when two ends have none in common.
#include "tls/fixtures.hpp"

namespace {

using tls::Channel;
using tls::Client;
using tls::Meeting;
using wire::TlsVersion;

struct Row {
  std::string name;
  wire::Handshake handshake;
  int least;  // of the client
  int most;
  std::string version;  // agreed on; empty: none
  std::string error;
};

TEST_CASE("the version is the newest that both ends have") {
  constexpr auto any = TlsVersion::any;
  const auto row = GENERATE(values<Row>({
      {"usual", {}, TLS1_VERSION, TLS1_3_VERSION, "TLSv1.3", ""},
      {"client up to 1.2", {}, TLS1_VERSION, TLS1_2_VERSION, "TLSv1.2", ""},
      {"client up to 1.1",
       {},
       TLS1_VERSION,
       TLS1_1_VERSION,
       "",
       "no common version: the client offers at most TLSv1.1, the server TLSv1.2 to TLSv1.3"},
      {"server up to 1.2",
       {.most = TlsVersion::tls1_2},
       TLS1_VERSION,
       TLS1_3_VERSION,
       "TLSv1.2",
       ""},
      {"server from 1.3",
       {.least = TlsVersion::tls1_3},
       TLS1_VERSION,
       TLS1_2_VERSION,
       "",
       "no common version: the client offers at most TLSv1.2, the server TLSv1.3"},
      {"server up to 1.1, old client",
       {.least = any, .most = TlsVersion::tls1_1},
       TLS1_VERSION,
       TLS1_2_VERSION,
       "TLSv1.1",
       ""},
      {"server up to 1.1 has 1.0, too",
       {.most = TlsVersion::tls1_1},
       TLS1_VERSION,
       TLS1_VERSION,
       "TLSv1.0",
       ""},
      {"server up to 1.1, today's client",
       {.most = TlsVersion::tls1_1},
       TLS1_2_VERSION,
       TLS1_3_VERSION,
       "",
       "no common version: the client offers TLSv1.3 and TLSv1.2, the server TLSv1.0 to TLSv1.1"},
      {"server with 1.0 alone",
       {.least = TlsVersion::tls1_0, .most = TlsVersion::tls1_0},
       TLS1_VERSION,
       TLS1_2_VERSION,
       "TLSv1.0",
       ""},
      {"server from 1.0",
       {.least = TlsVersion::tls1_0},
       TLS1_VERSION,
       TLS1_3_VERSION,
       "TLSv1.3",
       ""},
  }));
  CAPTURE(row.name);
  Meeting meeting(row.handshake, {.least = row.least, .most = row.most});
  CHECK(meeting.channel.facts().version == row.version);
  CHECK(meeting.channel.error() == row.error);
  CHECK(meeting.client.connected() == row.error.empty());
  if (!row.error.empty()) {
    // The alert reached the client, which reports it.
    CHECK(meeting.channel.state() == Channel::State::failed);
    CHECK(meeting.client.error.find("alert") != std::string::npos);
    CHECK(meeting.channel.output().empty());
  }
}

struct CipherRow {
  std::string name;
  wire::Handshake handshake;
  std::string client;
  std::string cipher;
  std::string error;
};

TEST_CASE("the cipher is the server's choice among those of the client") {
  const auto row = GENERATE(values<CipherRow>({
      {"usual", {}, "ALL", "ECDHE-ECDSA-AES256-GCM-SHA384", ""},
      {"no forward secrecy",
       {},
       "AES128-GCM-SHA256",
       "",
       "no common cipher: the client offers AES128-GCM-SHA256"},
      {"no AEAD",
       {},
       "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:"
       "AES128-SHA",
       "",
       "no common cipher: the client offers ECDHE-ECDSA-AES128-SHA, ECDHE-ECDSA-AES256-SHA, "
       "ECDHE-RSA-AES128-SHA, ECDHE-RSA-AES256-SHA and 1 more"},
      {"a list of the server's", {.ciphers = "AES128-SHA"}, "ALL", "AES128-SHA", ""},
      {"a list in order",
       {.ciphers = "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA"},
       "ALL",
       "ECDHE-RSA-AES128-SHA",
       ""},
      {"a list that a client does not have",
       {.ciphers = "AES128-SHA"},
       "AES256-SHA",
       "",
       "no common cipher: the client offers AES256-SHA"},
      {"the weak certificate", {.certificate = "weak"}, "ALL", "ECDHE-RSA-AES256-GCM-SHA384", ""},
      {"no encryption at all", {.ciphers = "NULL-SHA256"}, "ALL:eNULL", "NULL-SHA256", ""},
      {"no certificate at all",
       {.ciphers = "ADH-AES128-SHA256"},
       "ALL:aNULL",
       "ADH-AES128-SHA256",
       ""},
  }));
  CAPTURE(row.name);
  Meeting meeting(row.handshake, {.most = TLS1_2_VERSION, .ciphers = row.client});
  CHECK(meeting.channel.facts().cipher == row.cipher);
  CHECK(meeting.channel.error() == row.error);
}

TEST_CASE("a failed handshake tells what the hello said all the same") {
  Meeting meeting(
      {.least = TlsVersion::tls1_3},
      {.most = TLS1_2_VERSION, .sni = "mx.sni.test", .alpn = std::string("\4smtp")}
  );
  REQUIRE(meeting.channel.state() == Channel::State::failed);
  const wire::TlsFacts facts = meeting.channel.facts();
  CHECK(facts.version.empty());
  CHECK(facts.cipher.empty());
  CHECK(facts.sni == "mx.sni.test");
  CHECK(facts.alpn == "smtp");
}

TEST_CASE("texts of the client are printable and short") {
  const std::string odd = "\xff" + std::string("\r\n\0x", 4) + std::string(200, '\x01');
  const std::string alpn = static_cast<char>(odd.size()) + odd;
  Meeting meeting({}, {.sni = std::string(255, 'a'), .alpn = alpn});
  const wire::TlsFacts facts = meeting.channel.facts();
  CHECK(facts.sni == std::string(255, 'a'));
  CHECK(facts.alpn.size() == 255);
  CHECK(facts.alpn.substr(0, 16) == "\\xFF\\r\\n\\x00x\\x0");
}

TEST_CASE("nothing follows the handshake, and no session is resumed") {
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  Meeting first({}, {.most = version});
  REQUIRE(first.channel.state() == Channel::State::open);
  CHECK(SSL_SESSION_is_resumable(SSL_get0_session(first.client.ssl())) == 0);
}

TEST_CASE("a client cannot negotiate again") {
  Meeting meeting({}, {.most = TLS1_2_VERSION});
  REQUIRE(SSL_renegotiate(meeting.client.ssl()) == 1);
  SSL_do_handshake(meeting.client.ssl());
  meeting.go_on();
  CHECK(meeting.channel.state() == Channel::State::failed);
  CHECK(
      meeting.channel.error() == "the client broke the connection off: handshake failure (alert 40)"
  );
}

}  // namespace
