#include "tls/failure.hpp"

#include <algorithm>
#include <array>

#include "tls/openssl.hpp"
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"

namespace tls {

namespace {

// Reasons from here on are alerts of the peer: this plus their number.
constexpr int kAlertBase = SSL_AD_REASON_OFFSET;
constexpr unsigned char kAlertRecord = 0x15;
constexpr unsigned char kHandshakeRecord = 0x16;
// What a client may say that takes the TLS port for another, or goes on as if nothing were.
constexpr std::array<std::string_view, 15> kVerbs{
    "auth",
    "bdat",
    "data",
    "ehlo",
    "get",
    "head",
    "helo",
    "lhlo",
    "mail",
    "noop",
    "post",
    "quit",
    "rcpt",
    "rset",
    "vrfy",
};

bool is_about_certificate(int alert) {
  return alert >= SSL_AD_BAD_CERTIFICATE && alert <= SSL_AD_UNKNOWN_CA &&
         alert != SSL_AD_ILLEGAL_PARAMETER;
}

std::string explain_alert(int alert, bool handshaking) {
  const std::string name = base::to_lower(SSL_alert_desc_string_long(alert));
  const std::string_view what = is_about_certificate(alert) ? "the client refused the certificate"
                                : handshaking               ? "the client broke the handshake off"
                                                            : "the client broke the connection off";
  return fmt::format("{}: {} (alert {})", what, name, alert);
}

// A known verb at most: what follows it, and what is none, may be a secret.
std::string explain_clear_text(std::string_view octets) {
  const std::string_view word = octets.substr(0, octets.find_first_of(" \r\n"));
  if (std::ranges::count(kVerbs, base::to_lower(word)) > 0) {
    return fmt::format("the client sent '{}' in clear instead of TLS", word);
  }
  const auto first = static_cast<unsigned char>(octets.empty() ? '\0' : octets.front());
  if (first == kAlertRecord) return "the client sent an alert where a handshake begins";
  return fmt::format("the client sent no TLS: its first octet is 0x{:02x}", first);
}

std::string explain_versions(const Circumstances& at) {
  const std::string_view least = name_of(at.context.least);
  const std::string_view most = name_of(at.context.most);
  const std::string own = least == most ? std::string(least) : fmt::format("{} to {}", least, most);
  return fmt::format(
      "no common version: the client offers {}, the server {}", versions_of(at.hello), own
  );
}

std::string explain_ciphers(const Hello& hello) {
  if (hello.ciphers.empty()) {
    return fmt::format("no common cipher: the client offers {}, none known", hello.cipher_count);
  }
  const std::size_t more = hello.cipher_count - std::min(hello.cipher_count, hello.ciphers.size());
  const std::string rest = more == 0 ? "" : fmt::format(" and {} more", more);
  return fmt::format(
      "no common cipher: the client offers {}{}", fmt::join(hello.ciphers, ", "), rest
  );
}

}  // namespace

std::string explain(unsigned long code, const Circumstances& at) {
  const int reason = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL) {
    if (reason > kAlertBase && reason <= kAlertBase + 255) {
      return explain_alert(reason - kAlertBase, at.handshaking);
    }
    const bool record = !at.first_octets.empty() &&
                        static_cast<unsigned char>(at.first_octets.front()) == kHandshakeRecord;
    if (at.handshaking && !at.hello.seen && !record) return explain_clear_text(at.first_octets);
    if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_VERSION_TOO_LOW) {
      return explain_versions(at);
    }
    if (reason == SSL_R_NO_SHARED_CIPHER) return explain_ciphers(at.hello);
  }
  const char* const name = ERR_reason_error_string(code);
  const std::string_view when = at.handshaking ? "the handshake failed" : "the connection failed";
  return fmt::format("{}: {}", when, name != nullptr ? name : "no reason given");
}

std::string explain_leaving(const Circumstances& at) {
  if (at.first_octets.empty()) return "the client left instead of beginning a handshake";
  if (!at.hello.seen) return "the client left in the middle of its first words";
  return at.answered ? "the client left after it had been shown the certificate"
                     : "the client left during the handshake";
}

}  // namespace tls
