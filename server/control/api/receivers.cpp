// Receivers: what there is, and PUT, which makes or changes one.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"
#include "control/api/body.hpp"
#include "control/api/render.hpp"
#include "control/api/wish.hpp"

namespace control::api {

namespace {

namespace json = boost::json;

ApiError to_error(const Refusal& refusal) {
  switch (refusal.why) {
    case Refusal::Why::scenario:
      return {
          Fault::invalid, problems_of(refusal.diagnostics, base::Severity::error, kScenarioPlace)};
    case Refusal::Why::listener:
      return {Fault::conflict, {{"/listeners", refusal.error.message, refusal.error.hint}}};
    case Refusal::Why::limit:
      return {Fault::conflict, {{"", refusal.error.message, refusal.error.hint}}};
  }
  return {};
}

json::object shape(Api& api, const receiver::Receiver& receiver, base::TimePoint now) {
  return to_json(receiver.name(), receiver.status(now), api.fleet.ports_of(receiver.name()));
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
        fmt::format("add ?receiver= with one of: {}", fmt::join(names, ", "))
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

Answer<Outcome> receivers(Api& api, const Call& call) {
  List list;
  for (const auto& one : api.registry.all()) {
    list.add(json::serialize(shape(api, *one, call.now)));
  }
  Response response;
  response.body = fmt::format("{{\"items\":[{}],\"next\":null}}\n", list.items());
  return Outcome{std::move(response)};
}

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

Answer<Outcome> receiver(Api& api, const Call& call) {
  return receiver_in_path(api, call).map([&](const auto& found) {
    return Outcome{json_response(shape(api, *found, call.now))};
  });
}

Answer<Outcome> put_receiver(Api& api, const Call& call) {
  auto wish = wish_of(api, call);
  if (!wish) return tl::unexpected(std::move(wish.error()));
  const auto granted = api.fleet.put(*wish, call.now);
  if (!granted) return tl::unexpected(to_error(granted.error()));
  auto out = shape(api, *api.registry.find(wish->name), call.now);
  out["warnings"] = to_json(problems_of(*granted, base::Severity::warning, kScenarioPlace));
  return Outcome{json_response(out)};
}

}  // namespace control::api
