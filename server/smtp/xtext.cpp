// xtext: see the header.
#include "smtp/xtext.hpp"

#include <cstddef>

namespace smtp {

namespace {

// -1: not a digit.
constexpr int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The octet written at the front of `text`, which is taken off; nullopt: none is.
std::optional<char> take_octet(std::string_view& text) {
  const char c = text.front();
  if (c < '!' || c > '~' || c == '=') return std::nullopt;
  if (c != '+') {
    text.remove_prefix(1);
    return c;
  }
  if (text.size() < 3 || digit_of(text[1]) < 0 || digit_of(text[2]) < 0) return std::nullopt;
  const int octet = digit_of(text[1]) * 16 + digit_of(text[2]);
  text.remove_prefix(3);
  return static_cast<char>(octet);
}

}  // namespace

std::optional<std::string> decode_xtext(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    const auto octet = take_octet(text);
    if (!octet) return std::nullopt;
    decoded.push_back(*octet);
  }
  return decoded;
}

bool is_xtext(std::string_view text) {
  while (!text.empty()) {
    if (!take_octet(text)) return false;
  }
  return true;
}

}  // namespace smtp
