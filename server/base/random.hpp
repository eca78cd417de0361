// Counter-based randomness: a draw depends on its arguments alone, never on order, threads or time,
// so the same seed and the same attempts give the same failures on every machine. No stream state,
// no std::*_distribution.
#pragma once

#include <cstdint>
#include <string_view>

namespace base {

// A bijective 64-bit mixer (the finaliser of splitmix64).
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// 64 uniform bits for the n-th decision of `rule` about `key` under `seed`.
[[nodiscard]] std::uint64_t draw(
    std::uint64_t seed, std::string_view rule, std::string_view key, std::uint64_t nth
);

// A draw as a real number in [0, 1).
[[nodiscard]] constexpr double unit(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace base
