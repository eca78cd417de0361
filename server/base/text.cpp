// ASCII text: see the header. UTF-8 is only recognised (RFC 3629), never decoded to anything.
#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include <fmt/format.h>

namespace base {

namespace {

constexpr char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

bool one_matches(char pattern, char c) {
  return pattern == '?' || ascii_lower(pattern) == ascii_lower(c);
}

// Edits (insert, delete, replace, swap neighbours) that make `a` into `b`, ASCII case ignored.
std::size_t distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  // Three rows of the table: two back (for swaps), one back, and the one being filled.
  std::vector<std::size_t> rows(3 * width);
  std::size_t* before = rows.data();
  std::size_t* last = before + width;
  std::size_t* row = last + width;
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const char x = ascii_lower(a[i - 1]);
      const char y = ascii_lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (x == y ? 0U : 1U)});
      const bool swapped =
          i > 1 && j > 1 && x == ascii_lower(b[j - 2]) && y == ascii_lower(a[i - 2]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::size_t* const free = before;
    before = last;
    last = row;
    row = free;
  }
  return last[b.size()];
}

constexpr unsigned byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

// Length by the lead byte alone: 2..4, or 0 when no multi-byte sequence begins with it.
std::size_t announced_length(unsigned lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

// Length of the well-formed multi-byte sequence at the front (RFC 3629 4), 0 if there is none.
std::size_t utf8_length(std::string_view bytes) {
  const unsigned lead = byte_at(bytes, 0);
  const std::size_t length = announced_length(lead);
  if (length == 0 || bytes.size() < length) return 0;
  // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
  const unsigned second = byte_at(bytes, 1);
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(bytes, i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '\r': out += "\\r"; return;
    case '\n': out += "\\n"; return;
    case '\\': out += "\\\\"; return;
    default: fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(c));
  }
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
  return out;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_upper);
  return out;
}

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return ascii_lower(x) == ascii_lower(y);
  });
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  constexpr auto kNone = std::string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star =
      kNone;              // the last `*` seen; only it need ever take more, earlier ones are done
  std::size_t taken = 0;  // where its run ends at present
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && one_matches(pattern[p], text[t])) {
      ++p;
      ++t;
    } else if (star != kNone) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<std::string_view> nearest(
    std::string_view word, std::span<const std::string_view> candidates
) {
  constexpr std::size_t kFarthest = 2;
  std::optional<std::string_view> best;
  std::size_t best_distance = kFarthest + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) > kFarthest) continue;
    const std::size_t d = distance(word, candidate);
    if (d < best_distance && 2 * d < word.size()) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const bool ascii = static_cast<unsigned char>(bytes[i]) < 0x80;
    const std::size_t length = ascii ? 1 : utf8_length(bytes.substr(i));
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string printable(std::string_view bytes, std::size_t limit) {
  std::string out;
  out.reserve(std::min(bytes.size(), limit) + 3);
  std::size_t i = 0;
  while (i < bytes.size() && i < limit) {
    const unsigned byte = byte_at(bytes, i);
    const std::size_t length = byte < 0x80 ? 0 : utf8_length(bytes.substr(i));
    // The control characters U+0080 to U+009F can steer a terminal as well as ESC does.
    const bool control = length == 2 && byte == 0xC2 && byte_at(bytes, i + 1) < 0xA0;
    if (length > 0 && !control) {
      if (length > limit - i) break;  // a character is shown whole or not at all
      out += bytes.substr(i, length);
      i += length;
      continue;
    }
    const bool plain = byte >= 0x20 && byte < 0x7F && byte != '\\';
    if (plain) {
      out += bytes[i];
    } else {
      append_escaped(out, bytes[i]);
    }
    ++i;
  }
  if (i < bytes.size()) out += "...";
  return out;
}

std::string fold_domain(std::string_view address) {
  std::string out(address);
  const auto at = address.rfind('@');
  if (at == std::string_view::npos) return out;
  const auto domain = out.begin() + static_cast<std::ptrdiff_t>(at);
  std::transform(domain, out.end(), domain, ascii_lower);
  return out;
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string() : to_lower(address.substr(at + 1));
}

}  // namespace base
