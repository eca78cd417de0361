// What a ClientHello says (RFC 8446 4.1.2), noted before anything is decided on it, so that a
// failed handshake can be explained. Values, and the one call that OpenSSL makes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct ssl_st;

namespace tls {

struct Hello {
  bool seen = false;
  std::uint16_t legacy_version = 0;       // 0x0303: TLS 1.2, or newer with `versions`
  std::vector<std::uint16_t> versions{};  // of supported_versions, those that have a name here
  std::vector<std::string> ciphers{};     // the first few that OpenSSL knows
  std::size_t cipher_count = 0;           // of all, signals (RFC 5746 3.3) not counted
  std::string sni{};                      // printable, at most 255 octets
  std::string alpn{};                     // the first protocol, likewise
};

// For SSL_CTX_set_client_hello_cb(): notes the hello in the Hello that is the connection's app data
// and lets the handshake go on.
int note_hello(ssl_st* ssl, int* alert, void*);

// "at most TLSv1.1", or "TLSv1.3 and TLSv1.2".
[[nodiscard]] std::string versions_of(const Hello& hello);

}  // namespace tls
