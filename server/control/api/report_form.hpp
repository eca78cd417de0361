// The forms of a report over HTTP, those of the command line: JSON, text, JUnit XML; which of them
// a request wants. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "control/http.hpp"
#include "verify/report.hpp"

namespace control::api {

// As Accept names them; the first is the default.
inline constexpr std::string_view kReportTypes[] = {
    "application/json",
    "text/plain",
    "application/xml",
    "application/vnd.failmx.reports+json",
};

struct ReportForm {
  std::string_view content;  // as the answer calls itself
  std::string (*render)(const verify::Report& report);
};

// The form that Accept asks for, of static storage, or 406.
[[nodiscard]] Answer<const ReportForm*> report_form(const Request& request);

[[nodiscard]] Response to_response(const verify::Report& report, const ReportForm& form);

}  // namespace control::api
