#include "tls/hello.hpp"

#include <algorithm>

#include "tls/context.hpp"
#include "tls/openssl.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"

namespace tls {

namespace {

constexpr std::size_t kText = 255;
constexpr int kCiphers = 4;

// Octets that are taken from the front; an empty answer once there are too few.
class Octets {
 public:
  explicit Octets(std::string_view octets) : octets_(octets) {}

  [[nodiscard]] std::string_view take(std::size_t n) {
    if (n > octets_.size()) octets_ = {};
    const std::string_view taken = octets_.substr(0, n);
    octets_.remove_prefix(taken.size());
    return taken;
  }

  [[nodiscard]] std::size_t number(std::size_t bytes) {
    std::size_t value = 0;
    for (const char octet : take(bytes)) value = value << 8 | static_cast<unsigned char>(octet);
    return value;
  }

  // A vector whose length comes before it, in so many bytes (RFC 8446 3.4).
  [[nodiscard]] Octets vector(std::size_t bytes) { return Octets(take(number(bytes))); }

  [[nodiscard]] std::string_view rest() const { return octets_; }

 private:
  std::string_view octets_;
};

Octets extension(SSL* ssl, unsigned type) {
  const unsigned char* octets = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, type, &octets, &size) != 1) return Octets({});
  return Octets({reinterpret_cast<const char*>(octets), size});
}

std::string text(std::string_view octets) {
  return base::printable(octets, kText).substr(0, kText);
}

// RFC 6066 3: a list of names, each with its kind; 0 is a host name.
std::string server_name(SSL* ssl) {
  Octets names = extension(ssl, TLSEXT_TYPE_server_name).vector(2);
  if (names.rest().empty() || names.number(1) != TLSEXT_NAMETYPE_host_name) return {};
  return text(names.vector(2).rest());
}

// RFC 7301 3.1.
std::string first_protocol(SSL* ssl) {
  constexpr unsigned kAlpn = TLSEXT_TYPE_application_layer_protocol_negotiation;
  return text(extension(ssl, kAlpn).vector(2).vector(1).rest());
}

std::string_view name_of(std::size_t version) {
  return wire::name_of(version_of(static_cast<int>(version)));
}

std::vector<std::uint16_t> supported_versions(SSL* ssl) {
  std::vector<std::uint16_t> versions;
  Octets list = extension(ssl, TLSEXT_TYPE_supported_versions).vector(1);
  while (!list.rest().empty()) {
    const std::size_t version = list.number(2);
    const auto known = static_cast<std::uint16_t>(version);
    // A hello may repeat one thousands of times.
    if (name_of(version).empty() || std::ranges::count(versions, known) > 0) continue;
    versions.push_back(known);
  }
  return versions;
}

void note_ciphers(SSL* ssl, Hello& hello) {
  const unsigned char* octets = nullptr;
  const std::size_t size = SSL_client_hello_get0_ciphers(ssl, &octets);
  const int old_form = SSL_client_hello_isv2(ssl);
  STACK_OF(SSL_CIPHER)* known = nullptr;
  STACK_OF(SSL_CIPHER)* signals = nullptr;
  if (SSL_bytes_to_cipher_list(ssl, octets, size, old_form, &known, &signals) == 1) {
    for (int i = 0; i < std::min(kCiphers, sk_SSL_CIPHER_num(known)); ++i) {
      hello.ciphers.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(known, i)));
    }
    const auto not_counted = static_cast<std::size_t>(sk_SSL_CIPHER_num(signals));
    hello.cipher_count = size / (old_form != 0 ? 3 : 2) - not_counted;
  }
  sk_SSL_CIPHER_free(known);
  sk_SSL_CIPHER_free(signals);
  ERR_clear_error();  // of a list that cannot be read: the handshake will fail of it
}

}  // namespace

int note_hello(SSL* ssl, int*, void*) {
  Hello& hello = *static_cast<Hello*>(SSL_get_app_data(ssl));
  // A second one follows a HelloRetryRequest and says the same (RFC 8446 4.1.2).
  if (hello.seen) return SSL_CLIENT_HELLO_SUCCESS;
  hello.seen = true;
  hello.legacy_version = static_cast<std::uint16_t>(SSL_client_hello_get0_legacy_version(ssl));
  hello.versions = supported_versions(ssl);
  hello.sni = server_name(ssl);
  hello.alpn = first_protocol(ssl);
  note_ciphers(ssl, hello);
  return SSL_CLIENT_HELLO_SUCCESS;
}

std::string versions_of(const Hello& hello) {
  if (!hello.versions.empty()) {
    std::vector<std::string_view> names;
    for (const std::uint16_t version : hello.versions) names.push_back(name_of(version));
    return fmt::format("{}", fmt::join(names, " and "));
  }
  const std::string_view name = name_of(hello.legacy_version);
  if (!name.empty()) return fmt::format("at most {}", name);
  if (hello.legacy_version == SSL3_VERSION) return "at most SSLv3";
  return fmt::format("at most version 0x{:04x}", hello.legacy_version);
}

}  // namespace tls
