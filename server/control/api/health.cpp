// Is the program alive, is it fit for use, and which version is it: for supervisors and people.
#include <boost/json.hpp>

#include "control/api/api.hpp"

namespace control::api {

Answer<Outcome> livez(Api& /*api*/, const Call& /*call*/) {
  return Outcome{json_response({{"status", "alive"}})};
}

Answer<Outcome> readyz(Api& api, const Call& /*call*/) {
  auto problems = api.unready ? api.unready() : std::vector<Problem>{};
  if (!problems.empty()) return tl::unexpected(ApiError{Fault::unavailable, std::move(problems)});
  return Outcome{json_response({{"status", "ready"}})};
}

Answer<Outcome> version(Api& api, const Call& /*call*/) {
  return Outcome{json_response({{"name", "failmx"}, {"version", api.version}})};
}

}  // namespace control::api
