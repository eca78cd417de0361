// What the handshakes of one kind have in common: certificates, versions, ciphers (an SSL_CTX,
// which is dear to make). Immutable once made, so any number of threads and Channels may share one.
// No sessions are resumed, by ticket or otherwise: every connection meets the whole handshake, and
// nothing is sent after it.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "tls/certificate.hpp"

#include "base/result.hpp"
#include "wire/handshake.hpp"

struct ssl_ctx_st;

namespace tls {

struct Context {
  wire::Handshake handshake{};
  wire::TlsVersion least = wire::TlsVersion::tls1_2;  // in force: never `any`
  wire::TlsVersion most = wire::TlsVersion::tls1_3;
  std::shared_ptr<ssl_ctx_st> ssl{};
};

using ContextPtr = std::shared_ptr<const Context>;

// OpenSSL's number for a version and back; 0 and `any` for what has no name here.
[[nodiscard]] int number_of(wire::TlsVersion version);
[[nodiscard]] wire::TlsVersion version_of(int number);

// Whether the handshake leaves today's rules: versions below TLS 1.2 or ciphers of its own. Clients
// that need that may need an RSA certificate too.
[[nodiscard]] bool is_lenient(const wire::Handshake& handshake);

// An error names what of the handshake cannot be had: its versions, its ciphers, a certificate.
[[nodiscard]] base::Result<ContextPtr> make_context(
    const wire::Handshake& handshake, std::span<const Identity> identities
);

}  // namespace tls
