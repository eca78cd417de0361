// Messages and values: see the header.
#include "control/message.hpp"

#include <string>
#include <utility>

#include <boost/beast/core/string.hpp>
#include <fmt/format.h>

namespace control {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

// What a request smuggles into a header must not become a header, or an answer, of its own.
bool is_one_line(std::string_view value) {
  constexpr std::string_view kEnds("\r\n\0", 3);
  return value.find_first_of(kEnds) == std::string_view::npos;
}

}  // namespace

ApiError unreadable(
    const boost::system::error_code& error, std::size_t max_header, std::size_t max_body
) {
  if (error == http::error::body_limit) {
    const auto most = fmt::format("at most {} octets are read", max_body);
    return {Fault::body_too_large, {{"body", "the body is too long", most}}};
  }
  if (error == http::error::header_limit) {
    const auto most = fmt::format("at most {} octets are read", max_header);
    return {Fault::headers_too_large, {{"headers", "the headers are too long", most}}};
  }
  const auto what = fmt::format("this is not HTTP/1.1: {}", error.message());
  return {Fault::malformed, {{"request", what, ""}}};
}

bool wants_continue(const BeastRequest& request) {
  return beast::iequals(request[http::field::expect], "100-continue");
}

base::Result<Request> read_request(BeastRequest&& from) {
  Request request;
  const auto verb = from.method_string();
  request.method.assign(verb.data(), verb.size());
  request.verb = verb_named(request.method);
  for (const auto& field : from) {
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  const auto target = from.target();
  if (auto read = read_target({target.data(), target.size()}, request); !read) {
    return tl::unexpected(std::move(read.error()));
  }
  request.body = std::move(from.body());
  return request;
}

BeastResponse to_message(const Response& response, Verb verb, unsigned version, bool keep_alive) {
  BeastResponse out{static_cast<http::status>(response.status), version};
  out.set(http::field::server, "failmx");
  // 204 has no content, not even an empty one (RFC 9110 8.6).
  const bool has_content = response.status != 204;
  if (has_content) out.set(http::field::content_type, response.content_type);
  out.set(http::field::cache_control, "no-store");
  for (const Field& field : response.headers) {
    if (is_one_line(field.value)) out.set(field.name, field.value);
  }
  out.keep_alive(keep_alive);
  if (has_content) out.content_length(response.body.size());
  // HEAD gets the headers of GET without the body (RFC 9110 9.3.2).
  if (verb != Verb::head) out.body() = response.body;
  return out;
}

}  // namespace control
