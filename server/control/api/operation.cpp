// Is the program alive, is it fit for use, and which version is it: for supervisors and people.
#include <boost/json.hpp>

#include "control/api/api.hpp"
#include "control/openapi.hpp"

namespace control::api {

namespace {

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

Answer<Outcome> openapi(Api& /*api*/, const Call& /*call*/) {
  return Outcome{{.body = openapi_json()}};
}

Answer<Outcome> authority(Api& api, const Call& /*call*/) {
  return Outcome{{.content_type = "application/x-pem-file", .body = api.authority_pem}};
}

constexpr ReplyDoc kAlive[] = {{200, "The program runs", "Status"}};
constexpr ReplyDoc kReady[] = {
    {200, "The program is fit for use", "Status"},
    {503, "It is not, for these reasons", "Errors"},
};
constexpr ReplyDoc kVersion[] = {{200, "Name and version", "Version"}};

constexpr std::string_view kPem[] = {"application/x-pem-file"};
constexpr ReplyDoc kAuthority[] = {{200, "A certificate as PEM", "", kPem}};

constexpr ReplyDoc kOpenApi[] = {{200, "An OpenAPI 3.1 document", "OpenApi"}};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/livez",
     .handle = livez,
     .doc = "The program runs",
     .replies = kAlive,
     .token = Token::not_needed},
    {.verb = Verb::get,
     .pattern = "/readyz",
     .handle = readyz,
     .doc = "The program is fit for use; 503 and why if it is not",
     .replies = kReady,
     .token = Token::not_needed},
    {.verb = Verb::get,
     .pattern = "/version",
     .handle = version,
     .doc = "Name and version of the program",
     .replies = kVersion},
    {.verb = Verb::get,
     .pattern = "/v1/tls/authority",
     .handle = authority,
     .doc = "The certificate of the authority that TLS clients are to trust, as PEM",
     .replies = kAuthority},
    {.verb = Verb::get,
     .pattern = "/openapi.json",
     .handle = openapi,
     .doc = "This API for programs: an OpenAPI 3.1 document",
     .replies = kOpenApi},
};

}  // namespace

std::span<const Route> operation_routes() {
  return kRoutes;
}

}  // namespace control::api
