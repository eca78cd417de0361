// From a request to its handler: what every handler would otherwise have to check of the body.
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/routes.hpp"
#include "document/parse.hpp"

namespace control {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

// "{}" says as little as nothing, and many clients send it with every POST.
std::optional<ApiError> refuse_body(std::string_view body) {
  if (body.empty() || body == "{}") return std::nullopt;
  return ApiError{Fault::malformed, {{"body", "a body is not possible here", "send none, or {}"}}};
}

// The media type of the body, as the route writes it. What `curl -d` says of any body without being
// asked counts as nothing said.
Answer<std::string_view> media_of(const Request& request, const BodyDoc& doc) {
  const auto header = request.header("content-type");
  const auto named = trimmed(header ? header->substr(0, header->find(';')) : std::string_view{});
  if (named.empty() || base::same_text(named, "application/x-www-form-urlencoded")) {
    return doc.media.front();
  }
  for (const auto known : doc.media) {
    if (base::same_text(named, known)) return known;
  }
  return refuse(
      Fault::unsupported_media,
      {"Content-Type",
       fmt::format("'{}' is not read here", base::printable(named, 80)),
       fmt::format("there is: {}", fmt::join(doc.media, ", "))}
  );
}

ApiError malformed(document::Diagnostics& findings) {
  ApiError error{Fault::malformed};
  for (const auto& diagnostic : findings.take()) {
    error.problems.push_back(to_problem(diagnostic, ""));
  }
  return error;
}

Outcome handled(Api& api, const Call& call) {
  auto outcome = call.route.handle(api, call);
  if (!outcome) return {to_response(outcome.error())};
  return std::move(*outcome);
}

// Calls the handler of a route that takes a body.
Outcome with_body(Api& api, Call& call) {
  const BodyDoc& doc = *call.route.body;
  const auto media = media_of(call.request, doc);
  if (!media) return {to_response(media.error())};
  auto text = trimmed(call.request.body);
  if (text.empty() && doc.required) {
    const Problem missing{"body", "the body is missing", fmt::format("send {}", doc.example)};
    return {to_response(ApiError{Fault::malformed, {missing}})};
  }
  if (!text.empty()) call.media = *media;
  if (*media != kJson) return handled(api, call);

  document::Diagnostics findings("body");
  const auto body = document::parse_json(text.empty() ? "{}" : text, findings);
  if (!body) return {to_response(malformed(findings))};
  call.body = &*body;
  call.findings = &findings;
  return handled(api, call);
}

}  // namespace

Query Call::query() const {
  return {request, route.parameters};
}

Outcome answer(Api& api, const Request& request, const Match& match, base::TimePoint now) {
  Call call{request, *match.route, match.variables, now};
  // Routes without parameters refuse all of them here, so that no handler can forget to.
  if (match.route->parameters.empty()) {
    if (const auto error = call.query().error()) return {to_response(*error)};
  }
  if (match.route->body != nullptr) return with_body(api, call);
  if (const auto error = refuse_body(trimmed(request.body))) return {to_response(*error)};
  return handled(api, call);
}

}  // namespace control
