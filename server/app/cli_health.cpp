// The options of `health`, and where it looks when nobody says: at the server that this environment
// would start.
#include <cstdlib>

#include <CLI/CLI.hpp>

#include "app/cli_parts.hpp"
#include "control/address.hpp"

namespace app::detail {

namespace {

constexpr const char* kFooter = R"(
Exit status: 0 it is ready, 1 it is not (or draining), 2 bad usage. In a container FAILMX_LISTEN_HTTP says where it
listens, so that no option is needed:
  HEALTHCHECK CMD ["failmx", "health"]
)";

std::string default_url() {
  const char* const listen = std::getenv("FAILMX_LISTEN_HTTP");
  const bool given = listen != nullptr && *listen != '\0';
  auto address = control::parse_address(given ? listen : Serve{}.http);
  if (!address) return "http://" + Serve{}.http;
  if (address->is_any()) address->ip = *base::parse_ip(address->ip.is_v4() ? "127.0.0.1" : "::1");
  return "http://" + control::to_string(*address);
}

}  // namespace

void add_health(CLI::App& app, Health& health, std::string& timeout) {
  auto& command =
      *app.add_subcommand("health", "Ask a running failmx whether it is ready; exit 0 or 1");
  command.footer(kFooter);
  command.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  health.http = default_url();
  command.add_option("--http", health.http, "Its control API")
      ->type_name("URL")
      ->envname("FAILMX_HTTP")
      ->capture_default_str();
  command.add_option("--timeout", timeout, "How long to wait for the answer")
      ->type_name("D")
      ->check(check_duration)
      ->capture_default_str();
  add_token(command, health.token);
  command.add_flag("-q,--quiet", health.quiet, "Say nothing if it is ready")->check(check_yes_no);
}

}  // namespace app::detail
