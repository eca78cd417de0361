// Findings about a body as the API tells them: see the header.
#include "control/api/body.hpp"

#include <utility>

namespace control::api {

std::vector<Problem> problems_of(
    const std::vector<base::Diagnostic>& diagnostics,
    base::Severity severity,
    std::string_view prefix
) {
  std::vector<Problem> out;
  for (const auto& diagnostic : diagnostics) {
    if (diagnostic.severity == severity) out.push_back(to_problem(diagnostic, prefix));
  }
  return out;
}

std::vector<Problem> problems_of(const std::vector<base::Error>& errors, std::string_view at) {
  std::vector<Problem> out;
  for (const auto& error : errors) out.push_back({std::string(at), error.message, error.hint});
  return out;
}

std::optional<ApiError> error_of(document::Diagnostics& sink) {
  if (!sink.failed()) return std::nullopt;
  return ApiError{Fault::invalid, problems_of(sink.take(), base::Severity::error, "")};
}

}  // namespace control::api
