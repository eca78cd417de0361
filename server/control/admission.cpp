// Admission: see the header.
#include "control/admission.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ip.hpp"
#include "base/text.hpp"

namespace control {

namespace {

// Takes as long for a wrong token as for the right one, so that it cannot be guessed bit by bit.
bool same_secret(std::string_view given, std::string_view secret) {
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto expected = static_cast<unsigned char>(secret[i % secret.size()]);
    difference |= static_cast<unsigned>(static_cast<unsigned char>(given[i]) ^ expected);
  }
  return difference == 0;
}

bool bears_token(const Request& request, std::string_view token) {
  constexpr std::string_view kScheme = "bearer ";
  const auto given = request.header("authorization");
  if (!given || given->size() < kScheme.size()) return false;
  if (!base::same_text(given->substr(0, kScheme.size()), kScheme)) return false;
  return same_secret(given->substr(kScheme.size()), token);
}

// "host:port", "[::1]:port" or either without a port, without it and without brackets.
std::string_view without_port(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const auto end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  return host.substr(0, host.rfind(':'));
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
  const auto host = request.header("host");
  if (!host || !allows_host(admission, *host)) {
    const auto what = host
                          ? fmt::format("host '{}' is not this server", base::printable(*host, 100))
                          : std::string("the request has no Host header");
    return ApiError{
        Fault::misdirected,
        {{"Host", what, "use an IP address or localhost, or start with --allow-host NAME"}}};
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
