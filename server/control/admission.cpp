// Admission: see the header.
#include "control/admission.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ip.hpp"
#include "base/text.hpp"
#include "control/secret.hpp"

namespace control {

namespace {

bool bears_token(const Request& request, std::string_view token) {
  constexpr std::string_view kScheme = "bearer ";
  const auto given = request.header("authorization");
  if (!given || given->size() < kScheme.size()) return false;
  if (!base::same_text(given->substr(0, kScheme.size()), kScheme)) return false;
  const auto guess = given->substr(kScheme.size());
  return same_secret(guess.begin(), guess.end(), token);
}

bool is_port(std::string_view text) {
  return text.empty() ||
         (text.front() == ':' && text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

// "host:port", "[::1]:port" or either without a port, without it and without brackets (RFC 9110
// 7.2); empty if it is something else.
std::string_view without_port(std::string_view host) {
  const bool bracketed = host.starts_with('[');
  const auto end = host.find(bracketed ? ']' : ':');
  if (end == std::string_view::npos) return bracketed ? std::string_view{} : host;
  if (!is_port(host.substr(bracketed ? end + 1 : end))) return {};
  return bracketed ? host.substr(1, end - 1) : host.substr(0, end);
}

// A page of another site can have a browser send simple requests here without asking first (no CORS
// preflight); the browser then says where the page came from.
bool is_cross_site(const Request& request, std::string_view host) {
  const auto site = request.header("sec-fetch-site");
  if (site && base::same_text(*site, "cross-site")) return true;
  const auto origin = request.header("origin");
  if (!origin) return false;
  const auto scheme = origin->find("://");
  return scheme == std::string_view::npos || !base::same_text(origin->substr(scheme + 3), host);
}

ApiError two_hosts() {
  return {Fault::malformed, {{"Host", "there is more than one Host header", "send one"}}};
}

}  // namespace

bool allows_host(const Admission& admission, std::string_view host) {
  const auto name = without_port(host);
  if (base::parse_ip(name)) return true;
  const auto is_name = [name](std::string_view known) {
    return !known.empty() && base::same_text(name, known);
  };
  return is_name("localhost") || is_name(admission.hostname) ||
         std::any_of(admission.hosts.begin(), admission.hosts.end(), is_name);
}

std::optional<ApiError> turn_away(
    const Admission& admission, const Request& request, bool needs_token
) {
  const auto hosts =
      std::count_if(request.headers.begin(), request.headers.end(), [](const Field& field) {
        return base::same_text(field.name, "host");
      });
  if (hosts > 1) return two_hosts();
  const auto host = request.header("host");
  if (!host || !allows_host(admission, *host)) {
    const auto what = host
                          ? fmt::format("host '{}' is not this server", base::printable(*host, 100))
                          : std::string("the request has no Host header");
    return ApiError{
        Fault::misdirected,
        {{"Host", what, "use an IP address or localhost, or start with --allow-host NAME"}}};
  }
  if (is_cross_site(request, *host)) {
    return ApiError{
        Fault::forbidden,
        {{"Origin", "a page of another site may not ask here", "ask from a program, not a page"}}};
  }
  if (needs_token && !admission.token.empty() && !bears_token(request, admission.token)) {
    return ApiError{
        Fault::unauthorized,
        {{"Authorization",
          "the token is missing or wrong",
          "send 'Authorization: Bearer TOKEN' with the value of --token or FAILMX_TOKEN"}},
        {{"WWW-Authenticate", "Bearer realm=\"failmx\""}}};
  }
  return std::nullopt;
}

}  // namespace control
