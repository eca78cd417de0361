// What routes answer, as the OpenAPI document says it.
#include <string>

#include <fmt/format.h>

#include "control/openapi_parts.hpp"
#include "control/schemas.hpp"

namespace control {

namespace {

namespace json = boost::json;

struct Common {
  Fault fault;
  std::string_view name;
  std::string_view doc;
  bool (*applies)(const Route& route);
};

bool always(const Route&) {
  return true;
}

bool has_body(const Route& route) {
  return route.body != nullptr;
}

// Those that any row may be answered with, or follow from what it says.
constexpr Common kCommon[] = {
    {Fault::malformed, "Malformed", "This is no request that can be read", always},
    {Fault::unauthorized,
     "Unauthorized",
     "The token is missing or wrong",
     [](const Route& route) { return route.token == Token::needed; }},
    {Fault::not_found,
     "NotFound",
     "There is nothing of that name",
     [](const Route& route) { return route.pattern.find('{') != std::string_view::npos; }},
    {Fault::body_too_large, "BodyTooLarge", "The body is too long", has_body},
    {Fault::unsupported_media, "UnsupportedMedia", "The body is of a wrong type", has_body},
    {Fault::forbidden, "Forbidden", "A page of another site asks, in a browser", always},
    {Fault::misdirected, "Misdirected", "The Host header names another server", always},
    {Fault::invalid, "Invalid", "Something in the request is wrong; all of it is listed", always},
    {Fault::headers_too_large, "HeadersTooLarge", "The headers are too long", always},
    {Fault::unavailable, "Unavailable", "There are too many connections", always},
};

json::object errors_content() {
  return {{kJson, media_object(reference_to("Errors"), example_of("Errors"))}};
}

json::object header(std::string_view doc) {
  return {{"description", doc}, {"schema", {{"type", "string"}}}, {"required", true}};
}

// All forms of a report together are another shape than the report.
std::string_view schema_in(std::string_view media, std::string_view schema) {
  return media == "application/vnd.failmx.reports+json" ? "ReportForms" : schema;
}

void add_reply(const ReplyDoc& reply, json::object& responses) {
  auto& slot = responses[std::to_string(reply.status)];
  if (!slot.is_object() || slot.as_object().contains("$ref")) {
    slot = {{"description", reply.doc}};
  }
  if (reply.status == 204) return;
  auto& response = slot.as_object();
  if (!response.contains("content")) response["content"] = json::object();
  auto& content = response["content"].as_object();
  for (const auto media : reply.media) {
    const auto schema = is_json(media) ? schema_in(media, reply.schema) : std::string_view{};
    content[media] = schema.empty() ? media_object({{"type", "string"}}, nullptr)
                                    : media_object(reference_to(schema), example_of(schema));
  }
  if (reply.status == 201) response["headers"] = {{"Location", header("Where it is found")}};
}

}  // namespace

json::object reference_to(std::string_view schema) {
  return {{"$ref", fmt::format("#/components/schemas/{}", schema)}};
}

bool is_json(std::string_view media) {
  return media == kJson || media.ends_with("+json");
}

json::object media_object(json::object schema, json::value example) {
  json::object out{{"schema", std::move(schema)}};
  if (!example.is_null()) out["example"] = std::move(example);
  return out;
}

json::object common_responses() {
  json::object out;
  for (const Common& common : kCommon) {
    json::object response{{"description", common.doc}, {"content", errors_content()}};
    if (common.fault == Fault::unauthorized) {
      response["headers"] = {{"WWW-Authenticate", header("Bearer, RFC 6750")}};
    }
    out[common.name] = std::move(response);
  }
  return out;
}

json::object responses_of(const Route& route) {
  json::object out;
  for (const Common& common : kCommon) {
    if (!common.applies(route)) continue;
    const auto place = fmt::format("#/components/responses/{}", common.name);
    out[std::to_string(static_cast<unsigned>(common.fault))] = {{"$ref", place}};
  }
  for (const ReplyDoc& reply : route.replies) add_reply(reply, out);
  return out;
}

}  // namespace control
