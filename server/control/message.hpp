// Between Beast's HTTP messages and the plain requests and responses of the control API, both ways.
// No socket, no waiting. Any thread.
#pragma once

#include <cstddef>

#include <boost/beast/http.hpp>

#include "base/result.hpp"
#include "control/http.hpp"

namespace control {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;
using BeastResponse = boost::beast::http::response<boost::beast::http::string_body>;

// Why a request could not be read, for the client; the limits are in octets.
[[nodiscard]] ApiError unreadable(
    const boost::system::error_code& error, std::size_t max_header, std::size_t max_body
);

// True when the client sends its body only after it was told to (RFC 9110 10.1.1).
[[nodiscard]] bool wants_continue(const BeastRequest& request);

// An error when the request target is not a path.
[[nodiscard]] base::Result<Request> read_request(BeastRequest&& from);

// `verb` is that of the request, `version` its HTTP version as Beast counts (11: HTTP/1.1).
[[nodiscard]] BeastResponse to_message(
    const Response& response, Verb verb, unsigned version, bool keep_alive
);

}  // namespace control
