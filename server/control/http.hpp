// HTTP as the control API sees it: requests and responses as plain values, and the one form of all
// errors: {"errors":[{"at","message","hint"}]}. No socket and no Beast here, so handlers are tested
// as functions. Values only, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>
#include <tl/expected.hpp>

#include "base/result.hpp"
#include "base/time.hpp"

namespace control {

enum class Verb : std::uint8_t { get, head, post, put, patch, del, options, other };
[[nodiscard]] std::string_view name_of(Verb verb);
[[nodiscard]] Verb verb_named(std::string_view name);  // upper case, as on the wire

struct Field {
  std::string name{};
  std::string value{};
};

struct Request {
  Verb verb = Verb::get;
  std::string method{};                 // as sent: what Verb::other stands for
  std::string path{};                   // as sent, without the query: "/v1/receivers/a%20b"
  std::vector<std::string> segments{};  // the path's parts, decoded
  std::vector<Field> query{};           // decoded, in order; a parameter may be repeated
  std::vector<Field> headers{};
  std::string body{};

  // The first header of that name (ASCII case ignored), or nullopt.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

// Sets path, segments and query from a request target in origin form (RFC 9112 3.2.1). "+" in the
// query is a blank.
[[nodiscard]] base::Result<void> read_target(std::string_view target, Request& request);

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body{};
  std::vector<Field> headers{};
};

struct Outcome;

// Whether a look may be answered with another wait.
enum class Chance : std::uint8_t { another, last };

// Nothing to answer with yet: look again when the journal has grown, at `again`, and a last time
// `longest` after the request came.
struct Wait {
  base::Duration longest{0};
  std::function<Outcome(base::TimePoint now, Chance chance)> look{};
  std::optional<base::TimePoint> again{};  // also when nothing has happened
  bool spaced = false;  // looking is much work: not too often, however fast the journal grows
};

// An answer without an end: what there is now, and then whatever comes, until the client leaves or
// the server stops.
struct Feed {
  std::string content_type{};
  std::function<std::string(base::TimePoint now)> more{};  // empty: nothing for now
  base::Duration heartbeat{0};                             // after so long without anything ...
  std::string heartbeat_text{};                            // ... this is sent
};

struct Outcome {
  Response response;  // means nothing while there is a wait or a feed
  std::optional<Wait> wait{};
  std::optional<Feed> feed{};
};

// One thing wrong with a request. `at`: a JSON pointer into the body, "?name" for a query
// parameter, file:line:column for a document, or the path.
struct Problem {
  std::string at{};
  std::string message{};
  std::string hint{};

  bool operator==(const Problem&) const = default;
};

// What went wrong, as the HTTP status it is answered with.
enum class Fault : std::uint16_t {
  malformed = 400,
  unauthorized = 401,
  forbidden = 403,
  not_found = 404,
  wrong_verb = 405,
  not_acceptable = 406,
  timeout = 408,
  conflict = 409,
  body_too_large = 413,
  unsupported_media = 415,
  misdirected = 421,  // the Host header names somebody else (RFC 9110 15.5.20)
  invalid = 422,
  headers_too_large = 431,
  unavailable = 503,
};

struct ApiError {
  Fault fault = Fault::invalid;
  std::vector<Problem> problems{};
  std::vector<Field> headers{};
};

template <typename T>
using Answer = tl::expected<T, ApiError>;

[[nodiscard]] inline tl::unexpected<ApiError> refuse(Fault fault, Problem problem) {
  return tl::unexpected(ApiError{fault, {std::move(problem)}});
}

[[nodiscard]] Response to_response(const ApiError& error);

[[nodiscard]] Response json_response(const boost::json::value& value);

// A number that people can read: whole ones without a point.
[[nodiscard]] boost::json::value json_number(double value);

// Seconds, to the microsecond.
[[nodiscard]] boost::json::value json_seconds(base::Duration time);

[[nodiscard]] boost::json::array to_json(const std::vector<Problem>& problems);

// A finding about a document. `prefix` is put before JSON pointers: where in the body the document
// stands.
[[nodiscard]] Problem to_problem(const base::Diagnostic& diagnostic, std::string_view prefix);

// "did you mean 'x'?", or what there is ("one of a, b, c") when nothing is near.
[[nodiscard]] std::string hint_for(
    std::string_view word, const std::vector<std::string_view>& candidates
);

}  // namespace control
