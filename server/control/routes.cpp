// All routes, joined from their areas, and how a request finds its row.
#include "control/routes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"

namespace control {

namespace {

// One line per area, in the order of the reference.
constexpr std::span<const Route> (*kAreas[])() = {
    api::operation_routes,
    api::receivers_routes,
    api::removal_routes,
    api::state_routes,
    api::rules_routes,
    api::scenarios_routes,
    api::events_routes,
    api::explain_routes,
    api::connections_routes,
    api::messages_routes,
    api::metrics_routes,
    api::deliveries_routes,
    api::verify_routes,
};

bool is_variable(std::string_view part) {
  return !part.empty() && part.front() == '{';
}

// What stands for the variables of `pattern`, if the request's path is of that shape.
std::optional<std::vector<std::string>> fit(std::string_view pattern, const Request& request) {
  std::vector<std::string> variables;
  std::size_t from = 1;
  for (const std::string& segment : request.segments) {
    if (from > pattern.size()) return std::nullopt;
    const auto slash = std::min(pattern.find('/', from), pattern.size());
    const auto part = pattern.substr(from, slash - from);
    from = slash + 1;
    if (is_variable(part) && !segment.empty()) {
      variables.push_back(segment);
    } else if (part != segment) {
      return std::nullopt;
    }
  }
  if (from <= pattern.size()) return std::nullopt;
  return variables;
}

// The verbs of the routes of this path, as Allow lists them; empty: there is no such path.
std::string allowed_at(const Request& request) {
  std::vector<std::string_view> verbs;
  for (const Route& route : routes()) {
    if (!fit(route.pattern, request)) continue;
    verbs.push_back(name_of(route.verb));
    if (route.verb == Verb::get) verbs.push_back(name_of(Verb::head));
  }
  if (!verbs.empty()) verbs.push_back(name_of(Verb::options));
  return fmt::format("{}", fmt::join(verbs, ", "));
}

ApiError not_found(const Request& request) {
  std::vector<std::string_view> patterns;
  for (const Route& route : routes()) patterns.push_back(route.pattern);
  const auto near = base::nearest(request.path, patterns);
  return {
      Fault::not_found,
      {{request.path,
        "there is nothing here",
        near ? fmt::format("did you mean '{}'?", *near)
             : std::string("'failmx help routes' lists what there is")}}};
}

ApiError wrong_verb(const Request& request, const std::string& allowed) {
  const auto verb = request.verb == Verb::other ? base::printable(request.method, 40)
                                                : std::string(name_of(request.verb));
  return {
      Fault::wrong_verb,
      {{request.path,
        fmt::format("{} is not possible here", verb),
        fmt::format("possible: {}", allowed)}},
      {{"Allow", allowed}}};
}

// RFC 9110 9.3.7. Without the headers of a CORS preflight: no other origin may ask.
Answer<Outcome> options(Api& /*api*/, const Call& call) {
  return Outcome{{.status = 204, .headers = {{"Allow", allowed_at(call.request)}}}};
}

constexpr Route kOptions{
    .verb = Verb::options,
    .pattern = "",
    .handle = options,
    .doc = "What is possible at any path there is",
};

}  // namespace

std::span<const Route> routes() {
  static const auto all = [] {
    std::vector<Route> joined;
    for (const auto area : kAreas) {
      const auto rows = area();
      joined.insert(joined.end(), rows.begin(), rows.end());
    }
    return joined;
  }();
  return all;
}

Answer<Match> match(const Request& request) {
  const Verb wanted = request.verb == Verb::head ? Verb::get : request.verb;
  for (const Route& route : routes()) {
    if (route.verb != wanted) continue;
    if (auto variables = fit(route.pattern, request)) return Match{&route, std::move(*variables)};
  }
  const auto allowed = allowed_at(request);
  if (allowed.empty()) return tl::unexpected(not_found(request));
  if (wanted == Verb::options) return Match{&kOptions};
  return tl::unexpected(wrong_verb(request, allowed));
}

}  // namespace control
