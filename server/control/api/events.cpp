// The journal over HTTP: filters, pages, and waiting for what has not happened yet.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/stage.hpp"
#include "control/api/api.hpp"
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

}  // namespace

Answer<Outcome> events(Api& api, const Call& call) {
  auto query = call.query();
  Wanted wanted;
  wanted.filter = filter_asked_for(api, query);
  wanted.after = query.number("after", 0, 0, UINT64_MAX);
  wanted.limit = query.number("limit", kDefaultLimit, 1, kMostLimit);
  wanted.longest = query.duration("wait", kLongestWait);
  if (auto error = query.error()) return tl::unexpected(std::move(*error));
  return look(api.journal, std::move(wanted));
}

}  // namespace control::api
