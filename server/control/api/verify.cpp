// Verdicts over HTTP: asked for with expectations of one's own and time to wait, or as a report of
// how things stand. The forms are those of the command line: JSON, text, JUnit XML.
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/accept.hpp"
#include "control/api/api.hpp"
#include "control/api/question.hpp"
#include "control/judging.hpp"
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

struct Form {
  std::string_view type;     // as Accept names it
  std::string_view content;  // as the answer calls itself
  std::string (*render)(const Report& report);
};

constexpr std::string_view kTypes[] = {
    "application/json",
    "text/plain",
    "application/xml",
    "application/vnd.failmx.reports+json",
};
constexpr std::array kForms = {
    Form{kTypes[0], kTypes[0], as_json},
    Form{kTypes[1], "text/plain; charset=utf-8", as_text},
    Form{kTypes[2], kTypes[2], as_junit},
    Form{kTypes[3], kTypes[3], as_all},
};
static_assert(std::size(kTypes) == kForms.size());

Answer<const Form*> form_wanted(const Request& request) {
  if (const auto found = preferred(request, kTypes)) return &kForms[*found];
  return refuse(
      Fault::not_acceptable,
      {"Accept",
       fmt::format(
           "'{}' is none of the forms of a report",
           base::printable(request.header("Accept").value_or(""), 200)
       ),
       fmt::format("there is: {}", fmt::join(kTypes, ", "))}
  );
}

Response to_response(const Report& report, const Form& form) {
  return {.content_type = std::string(form.content), .body = form.render(report)};
}

// One POST /v1/verify that waits.
struct Waiting {
  Judging judging;
  base::WallTime start;
  const Form* form;
  base::Duration longest;
};

Outcome look(const std::shared_ptr<Waiting>& waiting, base::TimePoint now, Chance chance) {
  Judging& judging = waiting->judging;
  std::optional<base::TimePoint> again;
  bool over = chance == Chance::last;
  if (!over) {
    const auto seen = judging.look(now);
    over = seen.certain;
    again = seen.again;
  }
  if (over) return {to_response(judging.conclude(now, waiting->start), *waiting->form)};
  return {
      {},
      Wait{
          .longest = waiting->longest,
          .look = [waiting](base::TimePoint at, Chance left) { return look(waiting, at, left); },
          .again = again,
          .spaced = true}};
}

std::string domain_asked_for(Query& query) {
  const auto given = query.text("domain");
  if (!given) return {};
  auto domain = domain_in(*given);
  if (domain) return std::move(*domain);
  query.refuse("domain", domain.error().message, domain.error().hint);
  return {};
}

}  // namespace

Answer<Outcome> verify(Api& api, const Call& call) {
  const auto form = form_wanted(call.request);
  if (!form) return tl::unexpected(form.error());
  auto question = question_of(api, call);
  if (!question) return tl::unexpected(std::move(question.error()));
  const auto waiting = std::make_shared<Waiting>(Waiting{
      Judging(
          std::move(question->receiver), std::move(question->expected), std::move(question->domain)
      ),
      api.journal.start(),
      *form,
      question->wait});
  const bool waits = question->wait.count() > 0;
  return look(waiting, call.now, waits ? Chance::another : Chance::last);
}

Answer<Outcome> report(Api& api, const Call& call) {
  const auto form = form_wanted(call.request);
  auto query = call.query();
  const auto receiver = receiver_asked_for(api, query);
  auto domain = domain_asked_for(query);
  if (auto error = query.error()) return tl::unexpected(std::move(*error));
  if (!form) return tl::unexpected(form.error());
  Judging judging(receiver, std::nullopt, std::move(domain));
  return Outcome{to_response(judging.conclude(call.now, api.journal.start()), **form)};
}

}  // namespace control::api
