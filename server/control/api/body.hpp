// Bodies of requests: JSON objects read by the tables that read scenario files, so their errors are
// as good. Pure, any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/http.hpp"
#include "control/query.hpp"
#include "document/diagnostics.hpp"
#include "document/node.hpp"
#include "document/table.hpp"

namespace control::api {

// The diagnostics of one severity, as the API reports them. `prefix`: where in the body the
// document stands.
[[nodiscard]] std::vector<Problem> problems_of(
    const std::vector<base::Diagnostic>& diagnostics,
    base::Severity severity,
    std::string_view prefix
);

// The answer to a body that is no JSON; takes the findings.
[[nodiscard]] ApiError malformed(document::Diagnostics& sink);

// The error of all that was reported, or nullopt; takes the findings.
[[nodiscard]] std::optional<ApiError> error_of(document::Diagnostics& sink);

// The members of an object, for the reference.
template <typename Target>
[[nodiscard]] std::vector<ParameterDoc> members_of(std::span<const document::Row<Target>> rows) {
  std::vector<ParameterDoc> out;
  for (const auto& row : rows) out.push_back({row.name, row.form, row.doc});
  return out;
}

}  // namespace control::api
