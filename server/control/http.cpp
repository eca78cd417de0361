// HTTP values: see the header. Boost.URL takes targets apart (RFC 3986); nothing here parses bytes.
#include "control/http.hpp"

#include <array>
#include <cmath>

#include <boost/json.hpp>
#include <boost/url.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "document/write.hpp"

namespace control {

namespace {

constexpr std::array kVerbNames = {
    std::string_view{"GET"},
    std::string_view{"HEAD"},
    std::string_view{"POST"},
    std::string_view{"PUT"},
    std::string_view{"PATCH"},
    std::string_view{"DELETE"},
    std::string_view{"OPTIONS"},
};

}  // namespace

std::string_view name_of(Verb verb) {
  const auto i = static_cast<std::size_t>(verb);
  return i < kVerbNames.size() ? kVerbNames[i] : "OTHER";
}

Verb verb_named(std::string_view name) {
  for (std::size_t i = 0; i < kVerbNames.size(); ++i) {
    if (kVerbNames[i] == name) return static_cast<Verb>(i);
  }
  return Verb::other;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Field& field : headers) {
    if (base::same_text(field.name, name)) return field.value;
  }
  return std::nullopt;
}

base::Result<void> read_target(std::string_view target, Request& request) {
  const auto url = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!url) {
    return base::failure(
        fmt::format("request target '{}' is not a path", base::printable(target, 200)),
        "percent-encode what is not allowed in a URL"
    );
  }
  const auto path = url->encoded_path();
  request.path.assign(path.data(), path.size());
  request.segments.clear();
  for (const std::string& segment : url->segments()) request.segments.push_back(segment);
  request.query.clear();
  for (const auto& parameter : url->params()) {
    const bool empty = parameter.key.empty() && parameter.value.empty();  // "/livez?", "?a=1&"
    if (!empty) request.query.push_back({parameter.key, parameter.value});
  }
  return {};
}

namespace {

// What a client sent may be quoted in it, whatever octets those were.
std::string as_utf8(const std::string& text) {
  return base::is_utf8(text) ? text : base::printable(text, text.size());
}

}  // namespace

boost::json::array to_json(const std::vector<Problem>& problems) {
  boost::json::array out;
  for (const Problem& problem : problems) {
    out.push_back(
        {{"at", as_utf8(problem.at)},
         {"message", as_utf8(problem.message)},
         {"hint", as_utf8(problem.hint)}}
    );
  }
  return out;
}

boost::json::value json_number(double value) {
  constexpr double kExact = 9e15;  // whole numbers up to here have an exact double
  const bool whole = value == std::floor(value) && std::abs(value) < kExact;
  if (whole) return static_cast<std::int64_t>(value);
  return value;
}

boost::json::value json_seconds(base::Duration time) {
  const auto micros = std::chrono::round<base::Micros>(time);
  return json_number(static_cast<double>(micros.count()) / 1e6);
}

Response json_response(const boost::json::value& value) {
  return {.body = document::to_json(value) + "\n"};
}

Response to_response(const ApiError& error) {
  boost::json::object body;
  body["errors"] = to_json(error.problems);
  Response response = json_response(body);
  response.status = static_cast<unsigned>(error.fault);
  response.headers = error.headers;
  return response;
}

Problem to_problem(const base::Diagnostic& diagnostic, std::string_view prefix) {
  std::string at;
  if (diagnostic.line > 0) {
    at = fmt::format("{}:{}:{}", diagnostic.file, diagnostic.line, diagnostic.column);
  } else if (!diagnostic.pointer.empty() || !prefix.empty()) {
    at = fmt::format("{}{}", prefix, diagnostic.pointer);
  } else {
    at = diagnostic.file;
  }
  return {std::move(at), diagnostic.message, diagnostic.hint};
}

std::string hint_for(std::string_view word, const std::vector<std::string_view>& candidates) {
  if (const auto near = base::nearest(word, candidates)) {
    return fmt::format("did you mean '{}'?", *near);
  }
  if (candidates.empty()) return {};
  return fmt::format("there is: {}", fmt::join(candidates, ", "));
}

}  // namespace control
