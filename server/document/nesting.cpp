// One pass over the text, hopping over strings and comments (TOML 1.0: Comment, String, Keys).
#include "document/nesting.hpp"

#include <algorithm>

namespace document {

namespace {

constexpr auto kEnd = std::string_view::npos;

// The offset after the string that starts at `at` with a quote; a single-line string ends at its
// line's end at latest.
std::size_t after_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view rest = text.substr(at);
  const bool multiline = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
  if (!multiline) {
    for (std::size_t i = at + 1; i < text.size(); ++i) {
      if (text[i] == '\\' && quote == '"') {
        ++i;
      } else if (text[i] == quote || text[i] == '\n') {
        return i + 1;
      }
    }
    return text.size();
  }
  for (std::size_t i = at + 3; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == quote && text.substr(i, 3) == text.substr(at, 3)) {
      // Up to two more quotes may belong to the content, just before the closing three.
      std::size_t end = i + 3;
      while (end < text.size() && end < i + 5 && text[end] == quote) ++end;
      return end;
    }
  }
  return text.size();
}

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == ' ' || c == '\t' || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::optional<std::size_t> too_deep(std::string_view text, int brackets, int parts) {
  int depth = 0;
  int dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = after_string(text, i);
      continue;
    }
    if (c == '#') {
      const auto newline = text.find('\n', i);
      if (newline == kEnd) break;
      i = newline;
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') depth = std::max(0, depth - 1);
    if (c == '.') ++dots;
    // Anything that cannot be part of a dotted key begins a new one.
    if (c != '.' && !is_bare(c)) dots = 0;
    if (depth > brackets || dots >= parts) return i;
    ++i;
  }
  return std::nullopt;
}

}  // namespace document
