// What the healthy server underneath a receiver offers and allows. Values only, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace smtp {

// What ends a message: CRLF . CRLF alone (RFC 5321 4.1.1.4), or bare LF as line end as well.
enum class EndOfData : std::uint8_t { strict, lax };

// LMTP greets with LHLO and answers a message once per recipient (RFC 2033).
enum class Protocol : std::uint8_t { smtp, lmtp };

// Whether STARTTLS is offered, and whether mail is taken without it (RFC 3207 4).
enum class StartTls : std::uint8_t { never, offered, required };

// Who may log in, and how (RFC 4954).
struct Authentication {
  std::vector<std::string> mechanisms{};  // in upper case, as offered; empty: AUTH is not offered
  // Names and passwords; nullopt: any name with any password.
  std::optional<std::vector<std::pair<std::string, std::string>>> users{};
  bool needs_tls = false;  // offered over TLS only; without it 538 5.7.11
  bool required = false;   // MAIL without it: 530 5.7.0

  bool operator==(const Authentication&) const = default;
};

// The healthy server underneath. Extensions are offered exactly as listed.
struct Profile {
  Protocol protocol = Protocol::smtp;
  std::string hostname = "mx.receiver.test";
  bool pipelining = true;
  // SIZE argument in octets (0: no fixed maximum, RFC 1870 4); nullopt: not offered.
  std::optional<std::uint64_t> size = 10485760;
  bool eight_bit_mime = true;
  bool smtputf8 = true;
  bool enhanced_status_codes = true;
  bool dsn = false;
  bool chunking = false;
  bool binary_mime = false;  // only with chunking
  StartTls starttls = StartTls::never;
  Authentication auth{};
  bool xclient = false;  // offered to this client
  EndOfData end_of_data = EndOfData::strict;
  std::uint32_t max_recipients = 1000;  // per transaction; then 452 4.5.3
};

}  // namespace smtp
