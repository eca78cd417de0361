// THE TABLE of the control API, and how a request finds its row.
#include "control/routes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"

namespace control {

namespace {

constexpr ParameterDoc kAfter{
    "after", "N", "only what comes after this cursor: a former 'next' or 'last'"};
constexpr ParameterDoc kLimit{"limit", "N", "at most so many items (default 1000, at most 10000)"};
constexpr ParameterDoc kReceiver{
    "receiver", "NAME", "of this receiver; may be left out while there is only one"};

// clang-format off
constexpr std::array kEventParameters = {
    ParameterDoc{"receiver",   "NAME",  "of this receiver; repeatable; default all"},
    ParameterDoc{"kind",       "KIND",  "of this kind: connected, command, reply, ended, ...; several by commas"},
    ParameterDoc{"stage",      "STAGE", "at this stage: connect, ehlo, mail, rcpt, ...; several by commas"},
    ParameterDoc{"connection", "N",     "of this connection; several by commas"},
    ParameterDoc{"code",       "NNN",   "with this reply code; several by commas"},
    ParameterDoc{"rule",       "NAME",  "of this rule; repeatable"},
    ParameterDoc{"subject",    "GLOB",  "whose subject (an address, a name) matches"},
    kAfter,
    kLimit,
    ParameterDoc{"wait",       "10s",   "if there is no such event yet, wait so long for one (at most 60s)"},
};
constexpr std::array kAttemptParameters = {
    kReceiver,
    ParameterDoc{"sender",    "GLOB",    "whose sender matches"},
    ParameterDoc{"recipient", "GLOB",    "whose recipient matches"},
    ParameterDoc{"scope",     "SCOPE",   "of this scope: client, sender, delivery; several by commas"},
    ParameterDoc{"outcome",   "OUTCOME", "that ended so: open, accepted, deferred, rejected, lost, abandoned; several by commas"},
    kAfter,
    kLimit,
};
constexpr std::array kDeliveryParameters = {
    kReceiver,
    ParameterDoc{"sender",    "GLOB",  "whose sender matches"},
    ParameterDoc{"recipient", "GLOB",  "whose recipient matches"},
    ParameterDoc{"state",     "STATE", "in this state: open, accepted, deferred, rejected, lost, abandoned; several by commas"},
    kAfter,
    kLimit,
};
constexpr std::array kOneDeliveryParameters = {kReceiver};
constexpr std::array kReportParameters = {
    kReceiver,
    ParameterDoc{"domain", "DOMAIN", "only mail to this recipient domain"},
};

constexpr std::array kRoutes = {
    Route{Verb::get,   "/livez",                       api::livez,        "The program runs",                                                      {}, Token::not_needed},
    Route{Verb::get,   "/readyz",                      api::readyz,       "The program is fit for use; 503 and why if it is not",                  {}, Token::not_needed},
    Route{Verb::get,   "/version",                     api::version,      "Name and version of the program",                                       {}},
    Route{Verb::get,   "/v1/events",                   api::events,       "What crossed the wire, in order",                                       kEventParameters},
    Route{Verb::get,   "/v1/attempts",                 api::attempts,     "Tries to hand over mail, in order of their beginning",                  kAttemptParameters},
    Route{Verb::get,   "/v1/deliveries",               api::deliveries,   "Messages to recipients, each with its attempts",                        kDeliveryParameters},
    Route{Verb::get,   "/v1/deliveries/{id}",          api::delivery,     "One delivery with its attempts",                                        kOneDeliveryParameters},
    Route{Verb::get,   "/v1/receivers",                api::receivers,    "All receivers",                                                         {}},
    Route{Verb::get,   "/v1/receivers/{name}",         api::receiver,     "One receiver: scenario, listeners, state, counts",                      {}},
    Route{Verb::put,   "/v1/receivers/{name}",         api::put_receiver, "Makes or changes a receiver; answers when it is in force",              {}, Token::needed, api::put_receiver_members},
    Route{Verb::patch, "/v1/receivers/{name}/state",   api::patch_state,  "Changes a receiver's state; answers with the receiver",                 {}, Token::needed, api::patch_state_members},
    Route{Verb::post,  "/v1/receivers/{name}/offered", api::offered,      "Says that a message was submitted: the occasion that 'suppressed' needs", {}, Token::needed, api::offered_members},
    Route{Verb::post,  "/v1/verify",                   api::verify,       "The verdict on a sender: JSON, text or JUnit XML, by Accept",           {}, Token::needed, api::verify_members},
    Route{Verb::get,   "/v1/report",                   api::report,       "The verdict by the scenario's own expectations, as it stands now",      kReportParameters},
};

// clang-format on

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

ApiError not_found(const Request& request) {
  std::vector<std::string_view> patterns;
  for (const Route& route : kRoutes) patterns.push_back(route.pattern);
  const auto near = base::nearest(request.path, patterns);
  return {
      Fault::not_found,
      {{request.path,
        "there is nothing here",
        near ? fmt::format("did you mean '{}'?", *near)
             : std::string("'failmx help routes' lists what there is")}}};
}

ApiError wrong_verb(const Request& request, const std::vector<std::string_view>& allowed) {
  const auto allow = fmt::format("{}", fmt::join(allowed, ", "));
  const auto verb = request.verb == Verb::other ? base::printable(request.method, 40)
                                                : std::string(name_of(request.verb));
  return {
      Fault::wrong_verb,
      {{request.path,
        fmt::format("{} is not possible here", verb),
        fmt::format("possible: {}", allow)}},
      {{"Allow", allow}}};
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Query Call::query() const {
  return {request, route.parameters};
}

Answer<Match> match(const Request& request) {
  const Verb wanted = request.verb == Verb::head ? Verb::get : request.verb;
  std::vector<std::string_view> allowed;
  for (const Route& route : kRoutes) {
    auto variables = fit(route.pattern, request);
    if (!variables) continue;
    if (route.verb == wanted) return Match{&route, std::move(*variables)};
    allowed.push_back(name_of(route.verb));
    if (route.verb == Verb::get) allowed.push_back(name_of(Verb::head));
  }
  if (allowed.empty()) return tl::unexpected(not_found(request));
  return tl::unexpected(wrong_verb(request, allowed));
}

Outcome answer(Api& api, const Request& request, const Match& match, base::TimePoint now) {
  const Call call{request, *match.route, match.variables, now};
  // Routes without parameters refuse all of them here, so that no handler can forget to.
  if (match.route->parameters.empty()) {
    if (const auto error = call.query().error()) return {to_response(*error)};
  }
  auto outcome = match.route->handle(api, call);
  if (!outcome) return {to_response(outcome.error())};
  return std::move(*outcome);
}

namespace {

void describe(
    const std::vector<ParameterDoc>& parameters, std::string_view lead, std::string& out
) {
  for (const ParameterDoc& p : parameters) {
    const auto left =
        fmt::format("{}{}{}", lead, p.name, lead == "?" ? fmt::format("={}", p.form) : "");
    out += fmt::format("      {:<24} {}", left, p.doc);
    if (lead != "?") out += fmt::format(" ({})", p.form);
    out += '\n';
  }
}

}  // namespace

std::string describe_routes() {
  std::string out;
  for (const Route& route : kRoutes) {
    out += fmt::format("  {:<6} {}\n      {}\n", name_of(route.verb), route.pattern, route.doc);
    describe({route.parameters.begin(), route.parameters.end()}, "?", out);
    if (route.members != nullptr) describe(route.members(), "", out);
  }
  return out;
}

}  // namespace control
