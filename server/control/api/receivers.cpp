// Receivers: what there is, PUT, which makes or changes one, and a new beginning of its state or
// its journal. DELETE is in removal.cpp.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"
#include "control/api/body.hpp"
#include "control/api/shapes.hpp"
#include "control/api/wish.hpp"
#include "scenario/handshakes.hpp"

namespace control::api {

namespace {

namespace json = boost::json;

ApiError to_error(const Refusal& refusal, const Call& call) {
  const auto at = [&]() -> std::string {
    switch (refusal.why) {
      case Refusal::Why::listener: return "/listeners";
      case Refusal::Why::domain: return fmt::format("/domains/{}", refusal.at);
      case Refusal::Why::limit:
      case Refusal::Why::leaving: return call.request.path;
    }
    return {};
  };
  return {Fault::conflict, {{at(), refusal.error.message, refusal.error.hint}}};
}

}  // namespace

std::vector<std::string_view> names_of(const std::vector<std::shared_ptr<receiver::Receiver>>& all
) {
  std::vector<std::string_view> names;
  for (const auto& one : all) names.emplace_back(one->name());
  return names;
}

std::shared_ptr<receiver::Receiver> receiver_asked_for(Api& api, Query& query) {
  const auto all = api.registry.all();
  const auto names = names_of(all);
  const auto name = query.text("receiver");
  if (!name) {
    if (all.size() == 1) return all.front();
    query.refuse(
        "receiver",
        "which receiver is meant?",
        names.empty() ? std::string("there is none: PUT /v1/receivers/{name} makes one")
                      : fmt::format("add ?receiver= with one of: {}", fmt::join(names, ", "))
    );
    return nullptr;
  }
  auto found = api.registry.find(*name);
  if (!found) {
    const auto message = fmt::format("no receiver '{}'", base::printable(*name, 80));
    query.refuse("receiver", message, hint_for(*name, names));
  }
  return found;
}

namespace {

Answer<Outcome> receivers(Api& api, const Call& call) {
  json::array items;
  for (const auto& one : api.registry.all()) items.push_back(receiver_shape(api, *one, call.now));
  return Outcome{json_response({{"items", std::move(items)}, {"next", nullptr}})};
}

}  // namespace

Answer<std::shared_ptr<receiver::Receiver>> receiver_in_path(Api& api, const Call& call) {
  const std::string& name = call.variables.front();
  if (auto found = api.registry.find(name)) return found;
  const auto all = api.registry.all();
  return refuse(
      Fault::not_found,
      {call.request.path,
       fmt::format("no receiver '{}'", base::printable(name, 80)),
       hint_for(name, names_of(all))}
  );
}

Answer<std::shared_ptr<receiver::Receiver>> receiver_to_change(Api& api, const Call& call) {
  auto found = receiver_in_path(api, call);
  if (!found || !api.fleet.is_leaving((*found)->name())) return found;
  return refuse(
      Fault::conflict,
      {call.request.path,
       fmt::format("the receiver '{}' is being deleted", (*found)->name()),
       "its DELETE is answered when its last connection has ended, within 5 s"}
  );
}

namespace {

Answer<Outcome> receiver(Api& api, const Call& call) {
  return receiver_in_path(api, call).map([&](const auto& found) {
    return Outcome{json_response(receiver_shape(api, *found, call.now))};
  });
}

Answer<Outcome> put_receiver(Api& api, const Call& call) {
  const auto asked = wish_of(api, call);
  if (!asked) return tl::unexpected(asked.error());
  const auto& scenario = *asked->wish.scenario;
  const auto unready =
      api.fleet.prepare(scenario.profile.hostname, scenario::handshakes_of(scenario));
  if (!unready.empty()) {
    return tl::unexpected(ApiError{Fault::invalid, problems_of(unready, "/scenario")});
  }
  const auto granted = api.fleet.put(asked->wish, call.now);
  if (!granted) return tl::unexpected(to_error(granted.error(), call));
  auto out = receiver_shape(api, *api.registry.find(asked->wish.name), call.now);
  out["warnings"] = to_json(asked->warnings);
  return Outcome{json_response(out)};
}

Answer<Outcome> reset(Api& api, const Call& call) {
  const auto found = receiver_to_change(api, call);
  if (!found) return tl::unexpected(found.error());
  (*found)->reset(call.now);
  return Outcome{json_response(receiver_shape(api, **found, call.now))};
}

Answer<Outcome> delete_journal(Api& api, const Call& call) {
  const auto found = receiver_to_change(api, call);
  if (!found) return tl::unexpected(found.error());
  const auto removed = (*found)->clear_journal(call.now);
  return Outcome{json_response({{"receiver", (*found)->name()}, {"removed", removed}})};
}

constexpr BodyDoc kWish{
    .members = put_receiver_members,
    .example = R"({"scenario":"disk-full","domains":["full.test"],"listeners":[]})",
};
constexpr ReplyDoc kReceiversReplies[] = {{200, "All receivers", "Receivers"}};
constexpr ReplyDoc kReceiverReplies[] = {{200, "The receiver", "Receiver"}};
constexpr ReplyDoc kPutReplies[] = {
    {200, "The receiver, in force", "Receiver"},
    {409, "A domain or port is taken, or the receiver is being deleted", "Errors"},
};
constexpr ReplyDoc kResetReplies[] = {
    {200, "The receiver, as new", "Receiver"},
    {409, "It is being deleted", "Errors"},
};
constexpr ReplyDoc kJournalReplies[] = {
    {200, "How many events were forgotten", "JournalRemoved"},
    {409, "It is being deleted", "Errors"},
};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/v1/receivers",
     .handle = receivers,
     .doc = "All receivers",
     .replies = kReceiversReplies},
    {.verb = Verb::get,
     .pattern = "/v1/receivers/{name}",
     .handle = receiver,
     .doc = "One receiver: scenario, listeners, state, counts",
     .replies = kReceiverReplies},
    {.verb = Verb::put,
     .pattern = "/v1/receivers/{name}",
     .handle = put_receiver,
     .doc = "Makes or changes a receiver; answers when it is in force",
     .body = &kWish,
     .replies = kPutReplies},
    {.verb = Verb::post,
     .pattern = "/v1/receivers/{name}/reset",
     .handle = reset,
     .doc = "Begins state and journal anew; scenario, ports and domains stay",
     .replies = kResetReplies},
    {.verb = Verb::del,
     .pattern = "/v1/receivers/{name}/journal",
     .handle = delete_journal,
     .doc = "Forgets events, attempts, deliveries and messages; the state stays",
     .replies = kJournalReplies},
};

}  // namespace

std::span<const Route> receivers_routes() {
  return kRoutes;
}

}  // namespace control::api
