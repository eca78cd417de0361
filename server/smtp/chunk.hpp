// The argument of BDAT (RFC 3030 2). Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace smtp {

struct Chunk {
  std::uint64_t octets = 0;  // that follow the command line
  bool last = false;
};

// "86400" or "86400 LAST"; nullopt: neither, or more octets than 63 bits can count.
[[nodiscard]] std::optional<Chunk> parse_chunk(std::string_view argument);

}  // namespace smtp
