// The scenarios that receivers can be given by name: what there is, their texts, and texts put or
// only checked. A text comes and goes as it was written, TOML or JSON.
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/accept.hpp"
#include "control/api/api.hpp"
#include "control/api/body.hpp"
#include "control/library.hpp"
#include "scenario/handshakes.hpp"

namespace control::api {

namespace {

namespace json = boost::json;

constexpr std::string_view kToml = "application/toml";
constexpr std::string_view kPlain = "text/plain";
constexpr std::string_view kScenarioMedia[] = {kToml, kJson, kPlain};
constexpr std::string_view kTextForms[] = {kJson, kToml, kPlain};

json::object summary_of(const Library::Entry& entry) {
  json::array tags;
  for (const auto& tag : entry.tags) tags.emplace_back(tag);
  return {
      {"name", entry.name},
      {"summary", entry.summary},
      {"source", entry.from},
      {"tags", std::move(tags)},
      {"origin", name_of(entry.origin)}};
}

json::object shape(const Library::Entry& entry) {
  auto out = summary_of(entry);
  out["format"] = entry.source.format == Source::Format::toml ? "toml" : "json";
  out["text"] = entry.source.text;
  return out;
}

// ---- a text in a body

// The body as a scenario called `name`.
Source source_in(const Call& call, std::string name) {
  const auto format = call.media == kJson ? Source::Format::json : Source::Format::toml;
  return {format, "body", call.request.body, std::move(name)};
}

// What is wrong with it. No TOML begins like an object: a client that sent JSON did not say so.
std::vector<Problem> errors_in(
    const Source& source, const std::vector<base::Diagnostic>& diagnostics
) {
  auto errors = problems_of(diagnostics, base::Severity::error, "");
  const auto first = source.text.find_first_not_of(" \t\r\n");
  const bool object = first != std::string::npos && source.text[first] == '{';
  if (source.format == Source::Format::toml && object && !errors.empty()) {
    errors.front().hint = "if this is JSON, send it with Content-Type: application/json";
  }
  return errors;
}

// The same, and the TLS of it that cannot be had.
std::vector<Problem> errors_in(
    Api& api, const Source& source, const base::Loaded<scenario::ScenarioPtr>& loaded
) {
  if (!loaded.ok()) return errors_in(source, loaded.diagnostics);
  const auto& scenario = **loaded.value;
  return problems_of(
      api.fleet.prepare(scenario.profile.hostname, scenario::handshakes_of(scenario)), "body"
  );
}

// The entry that the path's first variable names, or 404.
Answer<const Library::Entry*> entry_in_path(Api& api, const Call& call) {
  const std::string& name = call.variables.front();
  if (const auto* found = api.library.entry(name)) return found;
  const auto wrong = api.library.find(name).error();
  return refuse(Fault::not_found, {call.request.path, wrong.message, wrong.hint});
}

// ---- handlers

Answer<Outcome> scenarios(Api& api, const Call& /*call*/) {
  json::array items;
  for (const auto* entry : api.library.all()) items.push_back(summary_of(*entry));
  return Outcome{json_response({{"items", std::move(items)}, {"next", nullptr}})};
}

Answer<Outcome> scenario(Api& api, const Call& call) {
  const auto entry = entry_in_path(api, call);
  if (!entry) return tl::unexpected(entry.error());
  const auto& source = (*entry)->source;
  const auto form = preferred(call.request, kTextForms);
  const bool as_toml = form && kTextForms[*form] == kToml;
  if (!form || (as_toml && source.format != Source::Format::toml)) {
    return refuse(
        Fault::not_acceptable,
        {"Accept",
         as_toml ? std::string("this scenario was put as JSON")
                 : fmt::format(
                       "'{}' is none of the forms of a scenario",
                       base::printable(call.request.header("Accept").value_or(""), 200)
                   ),
         fmt::format("there is: {}", fmt::join(kTextForms, ", "))}
    );
  }
  if (kTextForms[*form] == kJson) return Outcome{json_response(shape(**entry))};
  return Outcome{
      {.content_type = fmt::format("{}; charset=utf-8", kTextForms[*form]), .body = source.text}};
}

ApiError full(Library::Full why) {
  const bool many = why == Library::Full::scenarios;
  return {
      Fault::conflict,
      {{"body",
        many ? fmt::format("{} scenarios have been put already", Library::kMostPut)
             : fmt::format(
                   "all scenarios that were put may have {} MiB together",
                   Library::kMostPutOctets / 1024 / 1024
               ),
        "delete some, or put this one under the name of another"}}};
}

Answer<Outcome> put_scenario(Api& api, const Call& call) {
  const std::string& name = call.variables.front();
  if (!is_plain_name(name)) {
    return refuse(
        Fault::invalid,
        {call.request.path,
         fmt::format("'{}' is no name for a scenario", base::printable(name, 80)),
         std::string(kPlainNameHint)}
    );
  }
  auto source = source_in(call, name);
  const auto loaded = load(source, std::nullopt);
  if (auto errors = errors_in(api, source, loaded); !errors.empty()) {
    return tl::unexpected(ApiError{Fault::invalid, std::move(errors)});
  }
  const bool toml = source.format == Source::Format::toml;
  source.file = fmt::format("{}.{}", name, toml ? "toml" : "json");
  if (const auto why = api.library.put(name, std::move(source), **loaded.value)) {
    return tl::unexpected(full(*why));
  }
  auto out = shape(*api.library.entry(name));
  out["warnings"] = to_json(problems_of(loaded.diagnostics, base::Severity::warning, ""));
  return Outcome{json_response(out)};
}

Answer<Outcome> delete_scenario(Api& api, const Call& call) {
  const auto entry = entry_in_path(api, call);
  if (!entry) return tl::unexpected(entry.error());
  if ((*entry)->origin != Library::Origin::api) {
    return refuse(
        Fault::conflict,
        {call.request.path,
         fmt::format("the scenario '{}' was not put over the API", (*entry)->name),
         "only those with the origin 'api' can be deleted; PUT hides one until it is deleted again"}
    );
  }
  auto out = json_response(shape(**entry));
  api.library.remove(call.variables.front());
  return Outcome{std::move(out)};
}

Answer<Outcome> check_scenario(Api& api, const Call& call) {
  const auto source = source_in(call, "scenario");
  const auto loaded = load(source, std::nullopt);
  const auto errors = errors_in(api, source, loaded);
  return Outcome{json_response(
      {{"ok", errors.empty()},
       {"errors", to_json(errors)},
       {"warnings", to_json(problems_of(loaded.diagnostics, base::Severity::warning, ""))}}
  )};
}

// ---- rows

constexpr std::string_view kExample =
    "name = \"full-once\"\n[[rule]]\nat = \"rcpt\"\ntimes = 1\n"
    "reply = \"452 4.3.1 Mail system full\"\n";
constexpr BodyDoc kText{.schema = "Scenario", .example = kExample, .media = kScenarioMedia};
constexpr ReplyDoc kListReplies[] = {{200, "All scenarios, by name", "Scenarios"}};
constexpr ReplyDoc kTextReplies[] = {
    {200, "What it is, and its text", "ScenarioText", kTextForms},
    {406, "Accept names none of these forms", "Errors"},
};
constexpr ReplyDoc kPutReplies[] = {
    {200, "The scenario as it is kept, and its warnings", "ScenarioText"},
    {409, "There are too many already", "Errors"},
};
constexpr ReplyDoc kDeleteReplies[] = {
    {200, "The scenario as it was", "ScenarioText"},
    {409, "It is shipped, or from a folder", "Errors"},
};
constexpr ReplyDoc kCheckReplies[] = {{200, "All that was found", "ScenarioCheck"}};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/v1/scenarios",
     .handle = scenarios,
     .doc = "All scenarios that receivers can be given by name",
     .replies = kListReplies},
    {.verb = Verb::post,
     .pattern = "/v1/scenarios/check",
     .handle = check_scenario,
     .doc = "Says what is wrong with a scenario, TOML or JSON, without keeping it",
     .body = &kText,
     .replies = kCheckReplies},
    {.verb = Verb::get,
     .pattern = "/v1/scenarios/{name}",
     .handle = scenario,
     .doc = "One scenario; as text alone by Accept",
     .replies = kTextReplies},
    {.verb = Verb::put,
     .pattern = "/v1/scenarios/{name}",
     .handle = put_scenario,
     .doc = "Keeps a scenario, TOML or JSON, for receivers that are put from now on",
     .body = &kText,
     .replies = kPutReplies},
    {.verb = Verb::del,
     .pattern = "/v1/scenarios/{name}",
     .handle = delete_scenario,
     .doc = "Forgets a scenario that was put; one that it hid is found again",
     .replies = kDeleteReplies},
};

}  // namespace

std::span<const Route> scenarios_routes() {
  return kRoutes;
}

}  // namespace control::api
