#include "tls/context.hpp"

#include "tls/hello.hpp"
#include "tls/openssl.hpp"

namespace tls {

using wire::TlsVersion;

namespace {

// Forward secret and AEAD, nothing else; the suites of TLS 1.3 all are.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
// What TLS 1.0 and 1.1 can do, too. Their signatures with SHA-1 need level 0.
constexpr const char* kOldCiphers = "DEFAULT:!aNULL:!eNULL";

// The bounds in force. A greatest version below TLS 1.2 means that the old ones are wanted.
void set_bounds(Context& context) {
  const wire::Handshake& handshake = context.handshake;
  context.most = handshake.most == TlsVersion::any ? TlsVersion::tls1_3 : handshake.most;
  if (handshake.least != TlsVersion::any) {
    context.least = handshake.least;
  } else {
    context.least = context.most < TlsVersion::tls1_2 ? TlsVersion::tls1_0 : TlsVersion::tls1_2;
  }
}

bool has_old_versions(const wire::Handshake& handshake) {
  Context context{.handshake = handshake};
  set_bounds(context);
  return context.least < TlsVersion::tls1_2;
}

void set_habits(SSL_CTX* ssl) {
  SSL_CTX_set_options(
      ssl,
      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
          SSL_OP_CIPHER_SERVER_PREFERENCE
  );
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(ssl, 0);
  SSL_CTX_set_mode(
      ssl,
      SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
  );
  SSL_CTX_set_dh_auto(ssl, 1);
  SSL_CTX_set_client_hello_cb(ssl, note_hello, nullptr);
}

bool add_identity(SSL_CTX* ssl, const Identity& identity) {
  if (SSL_CTX_use_certificate(ssl, identity.leaf.get()) != 1) return false;
  if (SSL_CTX_use_PrivateKey(ssl, identity.key.get()) != 1) return false;
  for (const Certificate& link : identity.chain) {
    if (SSL_CTX_add1_chain_cert(ssl, link.get()) != 1) return false;
  }
  return true;
}

}  // namespace

// The numbers follow one another, as the names do.
int number_of(TlsVersion version) {
  return version == TlsVersion::any ? 0 : TLS1_VERSION + static_cast<int>(version) - 1;
}

static_assert(TLS1_3_VERSION - TLS1_VERSION + 1 == static_cast<int>(TlsVersion::tls1_3));

TlsVersion version_of(int number) {
  if (number < TLS1_VERSION || number > TLS1_3_VERSION) return TlsVersion::any;
  return static_cast<TlsVersion>(number - TLS1_VERSION + 1);
}

bool is_lenient(const wire::Handshake& handshake) {
  return !handshake.ciphers.empty() || has_old_versions(handshake);
}

base::Result<ContextPtr> make_context(
    const wire::Handshake& handshake, std::span<const Identity> identities
) {
  ERR_clear_error();
  auto context = std::make_shared<Context>(Context{.handshake = handshake});
  set_bounds(*context);
  if (context->least > context->most) {
    return base::failure(
        "the least version of TLS, " + std::string(name_of(context->least)) +
            ", is newer than the greatest, " + std::string(name_of(context->most)),
        "give a min_version that is not above max_version"
    );
  }
  SSL_CTX* const ssl = SSL_CTX_new(TLS_server_method());
  if (ssl == nullptr) return openssl_failure("prepare TLS");
  context->ssl = std::shared_ptr<SSL_CTX>(ssl, FreedBy<SSL_CTX_free>{});
  set_habits(ssl);
  // Set here, as the system's default differs: 2 asks for RSA of 2048 bits and no SHA-1.
  const bool weak = is_lenient(handshake) || handshake.certificate == "weak";
  SSL_CTX_set_security_level(ssl, weak ? 0 : 2);
  if (SSL_CTX_set_min_proto_version(ssl, number_of(context->least)) != 1 ||
      SSL_CTX_set_max_proto_version(ssl, number_of(context->most)) != 1) {
    return openssl_failure("set the versions of TLS");
  }
  const char* const own = has_old_versions(handshake) ? kOldCiphers : kCiphers;
  const char* const ciphers = handshake.ciphers.empty() ? own : handshake.ciphers.c_str();
  if (SSL_CTX_set_cipher_list(ssl, ciphers) != 1) {
    return openssl_failure(
        "use the ciphers '" + std::string(ciphers) + "'",
        "an OpenSSL cipher list such as 'ECDHE+AESGCM' or 'AES128-SHA' is wanted"
    );
  }
  for (const Identity& identity : identities) {
    if (!add_identity(ssl, identity)) {
      return openssl_failure("use the certificate '" + handshake.certificate + "'");
    }
  }
  return context;
}

}  // namespace tls
