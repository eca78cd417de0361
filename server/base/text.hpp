// ASCII text: case folding, globs, "did you mean", escaping of wire bytes for people. Pure, any
// thread. Locale-free on purpose: SMTP is ASCII, and bytes above 127 pass through untouched.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

[[nodiscard]] constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);

// Equal but for the case of ASCII letters.
[[nodiscard]] bool same_text(std::string_view a, std::string_view b);

// `*` matches any run of bytes, `?` one byte, everything else itself, ASCII case ignored. Linear in
// practice, O(pattern x text) at worst, no recursion.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

// The candidate a person most likely meant (edit distance with transpositions at most 2, and less
// than half the word), or nullopt.
[[nodiscard]] std::optional<std::string_view> nearest(
    std::string_view word, std::span<const std::string_view> candidates
);

// Valid UTF-8 throughout (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view bytes);

// Printable form of wire bytes: CR as \r, LF as \n, a backslash as \\, other controls and bytes
// that are not part of valid UTF-8 as \xHH. At most `limit` bytes of input; a cut is shown by a
// trailing "...".
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t limit = 1000);

// An address with its domain in lower case and its local part as given: what deliveries are keyed
// by.
[[nodiscard]] std::string fold_domain(std::string_view address);

// What stands after the last '@' in lower case; empty when there is none.
[[nodiscard]] std::string domain_of(std::string_view address);

}  // namespace base
