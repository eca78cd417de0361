// The journal over HTTP: filters, pages, waiting for what has not happened yet, and streams.
#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/stage.hpp"
#include "base/text.hpp"
#include "control/accept.hpp"
#include "control/api/api.hpp"
#include "control/api/event_stream.hpp"
#include "control/api/render.hpp"
#include "journal/event.hpp"

namespace control::api {

namespace {

std::vector<std::string> receivers_asked_for(Api& api, Query& query) {
  auto asked = query.texts("receiver");
  const auto all = api.registry.all();
  for (const std::string& name : asked) {
    if (api.registry.find(name)) continue;
    query.refuse("receiver", fmt::format("no receiver '{}'", name), hint_for(name, names_of(all)));
  }
  return asked;
}

journal::Filter filter_asked_for(Api& api, Query& query) {
  journal::Filter filter;
  filter.receivers = receivers_asked_for(api, query);
  for (const auto i : query.choices("kind", names_until(journal::Kind::dropped))) {
    filter.kinds.push_back(static_cast<journal::Kind>(i));
  }
  const std::vector<std::string_view> stages(base::kStageNames.begin(), base::kStageNames.end());
  for (const auto i : query.choices("stage", stages)) {
    filter.stages.push_back(static_cast<base::Stage>(i));
  }
  filter.connections = query.numbers("connection", UINT64_MAX);
  for (const auto code : query.numbers("code", 999)) {
    filter.codes.push_back(static_cast<std::uint16_t>(code));
  }
  filter.rules = query.texts("rule");
  filter.subject = query.text("subject").value_or("");
  return filter;
}

// What a request for events asks for, and goes on asking for while it waits.
struct Wanted {
  journal::Filter filter;
  std::uint64_t after = 0;
  std::uint64_t limit = kDefaultLimit;
  base::Duration longest{0};
};

Outcome look(const journal::Journal& journal, Wanted wanted) {
  const auto page = journal.read(wanted.filter, wanted.after, wanted.limit);
  List list;
  for (const auto& event : page.events) list.add(render(*event, journal.start()));
  list.last = page.last_seen;
  if (page.more) list.next = page.last_seen;
  list.dropped = page.dropped;
  Outcome outcome{to_response(list)};
  if (!page.events.empty() || wanted.longest.count() == 0) return outcome;
  // What has been looked at need not be looked at again.
  wanted.after = std::max(wanted.after, page.last_seen);
  outcome.wait =
      Wait{.longest = wanted.longest, .look = [&journal, wanted](base::TimePoint, Chance chance) {
             auto next = look(journal, wanted);
             if (chance == Chance::last) next.wait.reset();
             return next;
           }};
  return outcome;
}

constexpr std::string_view kForms[] = {kJson, "text/event-stream"};

// A stream has no pages and waits always.
void refuse_pages(Query& query) {
  for (const std::string_view name : {"limit", "wait"}) {
    if (!query.text(name)) continue;
    query.refuse(
        name,
        fmt::format(
            "'{}' means nothing for a stream, which gives all there is and all that comes", name
        ),
        "leave it out, or ask for application/json"
    );
  }
}

// The cursor of a reader that comes back: what it has seen last, which wins over `after`. One ahead
// of the journal is from a former run of the program, of whose events none are here: the reader has
// seen nothing yet.
std::uint64_t last_seen(
    const Request& request, std::uint64_t after, std::uint64_t last_seq, Query& query
) {
  const auto given = request.header("Last-Event-ID");
  if (!given || given->empty()) return after;
  std::uint64_t id = 0;
  const auto end = given->data() + given->size();
  const auto [stop, error] = std::from_chars(given->data(), end, id);
  if (error != std::errc{} || stop != end) {
    query.refuse_at(
        "Last-Event-ID",
        fmt::format("'{}' is not the id of an event", base::printable(*given, 40)),
        "send the last 'id:' that was received"
    );
  }
  return id > last_seq ? 0 : id;
}

Answer<Outcome> events(Api& api, const Call& call) {
  const auto form = preferred(call.request, kForms);
  auto query = call.query();
  Wanted wanted;
  wanted.filter = filter_asked_for(api, query);
  wanted.after = query.number("after", 0, 0, UINT64_MAX);
  const bool stream = form == 1U;
  if (stream) {
    refuse_pages(query);
    wanted.after = last_seen(call.request, wanted.after, api.journal.last_seq(), query);
  } else {
    wanted.limit = query.number("limit", kDefaultLimit, 1, kMostLimit);
    wanted.longest = query.duration("wait", kLongestWait);
  }
  if (auto error = query.error()) return tl::unexpected(std::move(*error));
  if (!form) return tl::unexpected(not_acceptable(call.request, kForms));
  if (!stream) return look(api.journal, std::move(wanted));
  return Outcome{
      .response = {},
      .feed = feed_of(EventStream(api.journal, std::move(wanted.filter), wanted.after))};
}

// clang-format off
constexpr ParameterDoc kEventParameters[] = {
    {"receiver",   "NAME",  "of this receiver; repeatable; default all", R"({"type":"array","items":{"type":"string"}})", R"(["default"])"},
    {"kind",       "KIND",  "of this kind: connected, command, reply, ended, ...; several by commas", R"({"type":"array","items":{"$ref":"#/components/schemas/Kind"}})", R"(["reply"])"},
    {"stage",      "STAGE", "at this stage: connect, ehlo, mail, rcpt, ...; several by commas", R"({"type":"array","items":{"$ref":"#/components/schemas/Stage"}})", R"(["rcpt"])"},
    {"connection", "N",     "of this connection; several by commas", R"({"type":"array","items":{"type":"integer","minimum":0}})"},
    {"code",       "NNN",   "with this reply code; several by commas", R"({"type":"array","items":{"type":"integer","minimum":0,"maximum":999}})", "[452]"},
    {"rule",       "NAME",  "of this rule; repeatable", R"({"type":"array","items":{"type":"string"}})"},
    {"subject",    "GLOB",  "whose subject (an address, a name) matches", R"({"type":"string"})", R"("*@example.test")"},
    kAfterDoc,
    kLimitDoc,
    {"wait",       "10s",   "if there is no such event yet, wait so long for one (at most 60s)", R"({"$ref":"#/components/schemas/Duration"})", R"("10s")"},
};
// clang-format on

constexpr ReplyDoc kEventReplies[] = {
    {200,
     "A page of events; or by Accept a stream of them, each with its number as id, which goes on "
     "after the Last-Event-ID of the request and says with 'dropped' how many were lost",
     "Events",
     kForms},
    {406, "Accept names none of these forms", "Errors"},
};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/v1/events",
     .handle = events,
     .doc = "What crossed the wire, in order",
     .parameters = kEventParameters,
     .replies = kEventReplies},
};

}  // namespace

std::span<const Route> events_routes() {
  return kRoutes;
}

}  // namespace control::api
