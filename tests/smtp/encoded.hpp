// Base64 written by the tests themselves.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smtp_test {

inline std::string base64(std::string_view octets) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    const auto octet = [&](std::size_t i) -> unsigned {
      return at + i < octets.size() ? static_cast<unsigned char>(octets[at + i]) : 0U;
    };
    const unsigned bits = octet(0) << 16U | octet(1) << 8U | octet(2);
    for (unsigned i = 0; i < 4; ++i) {
      const bool padding = at + i > octets.size();
      text.push_back(padding ? '=' : kAlphabet[bits >> (18U - 6U * i) & 63U]);
    }
  }
  return text;
}

// The response of PLAIN.
inline std::string plain(std::string_view user, std::string_view password) {
  return base64(std::string(1, '\0').append(user) + std::string(1, '\0').append(password));
}

}  // namespace smtp_test
