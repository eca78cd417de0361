// Makes keys and X.509 certificates (RFC 5280), good and faulty ones alike. Knows no TLS and no
// name of a fault: it is told what to write. The only source of randomness in this program besides
// the handshakes themselves; the time is an argument. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

struct evp_pkey_st;
struct x509_st;

namespace tls {

using Key = std::shared_ptr<evp_pkey_st>;
using Certificate = std::shared_ptr<x509_st>;

// A certificate with what goes with it: its key, and the chain above it without the root.
struct Identity {
  Certificate leaf{};
  Key key{};
  std::vector<Certificate> chain{};
};

enum class Algorithm : std::uint8_t { ec_p256, rsa_2048, rsa_1024 };

// RSA keys take up to some tenths of a second to find.
[[nodiscard]] base::Result<Key> make_key(Algorithm algorithm);

// What a certificate is to say.
struct Contents {
  enum class Role : std::uint8_t { authority, server };
  Role role = Role::server;
  std::string common_name{};         // left out if it is longer than 64 octets (RFC 5280 A.1)
  std::vector<std::string> names{};  // for the SAN: host names, and addresses as such
  base::WallTime from{};
  base::WallTime until{};
};

// A certificate for the key of `subject`, signed with `issuer`'s; signed by itself if that has no
// certificate.
[[nodiscard]] base::Result<Certificate> issue(
    const Contents& contents, const Key& subject, const Identity& issuer
);

[[nodiscard]] std::string to_pem(const Certificate& certificate);

// A user's own certificate (the chain from the leaf up, PEM) and its key (PEM, not encrypted).
[[nodiscard]] base::Result<Identity> read_identity(
    std::string_view chain_pem, std::string_view key_pem
);

}  // namespace tls
