// Whether a secret was guessed right, told in a time that depends on the guess's length alone: one
// that is wrong in its first character takes as long as the right one, so that it cannot be found
// character by character. Pure, any thread.
#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

namespace control {

// Reads every character of the guess, whatever it finds. An empty secret is guessed by nothing.
template <std::forward_iterator Guess>
[[nodiscard]] bool same_secret(Guess first, Guess last, std::string_view secret) {
  if (secret.empty()) return false;
  unsigned difference = 0;
  std::size_t i = 0;
  for (; first != last; ++first, ++i) {
    const auto expected = static_cast<unsigned char>(secret[i % secret.size()]);
    difference |= static_cast<unsigned>(static_cast<unsigned char>(*first) ^ expected);
  }
  return i == secret.size() && difference == 0;
}

}  // namespace control
