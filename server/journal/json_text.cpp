// JSON strings out of wire bytes (RFC 8259 7, RFC 3629).
#include <array>

#include "journal/json.hpp"

namespace journal {

namespace {

constexpr char kHex[] = "0123456789abcdef";

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// Length of the UTF-8 sequence at `at` (RFC 3629: shortest form, no surrogates, up to U+10FFFF)
// that may stand as it is; 0: its first byte must be written on its own.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const auto second = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0U;
  if (first >= 0xC2 && first <= 0xDF) return continues(text, at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(text, at + 1) || !continues(text, at + 2)) return 0;
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    const bool ours = first == 0xEF && (second == 0x9E || second == 0x9F);
    return ours ? 0 : 3;
  }
  if (first < 0xF0 || first > 0xF4) return 0;
  if (!continues(text, at + 1) || !continues(text, at + 2) || !continues(text, at + 3)) return 0;
  if (first == 0xF0 && second < 0x90) return 0;
  return first == 0xF4 && second > 0x8F ? 0 : 4;
}

void append_unicode(std::string& out, unsigned high, unsigned char byte) {
  const std::array<char, 6> escape = {
      '\\', 'u', kHex[high >> 4U], kHex[high & 0xFU], kHex[byte >> 4U], kHex[byte & 0xFU]};
  out.append(escape.data(), escape.size());
}

void append_control(std::string& out, char c) {
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: append_unicode(out, 0, static_cast<unsigned char>(c));
  }
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0;  // from here on nothing was written yet, and all of it may stand as it is
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    const std::size_t length = byte < 0x80 ? 0 : sequence_length(text, i);
    if (length > 0) {
      i += length;
      continue;
    }
    out.append(text.substr(plain, i - plain));
    if (byte >= 0x80) {
      append_unicode(out, 0xF7, byte);
    } else if (byte < 0x20) {
      append_control(out, c);
    } else {
      out.append(1, '\\').append(1, c);
    }
    plain = ++i;
  }
  out.append(text.substr(plain));
  out += '"';
}

}  // namespace journal
