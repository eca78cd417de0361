// The OpenAPI document: see the header.
#include "control/openapi.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "control/openapi_parts.hpp"
#include "control/schemas.hpp"

namespace control {

namespace {

namespace json = boost::json;

// ---- names

std::vector<std::string_view> parts_of(std::string_view pattern) {
  std::vector<std::string_view> out;
  for (std::size_t from = 1; from <= pattern.size();) {
    const auto slash = std::min(pattern.find('/', from), pattern.size());
    out.push_back(pattern.substr(from, slash - from));
    from = slash + 1;
  }
  return out;
}

bool is_variable(std::string_view part) {
  return part.starts_with('{');
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    out += std::isalnum(octet) != 0 ? static_cast<char>(std::tolower(octet)) : '_';
  }
  return out;
}

// "deliveries" -> "delivery", "rules" -> "rule"
std::string singular(std::string_view plural) {
  if (plural.ends_with("ies")) return fmt::format("{}y", plural.substr(0, plural.size() - 3));
  if (plural.ends_with('s')) plural.remove_suffix(1);
  return std::string(plural);
}

struct Tag {
  std::string_view name;
  std::string_view doc;
  std::vector<std::string_view> ends;  // of patterns, without their last variable
};

const std::vector<Tag>& tags() {
  static const std::vector<Tag> all = {
      {"state", "What a receiver is doing, and changes to it", {"state", "rules", "offered"}},
      {"receivers", "Simulated receiving systems", {"receivers", "reset", "journal"}},
      {"scenarios", "What receivers can be told to be", {"scenarios", "check"}},
      {"evidence",
       "What crossed the wire, and what was made of it",
       {"events", "why", "connections", "attempts", "deliveries", "messages", "raw"}},
      {"verdict", "Did the sender cope", {"verify", "report", "explain"}},
      {"operation", "For supervisors and tools", {}},
  };
  return all;
}

std::string_view tag_of(const Route& route) {
  auto parts = parts_of(route.pattern);
  if (is_variable(parts.back())) parts.pop_back();
  for (const Tag& tag : tags()) {
    if (std::find(tag.ends.begin(), tag.ends.end(), parts.back()) != tag.ends.end()) {
      return tag.name;
    }
  }
  return tags().back().name;
}

// ---- parameters

json::object variable(std::string_view name, std::string_view of) {
  const bool number = name == "id" || name == "seq";
  const auto what = name == "name" ? fmt::format("The name of the {}", singular(of))
                                   : fmt::format("The number of the {}", singular(of));
  json::object schema{{"type", number ? "integer" : "string"}};
  if (number) {
    schema["minimum"] = 0;
  } else {
    schema["minLength"] = 1;
  }
  const auto example = number              ? json::value(1)
                       : of == "scenarios" ? json::value("healthy")
                                           : json::value("default");
  return {
      {"name", name},
      {"in", "path"},
      {"required", true},
      {"description", what},
      {"schema", std::move(schema)},
      {"example", example}};
}

json::array parameters_of(const Route& route) {
  json::array out;
  const auto parts = parts_of(route.pattern);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (!is_variable(parts[i])) continue;
    out.push_back(variable(parts[i].substr(1, parts[i].size() - 2), parts[i - 1]));
  }
  for (const ParameterDoc& doc : route.parameters) {
    json::object one{
        {"name", doc.name},
        {"in", "query"},
        {"description", doc.doc},
        {"schema", json::parse(doc.schema)}};
    if (!doc.example.empty()) one["example"] = json::parse(doc.example);
    out.push_back(std::move(one));
  }
  return out;
}

// ---- bodies

json::object object_of(const std::vector<MemberDoc>& members) {
  json::object properties;
  json::array required;
  for (const MemberDoc& member : members) {
    json::object property;
    if (!member.schema.empty()) property = json::parse(member.schema).as_object();
    property["description"] = member.doc;
    properties[member.name] = std::move(property);
    if (member.required) required.emplace_back(member.name);
  }
  json::object out{
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

json::object body_of(const BodyDoc& body) {
  json::object content;
  for (const auto media : body.media) {
    const bool first = media == body.media.front();
    if (!is_json(media)) {
      json::value example = first ? json::value(body.example) : json::value();
      content[media] = media_object({{"type", "string"}}, std::move(example));
      continue;
    }
    auto schema = body.members != nullptr ? object_of(body.members()) : reference_to(body.schema);
    auto example =
        first && !body.example.empty() ? json::parse(body.example) : example_of(body.schema);
    content[media] = media_object(std::move(schema), std::move(example));
  }
  return {{"required", body.required}, {"content", std::move(content)}};
}

// ---- the whole

json::object operation(const Route& route) {
  json::object out{
      {"operationId", operation_id(route)},
      {"summary", route.doc},
      {"tags", json::array{tag_of(route)}},
      {"parameters", parameters_of(route)},
      {"responses", responses_of(route)}};
  if (route.body != nullptr) out["requestBody"] = body_of(*route.body);
  if (route.token == Token::not_needed) out["security"] = json::array();
  return out;
}

json::object paths() {
  json::object out;
  for (const Route& route : routes()) {
    auto& path = out[route.pattern];
    if (!path.is_object()) path = json::object();
    path.as_object()[lower(name_of(route.verb))] = operation(route);
  }
  return out;
}

json::object document() {
  json::array all_tags;
  for (const Tag& tag : tags()) {
    all_tags.push_back({{"name", tag.name}, {"description", tag.doc}});
  }
  return {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "failmx control API"},
        {"version", "1"},
        {"description",
         "Drives failmx, a mail receiver that fails on purpose, and asks whether the sender coped. "
         "HEAD is answered like GET; OPTIONS says what is possible at a path. The token is needed "
         "only where the program was started with one."}}},
      {"tags", std::move(all_tags)},
      {"security", json::array{{{"bearer", json::array()}}}},
      {"paths", paths()},
      {"components",
       {{"schemas", component_schemas()},
        {"responses", common_responses()},
        {"securitySchemes", {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
  };
}

}  // namespace

std::string operation_id(const Route& route) {
  auto out = lower(name_of(route.verb));
  const auto parts = parts_of(route.pattern);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == "v1" || is_variable(parts[i])) continue;
    const bool one = i + 1 < parts.size() && is_variable(parts[i + 1]);
    out += '_' + (one ? singular(parts[i]) : lower(parts[i]));
  }
  return out;
}

const std::string& openapi_json() {
  static const std::string text = json::serialize(document()) + "\n";
  return text;
}

}  // namespace control
