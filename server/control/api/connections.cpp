// GET /v1/connections/{id}: the transcript of one connection, as JSON or text.
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/accept.hpp"
#include "control/api/api.hpp"
#include "control/api/number.hpp"
#include "control/api/transcript.hpp"

namespace control::api {

namespace {

constexpr std::string_view kForms[] = {kJson, "text/plain"};
constexpr std::size_t kMostEvents = 10'000;

Answer<Outcome> connection(Api& api, const Call& call) {
  const auto form = preferred(call.request, kForms);
  auto query = call.query();
  const auto receiver = receiver_asked_for(api, query);
  const auto after = query.number("after", 0, 0, UINT64_MAX);
  if (auto error = query.error()) return tl::unexpected(std::move(*error));
  if (!form) return tl::unexpected(not_acceptable(call.request, kForms));

  const std::string& text = call.variables.front();
  const auto id = number_in(text);
  journal::Page page;
  if (id && *id != 0) {
    page = api.journal.read(
        {.receivers = {receiver->name()}, .connections = {*id}}, after, kMostEvents
    );
  }
  if (page.events.empty()) {
    return refuse(
        Fault::not_found,
        {call.request.path,
         fmt::format(
             "the journal of receiver '{}' has nothing of a connection '{}'",
             receiver->name(),
             base::printable(text, 80)
         ),
         page.dropped > 0 ? "its oldest events are dropped; --journal-events keeps more"
                          : "GET /v1/events?kind=connected lists them"}
    );
  }
  auto transcript = transcript_of(*id, receiver->name(), page.events);
  if (after > 0) transcript.dropped = false;
  if (form == 1U) {
    return Outcome{
        {.content_type = "text/plain; charset=utf-8",
         .body = to_text(transcript, api.journal.start())}};
  }
  auto out = to_json(transcript, api.journal.start());
  out["next"] = page.more ? boost::json::value(std::to_string(page.last_seen)) : nullptr;
  return Outcome{json_response(out)};
}

constexpr ParameterDoc kParameters[] = {kReceiverDoc, kAfterDoc};
constexpr ReplyDoc kReplies[] = {
    {200,
     "The transcript, at most 10000 events of it; 'dropped' says that its beginning is lost",
     "Transcript",
     kForms},
    {406, "Accept names none of these forms", "Errors"},
};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/v1/connections/{id}",
     .handle = connection,
     .doc = "What was said on one connection, and what happened on it: JSON or text, by Accept",
     .parameters = kParameters,
     .replies = kReplies},
};

}  // namespace

std::span<const Route> connections_routes() {
  return kRoutes;
}

}  // namespace control::api
