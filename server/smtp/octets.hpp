// Counts the octets that need care: NULs, and those above 127. Many at a time, since mail has few.
// Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace smtp {

struct SpecialOctets {
  std::uint64_t nul = 0;
  std::uint64_t eight_bit = 0;
};

[[nodiscard]] SpecialOctets special_octets(std::string_view text);

// Some octet is above 127.
[[nodiscard]] bool has_eight_bit(std::string_view text);

}  // namespace smtp
