// Counting special octets: see the header.
#include "smtp/octets.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace smtp {

namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
constexpr std::uint64_t kLowBits = 0x0101010101010101ULL;

SpecialOctets count_each(std::string_view text) {
  SpecialOctets special;
  for (const char c : text) {
    if (c == '\0') ++special.nul;
    if (static_cast<unsigned char>(c) >= 0x80) ++special.eight_bit;
  }
  return special;
}

}  // namespace

SpecialOctets special_octets(std::string_view text) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::size_t kBlock = 4 * kWord;
  SpecialOctets special;
  const auto add = [&](const SpecialOctets& more) {
    special.nul += more.nul;
    special.eight_bit += more.eight_bit;
  };
  const char* at = text.data();
  const char* const end = at + text.size();
  for (; static_cast<std::size_t>(end - at) >= kBlock; at += kBlock) {
    std::array<std::uint64_t, 4> words{};
    std::memcpy(words.data(), at, kBlock);
    std::uint64_t found = 0;
    // Borrowing sets the high bit of a zero octet; a false alarm only costs the closer look.
    for (const auto word : words) found |= word | (word - kLowBits);
    if ((found & kHighBits) != 0) add(count_each({at, kBlock}));
  }
  add(count_each({at, static_cast<std::size_t>(end - at)}));
  return special;
}

bool has_eight_bit(std::string_view text) {
  return special_octets(text).eight_bit > 0;
}

}  // namespace smtp
