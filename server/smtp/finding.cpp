// Names of finding kinds: see the header.
#include "smtp/finding.hpp"

#include <array>
#include <cstddef>

namespace smtp {

std::string_view name_of(FindingKind kind) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "early_talker",
      "bare_lf",
      "bare_cr",
      "nul",
      "line_too_long",
      "bad_syntax",
      "bad_sequence",
      "unoffered_pipelining",
      "illegal_pipelining",
      "unoffered_extension",
      "eight_bit",
      "smuggling",
  };
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace smtp
