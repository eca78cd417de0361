// The rules of a receiver: what is asked in which order, rules pushed in front of the scenario's
// own, and taken away again.
#include <charconv>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"
#include "control/api/body.hpp"
#include "control/api/shapes.hpp"
#include "scenario/handshakes.hpp"
#include "scenario/load.hpp"

namespace control::api {

namespace {

namespace json = boost::json;

Answer<Outcome> rules(Api& api, const Call& call) {
  const auto found = receiver_in_path(api, call);
  if (!found) return tl::unexpected(found.error());
  json::array items;
  for (const auto& rule : (*found)->edition()->rules()) items.push_back(rule_shape(rule));
  return Outcome{json_response({{"items", std::move(items)}, {"next", nullptr}})};
}

// What an unnamed rule is called: the first name from `number` on that no other has.
std::string free_name(const scenario::Scenario& scenario, std::size_t number) {
  for (;; ++number) {
    auto name = fmt::format("pushed-{}", number);
    const bool taken =
        std::any_of(scenario.rules.begin(), scenario.rules.end(), [&](const auto& rule) {
          return rule.name == name;
        });
    if (!taken) return name;
  }
}

Answer<Outcome> push_rule(Api& api, const Call& call) {
  const auto found = receiver_to_change(api, call);
  if (!found) return tl::unexpected(found.error());
  auto& receiver = **found;
  const auto edition = receiver.edition();
  const auto fallback = free_name(*edition->scenario, receiver.next_rule());
  auto& sink = *call.findings;
  auto rule = scenario::load_rule(*call.body, *edition->scenario, fallback, sink);
  const auto findings = sink.take();
  if (!rule) {
    return tl::unexpected(ApiError{Fault::invalid, problems_of(findings, base::Severity::error, "")}
    );
  }
  const auto unready =
      api.fleet.prepare(edition->scenario->profile.hostname, scenario::handshakes_of(*rule));
  if (!unready.empty()) {
    return tl::unexpected(ApiError{Fault::invalid, problems_of(unready, "/do")});
  }
  const auto pushed = receiver.push_rule(std::move(*rule), call.now);
  if (!pushed) {
    return refuse(
        Fault::conflict,
        {call.request.path,
         fmt::format(
             "{} rules, or {} octets of them, are the most that can be pushed",
             receiver::Receiver::kMostPushed,
             receiver::Receiver::kMostPushedOctets
         ),
         "delete some of them"}
    );
  }
  auto out = rule_shape(*pushed);
  out["warnings"] = to_json(problems_of(findings, base::Severity::warning, ""));
  Response response = json_response(out);
  response.status = 201;
  response.headers.push_back(
      {"Location", fmt::format("/v1/receivers/{}/rules/{}", receiver.name(), pushed->id)}
  );
  return Outcome{std::move(response)};
}

// nullopt: no number, so no rule has it.
std::optional<std::size_t> id_in(std::string_view text) {
  std::size_t id = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return id;
}

Answer<Outcome> delete_rule(Api& api, const Call& call) {
  const auto found = receiver_to_change(api, call);
  if (!found) return tl::unexpected(found.error());
  auto& receiver = **found;
  const std::string& text = call.variables.at(1);
  const auto id = id_in(text);
  if (id) {
    if (const auto removed = receiver.remove_rule(*id, call.now)) {
      return Outcome{json_response(rule_shape(*removed))};
    }
  }
  const auto edition = receiver.edition();
  if (id && *id >= 1 && *id <= edition->own_rules) {
    return refuse(
        Fault::conflict,
        {call.request.path,
         fmt::format("rule {} is the scenario's own", *id),
         "push one in front of it, or put another scenario"}
    );
  }
  return refuse(
      Fault::not_found,
      {call.request.path,
       fmt::format("no rule '{}' in the receiver '{}'", base::printable(text, 40), receiver.name()),
       "GET .../rules lists what there is"}
  );
}

constexpr BodyDoc kRule{
    .schema = "ScenarioRule",
    .example = R"({"at":"rcpt","next":1,"reply":"452 4.3.1 Mail system full"})",
};
constexpr ReplyDoc kListReplies[] = {{200, "The rules, in the order they are asked", "Rules"}};
constexpr ReplyDoc kPushReplies[] = {
    {201, "The rule, in front of all; Location names it", "RulePushed"},
    {409, "There are too many already, or the receiver is being deleted", "Errors"},
};
constexpr ReplyDoc kDeleteReplies[] = {
    {200, "The rule as it was last", "Rule"},
    {409, "It is the scenario's own, or the receiver is being deleted", "Errors"},
};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/v1/receivers/{name}/rules",
     .handle = rules,
     .doc = "All rules with their hits and what remains, in the order they are asked",
     .replies = kListReplies},
    {.verb = Verb::post,
     .pattern = "/v1/receivers/{name}/rules",
     .handle = push_rule,
     .doc = "Puts a [[rule]] in front of all, for transactions that begin from now on",
     .body = &kRule,
     .replies = kPushReplies},
    {.verb = Verb::del,
     .pattern = "/v1/receivers/{name}/rules/{id}",
     .handle = delete_rule,
     .doc = "Takes a pushed rule away",
     .replies = kDeleteReplies},
};

}  // namespace

std::span<const Route> rules_routes() {
  return kRoutes;
}

}  // namespace control::api
