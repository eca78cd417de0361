// Who may ask at all: the Host header must name this server (against DNS rebinding: a web page
// whose name resolves to 127.0.0.1), and the bearer token must be right if there is one (RFC 6750).
// Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/http.hpp"

namespace control {

struct Admission {
  std::string token{};               // empty: none is asked for
  std::string hostname{};            // the machine's own name
  std::vector<std::string> hosts{};  // further names a client may use (--allow-host)
};

// True for an IP literal, localhost, the machine's own name or an allowed one; a port may follow.
[[nodiscard]] bool allows_host(const Admission& admission, std::string_view host);

// Why the request is turned away, or nullopt. `needs_token` is false for probes such as /livez.
[[nodiscard]] std::optional<ApiError> turn_away(
    const Admission& admission, const Request& request, bool needs_token
);

}  // namespace control
