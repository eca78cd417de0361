// What a TLS handshake is to be like, and what came of it, as data; the names of certificates,
// versions and alerts. Knows no TLS library: the driver of a connection has one. Values only, any
// thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wire {

// Versions of TLS, oldest first; `any` sets no bound.
enum class TlsVersion : std::uint8_t { any, tls1_0, tls1_1, tls1_2, tls1_3 };

// As OpenSSL and the journal write them; the first is that of the oldest, `any` has none.
inline constexpr std::array kTlsVersions{
    std::string_view{"TLSv1.0"},
    std::string_view{"TLSv1.1"},
    std::string_view{"TLSv1.2"},
    std::string_view{"TLSv1.3"},
};

[[nodiscard]] std::string_view name_of(TlsVersion version);  // `any`: ""
[[nodiscard]] std::optional<TlsVersion> tls_version_named(std::string_view name);

// A certificate that a server can show.
struct CertificateRow {
  std::string_view name;
  std::string_view doc;
};

// clang-format off
inline constexpr std::array kCertificates{
    CertificateRow{"good", "of the receiver's own authority, for the right names, valid now"},
    CertificateRow{"self-signed", "signed by itself, so that no authority vouches for it"},
    CertificateRow{"expired", "its time ended yesterday"},
    CertificateRow{"not-yet-valid", "its time has not begun"},
    CertificateRow{"wrong-name", "for wrong.name.invalid only"},
    CertificateRow{"weak", "with an RSA key of 1024 bits"},
};

// clang-format on

// How the server takes part in a handshake.
struct Handshake {
  std::string certificate = "good";  // a name of kCertificates
  TlsVersion least = TlsVersion::any;
  TlsVersion most = TlsVersion::any;
  std::string ciphers{};     // an OpenSSL cipher list, of TLS 1.2 and older; empty: the default
  bool close_notify = true;  // false: connections end without one (RFC 8446 6.1)

  bool operator==(const Handshake&) const = default;
};

// An error alert (RFC 8446 6.2).
struct AlertRow {
  std::string_view name;
  std::uint8_t number;
};

inline constexpr std::array kAlerts{
    AlertRow{"unexpected_message", 10},
    AlertRow{"bad_record_mac", 20},
    AlertRow{"record_overflow", 22},
    AlertRow{"handshake_failure", 40},
    AlertRow{"bad_certificate", 42},
    AlertRow{"unsupported_certificate", 43},
    AlertRow{"certificate_revoked", 44},
    AlertRow{"certificate_expired", 45},
    AlertRow{"certificate_unknown", 46},
    AlertRow{"illegal_parameter", 47},
    AlertRow{"unknown_ca", 48},
    AlertRow{"access_denied", 49},
    AlertRow{"decode_error", 50},
    AlertRow{"decrypt_error", 51},
    AlertRow{"protocol_version", 70},
    AlertRow{"insufficient_security", 71},
    AlertRow{"internal_error", 80},
    AlertRow{"inappropriate_fallback", 86},
    AlertRow{"missing_extension", 109},
    AlertRow{"unsupported_extension", 110},
    AlertRow{"unrecognized_name", 112},
    AlertRow{"bad_certificate_status_response", 113},
    AlertRow{"unknown_psk_identity", 115},
    AlertRow{"certificate_required", 116},
    AlertRow{"no_application_protocol", 120},
};

// The record that sends the alert in clear, fatal: 7 octets (RFC 8446 5.1, 6).
[[nodiscard]] std::string alert_record(std::uint8_t number);

// What was agreed on. Texts of the client are printable and at most 255 octets.
struct TlsFacts {
  std::string version{};      // "TLSv1.3"
  std::string cipher{};       // "TLS_AES_256_GCM_SHA384"
  std::string sni{};          // the server name the client asked for; empty: none
  std::string alpn{};         // the first protocol it offered; empty: none
  std::string certificate{};  // of Handshake
  bool begun = false;         // the client has sent a ClientHello

  bool operator==(const TlsFacts&) const = default;
};

}  // namespace wire
