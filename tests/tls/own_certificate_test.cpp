// A user's own certificate in the place of "good".
#include "tls/fixtures.hpp"
#include <openssl/pem.h>

namespace {

using std::chrono::days;
using tls::Algorithm;
using tls::Authority;
using tls::Certificate;
using tls::Channel;
using tls::Client;
using tls::Contents;
using tls::Identity;
using tls::Key;
using tls::OwnCertificate;

std::string key_pem(const Key& key, const char* passphrase = nullptr) {
  const tls::BioPtr bio(BIO_new(BIO_s_mem()));
  const EVP_CIPHER* const cipher = passphrase == nullptr ? nullptr : EVP_aes_128_cbc();
  PEM_write_bio_PKCS8PrivateKey(
      bio.get(), key.get(), cipher, passphrase, passphrase == nullptr ? 0 : 6, nullptr, nullptr
  );
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

// A root that signs an authority that signs the server's certificate.
struct House {
  explicit House(Algorithm algorithm = Algorithm::ec_p256) : key(tls::make_key(algorithm).value()) {
    const Key root_key = tls::make_key(Algorithm::ec_p256).value();
    const Key middle_key = tls::make_key(Algorithm::ec_p256).value();
    // No bound on the path: a certificate for a server that may sign is one, to OpenSSL.
    Contents contents{
        .common_name = "root", .from = tls::today() - days(1), .until = tls::today() + days(9)};
    contents.role = Contents::Role::authority;
    root = tls::issue(contents, root_key, {.key = root_key}).value();
    contents.role = Contents::Role::server;
    contents.common_name = "mx";
    contents.names = {"own.example.test"};
    leaf = tls::issue(contents, key, {.leaf = root, .key = root_key}).value();
  }

  Key key;
  Certificate root{};
  Certificate leaf{};
};

TEST_CASE("a user's own certificate is shown as good, for every host name") {
  const House house;
  Authority authority =
      Authority::create(tls::today(), {tls::to_pem(house.leaf), key_pem(house.key)}).value();
  Channel channel(authority.context("any.test", {}).value());
  Client client({.trusted = tls::to_pem(house.root), .host = "own.example.test"});
  tls::carry(client, channel);
  CHECK(client.verdict() == X509_V_OK);
  CHECK(channel.facts().certificate == "good");

  Channel faulty(authority.context("any.test", {.certificate = "wrong-name"}).value());
  Client other({.trusted = authority.ca_pem(), .host = "any.test"});
  tls::carry(other, faulty);
  CHECK(other.verdict() == X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_CASE("the whole chain is shown") {
  const House house;
  const std::string chain = tls::to_pem(house.leaf) + tls::to_pem(house.root);
  Authority authority = Authority::create(tls::today(), {chain, key_pem(house.key)}).value();
  Channel channel(authority.context("any.test", {}).value());
  Client client({});
  tls::carry(client, channel);
  CHECK(sk_X509_num(SSL_get_peer_cert_chain(client.ssl())) == 2);
}

TEST_CASE("an own certificate of RSA serves lenient handshakes too") {
  const House house(Algorithm::rsa_2048);
  Authority authority =
      Authority::create(tls::today(), {tls::to_pem(house.leaf), key_pem(house.key)}).value();
  Channel channel(authority.context("any.test", {.ciphers = "AES128-SHA"}).value());
  Client client({.most = TLS1_2_VERSION});
  tls::carry(client, channel);
  CHECK(channel.facts().cipher == "AES128-SHA");
}

struct Row {
  std::string name;
  OwnCertificate own;
  std::string message;
};

TEST_CASE("what cannot be used is told at the start") {
  const House house;
  const House other;
  const House small(Algorithm::rsa_1024);
  const std::string chain = tls::to_pem(house.leaf);
  const std::string key = key_pem(house.key);
  const std::vector<Row> rows{
      {"empty", {"", key}, "cannot read the certificate: no start line"},
      {"no PEM", {"hello", key}, "cannot read the certificate: no start line"},
      {"no key", {chain, ""}, "cannot read the private key: unsupported"},
      {"a certificate for a key", {chain, chain}, "cannot read the private key: unsupported"},
      {"a key with a passphrase",
       {chain, key_pem(house.key, "secret")},
       "cannot read the private key: "},
      {"another key",
       {chain, key_pem(other.key)},
       "cannot use the private key: key values mismatch"},
      {"the root first",
       {tls::to_pem(house.root) + chain, key},
       "cannot use the private key: key values mismatch"},
      {"a small key",
       {tls::to_pem(small.leaf), key_pem(small.key)},
       "cannot use the certificate 'good': ee key too small"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto authority = Authority::create(tls::today(), row.own);
    REQUIRE(!authority.has_value());
    CHECK(authority.error().message.substr(0, row.message.size()) == row.message);
    CHECK(ERR_peek_error() == 0);
  }
}

}  // namespace
