// What the healthy server underneath a receiver offers and allows. Values only, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace smtp {

// What ends a message: CRLF . CRLF alone (RFC 5321 4.1.1.4), or bare LF as line end as well.
enum class EndOfData : std::uint8_t { strict, lax };

// The healthy server underneath. Extensions are offered exactly as listed.
struct Profile {
  std::string hostname = "mx.receiver.test";
  bool pipelining = true;
  // SIZE argument in octets (0: no fixed maximum, RFC 1870 4); nullopt: not offered.
  std::optional<std::uint64_t> size = 10485760;
  bool eight_bit_mime = true;
  bool smtputf8 = true;
  bool enhanced_status_codes = true;
  EndOfData end_of_data = EndOfData::strict;
  std::uint32_t max_recipients = 1000;  // per transaction; then 452 4.5.3
};

}  // namespace smtp
