// Base64: see the header.
#include "smtp/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace smtp {

namespace {

constexpr std::uint8_t kForeign = 64;

constexpr auto kValues = [] {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> values{};
  values.fill(kForeign);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string decoded;
  decoded.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;  // bits of `bits` that are not given out yet
  for (const char c : text) {
    const auto value = kValues[static_cast<unsigned char>(c)];
    if (value == kForeign) return std::nullopt;
    bits = bits << 6U | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    decoded.push_back(static_cast<char>(bits >> static_cast<unsigned>(held) & 0xFFU));
  }
  return decoded;
}

}  // namespace smtp
