// Reports as answers: see the header.
#include "control/api/report_form.hpp"

#include <array>
#include <span>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/accept.hpp"
#include "journal/json_object.hpp"
#include "verify/render.hpp"

namespace control::api {

namespace {

using verify::Report;
using Reports = std::span<const Report>;

std::string as_json(const Report& report) {
  return verify::to_json(report) + "\n";
}

std::string as_text(const Report& report) {
  return verify::to_text(Reports(&report, 1), {});
}

std::string as_junit(const Report& report) {
  return verify::to_junit(Reports(&report, 1));
}

// All of them of one judging: for a client that writes several files.
std::string as_all(const Report& report) {
  std::string out;
  journal::Object object(out);
  object.text("verdict", verify::name_of(report.result));
  object.text("text", as_text(report));
  object.field("report") += verify::to_json(report);
  object.text("junit", as_junit(report));
  object.end();
  return out + "\n";
}

constexpr std::array kForms = {
    ReportForm{kReportTypes[0], as_json},
    ReportForm{"text/plain; charset=utf-8", as_text},
    ReportForm{kReportTypes[2], as_junit},
    ReportForm{kReportTypes[3], as_all},
};
static_assert(std::size(kReportTypes) == kForms.size());

}  // namespace

Answer<const ReportForm*> report_form(const Request& request) {
  if (const auto found = preferred(request, kReportTypes)) return &kForms[*found];
  return refuse(
      Fault::not_acceptable,
      {"Accept",
       fmt::format(
           "'{}' is none of the forms of a report",
           base::printable(request.header("Accept").value_or(""), 200)
       ),
       fmt::format("there is: {}", fmt::join(kReportTypes, ", "))}
  );
}

Response to_response(const Report& report, const ReportForm& form) {
  return {.content_type = std::string(form.content), .body = form.render(report)};
}

}  // namespace control::api
