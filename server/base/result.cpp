// Findings as the one line people read, in the shape compilers use, so that editors jump to the
// place.
#include "base/result.hpp"

#include <fmt/format.h>

namespace base {

std::string to_string(const Diagnostic& d) {
  std::string out = d.file;
  if (d.line > 0) {
    out += fmt::format("{}{}:{}", out.empty() ? "" : ":", d.line, d.column);
  } else if (!d.pointer.empty()) {
    out += fmt::format("{}{}", out.empty() ? "" : ":", d.pointer);
  }
  if (!out.empty()) out += ": ";
  if (d.severity == Severity::warning) out += "warning: ";
  out += d.message;
  if (!d.hint.empty()) out += "; " + d.hint;
  return out;
}

}  // namespace base
