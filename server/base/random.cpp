// Draws as a hash of their arguments. Not cryptographic: a scenario's author may know every draw
// beforehand.
#include "base/random.hpp"

namespace base {

namespace {

// FNV-1a, 64 bits: the same on every platform, whatever the byte order. mix64 repairs its weak
// upper bits.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return h;
}

}  // namespace

std::uint64_t draw(
    std::uint64_t seed, std::string_view rule, std::string_view key, std::uint64_t nth
) {
  // Mixed between the parts, so that their order counts and ("ab", "c") differs from ("a", "bc").
  std::uint64_t h = mix64(seed);
  h = mix64(h ^ hash(rule));
  h = mix64(h ^ hash(key));
  return mix64(h ^ nth);
}

}  // namespace base
