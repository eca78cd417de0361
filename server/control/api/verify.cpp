// Verdicts over HTTP: asked for with expectations of one's own and time to wait, or as a report of
// how things stand. The forms are those of the command line: JSON, text, JUnit XML.
#include <memory>
#include <utility>

#include "control/api/api.hpp"
#include "control/api/question.hpp"
#include "control/api/report_form.hpp"
#include "control/judging.hpp"

namespace control::api {

namespace {

// One POST /v1/verify that waits.
struct Waiting {
  Judging judging;
  base::WallTime start;
  const ReportForm* form;
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

Answer<Outcome> verify(Api& api, const Call& call) {
  const auto form = report_form(call.request);
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
  const auto form = report_form(call.request);
  auto query = call.query();
  const auto receiver = receiver_asked_for(api, query);
  auto domain = domain_asked_for(query);
  if (auto error = query.error()) return tl::unexpected(std::move(*error));
  if (!form) return tl::unexpected(form.error());
  Judging judging(receiver, std::nullopt, std::move(domain));
  return Outcome{to_response(judging.conclude(call.now, api.journal.start()), **form)};
}

constexpr BodyDoc kQuestion{
    .members = verify_members,
    .example = R"({"expect":[{"check":"retried","within":"1h"}],"wait":"30s"})",
    .required = false,
};
constexpr ParameterDoc kReportParameters[] = {
    kReceiverDoc,
    {.name = "domain", .form = "DOMAIN", .doc = "only mail to this recipient domain"},
};
constexpr ReplyDoc kReplies[] = {
    {200, "The verdict, its checks and their evidence", "Report", kReportTypes},
    {406, "Accept names none of these forms", "Errors"},
};

constexpr Route kRoutes[] = {
    {.verb = Verb::post,
     .pattern = "/v1/verify",
     .handle = verify,
     .doc = "The verdict on a sender: JSON, text or JUnit XML, by Accept",
     .body = &kQuestion,
     .replies = kReplies},
    {.verb = Verb::get,
     .pattern = "/v1/report",
     .handle = report,
     .doc = "The verdict by the scenario's own expectations, as it stands now",
     .parameters = kReportParameters,
     .replies = kReplies},
};

}  // namespace

std::span<const Route> verify_routes() {
  return kRoutes;
}

}  // namespace control::api
