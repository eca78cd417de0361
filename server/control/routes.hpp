// The control API's table of routes and the way from a request to its answer. A new endpoint is a
// function in api/ and a row in routes.cpp. Called from the control thread alone.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "control/fleet.hpp"
#include "control/http.hpp"
#include "control/query.hpp"
#include "journal/journal.hpp"
#include "receiver/registry.hpp"

namespace control {

// What handlers work on; owned by whoever puts the program together.
struct Api {
  journal::Journal& journal;
  receiver::Registry& registry;
  Fleet& fleet;
  FindScenario find_scenario;
  std::string version;
  // Why the program is not fit for use (a journal file that cannot be written); empty: it is.
  std::function<std::vector<Problem>()> unready;
  // Listeners reachable from outside this machine may be asked for.
  bool open = false;
  // The text of a known policy; empty: there is none.
  FindPolicy find_policy{};
};

struct Route;

// One request on its way through its route.
struct Call {
  const Request& request;
  const Route& route;
  std::vector<std::string> variables;  // what stood for {..} in the pattern, in order
  base::TimePoint now;

  [[nodiscard]] Query query() const;
};

enum class Token : std::uint8_t { needed, not_needed };

struct Route {
  Verb verb;
  std::string_view pattern;  // "/v1/receivers/{name}"
  Answer<Outcome> (*handle)(Api&, const Call&);
  std::string_view doc;  // one sentence without a full stop
  std::span<const ParameterDoc> parameters;
  Token token = Token::needed;
  std::vector<ParameterDoc> (*members
  )() = nullptr;  // of the JSON object in the body; none: no body
};

[[nodiscard]] std::span<const Route> routes();

// The route of a request, or the error to answer with: 404, or 405 with Allow. HEAD goes the way of
// GET.
struct Match {
  const Route* route = nullptr;
  std::vector<std::string> variables{};
};

[[nodiscard]] Answer<Match> match(const Request& request);

// Calls the route's handler; errors come as responses. A wait uses `api` and nothing else that is
// passed here.
[[nodiscard]] Outcome answer(
    Api& api, const Request& request, const Match& match, base::TimePoint now
);

// The table as text, for `failmx help api` and the reference.
[[nodiscard]] std::string describe_routes();

}  // namespace control
