// Bodies of requests: JSON objects read by the tables that read scenario files, so their errors are
// as good. Pure, any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/http.hpp"
#include "control/routes.hpp"
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

// Errors without a place of their own, all of them at `at`.
[[nodiscard]] std::vector<Problem> problems_of(
    const std::vector<base::Error>& errors, std::string_view at
);

// The error of all that was reported about a body, or nullopt; takes the findings.
[[nodiscard]] std::optional<ApiError> error_of(document::Diagnostics& sink);

// The members of an object, for the reference.
template <typename Target>
[[nodiscard]] std::vector<MemberDoc> members_of(std::span<const document::Row<Target>> rows) {
  std::vector<MemberDoc> out;
  for (const auto& row : rows) {
    out.push_back({row.name, row.form, row.doc, row.schema, row.need == document::Need::required});
  }
  return out;
}

}  // namespace control::api
