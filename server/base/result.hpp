// How fallible functions answer: a value or a message, or (for documents) a value and all
// diagnostics. Values only, any thread.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

namespace base {

// Why something failed, in one lower-case sentence that quotes the offending text, and how to mend
// it (may be empty).
struct Error {
  std::string message;
  std::string hint;

  bool operator==(const Error&) const = default;
};

template <typename T>
using Result = tl::expected<T, Error>;

// Shorthand: return base::failure("no such unit 'x'", "use ms, s, m, h or d");
[[nodiscard]] inline tl::unexpected<Error> failure(std::string message, std::string hint = {}) {
  return tl::unexpected(Error{std::move(message), std::move(hint)});
}

enum class Severity : unsigned char { error, warning };

// One finding about a document, with the place it speaks of. line and column count from 1; for JSON
// input, where the parser keeps no lines, they are 0 and `pointer` (RFC 6901) names the place.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  int line = 0;
  int column = 0;
  std::string pointer;
  std::string message;
  std::string hint;

  bool operator==(const Diagnostic&) const = default;
};

// "full.toml:3:3: unknown key 'delya' in [[rule]]; did you mean 'delay'?" (hint after "; ";
// warnings say "warning: ").
[[nodiscard]] std::string to_string(const Diagnostic& d);

// All that loading a document gave: the value if there was no error, and every error and warning,
// in file order.
template <typename T>
struct Loaded {
  tl::expected<T, std::monostate> value = tl::unexpected(std::monostate{});
  std::vector<Diagnostic> diagnostics;

  [[nodiscard]] bool ok() const { return value.has_value(); }
};

}  // namespace base
