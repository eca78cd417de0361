// The argument of BDAT: see the header.
#include "smtp/chunk.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>

#include "base/text.hpp"

namespace smtp {

namespace {

constexpr std::size_t kMostDigits = 20;
constexpr std::uint64_t kMostOctets = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::optional<Chunk> parse_chunk(std::string_view argument) {
  const auto digits = argument.substr(0, argument.find_first_not_of("0123456789"));
  argument.remove_prefix(digits.size());
  if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  Chunk chunk;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), chunk.octets);
  if (error != std::errc() || chunk.octets > kMostOctets) return std::nullopt;
  if (argument.empty()) return chunk;
  const auto word = argument.find_first_not_of(' ');
  chunk.last =
      word > 0 && word != std::string_view::npos && base::same_text(argument.substr(word), "LAST");
  return chunk.last ? std::optional(chunk) : std::nullopt;
}

}  // namespace smtp
