// The options of `serve`, and those that others share. Every one has an environment variable, so
// that a container needs neither a file nor an entry script.
#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli_parts.hpp"
#include "base/text.hpp"
#include "control/address.hpp"

namespace app::detail {

namespace {

constexpr const char* kServeFooter = R"(
When both ports accept, one line goes to standard output:
  failmx ready smtp=127.0.0.1:1025 http=127.0.0.1:8025 receiver=default scenario=addresses seed=1

SIGTERM, SIGHUP or Ctrl-C lets open transactions finish, writes the journal and exits 0; a second one exits
at once. Exit status: 0 done, 1 failed (a port in use), 2 bad usage or a scenario with errors.

--config names a TOML file that declares receivers, with the keys of PUT /v1/receivers/NAME:
  [receivers.full]
  scenario = "disk-full"            # a name, or a file beside this one: "./mine.toml"
  domains = ["full.test"]           # reached over the shared port of 'default', or ...
  listeners = [{ address = "127.0.0.1:2525" }]     # ... over ports of its own
There is always a receiver 'default': from --scenario, --seed and --smtp, or [receivers.default] if the file has
it. The file may also set http, smtp and scenarios. What the command line or the environment says goes before it.

Examples:
  failmx serve                                       the scenario 'addresses': the address says what fails
  failmx serve --scenario full-twice --seed 7
  failmx serve --scenario ./mine.toml --journal run.ndjson
  FAILMX_SCENARIO=healthy FAILMX_LISTEN_SMTP=0.0.0.0:25 FAILMX_TOKEN=secret failmx serve
)";

}  // namespace

std::string check_address(const std::string& text) {
  const auto address = control::parse_address(text);
  return address ? "" : fmt::format("{}; {}", address.error().message, address.error().hint);
}

std::string check_duration(const std::string& text) {
  const auto duration = base::parse_duration(text);
  return duration ? "" : fmt::format("{}; {}", duration.error().message, duration.error().hint);
}

// CLI11 would take "-1" for a very large unsigned number.
std::string check_whole_number(const std::string& text) {
  constexpr std::size_t kDigits = 18;
  const bool whole =
      !text.empty() && text.size() <= kDigits &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return whole ? "" : fmt::format("'{}' is not a whole number", base::printable(text, 80));
}

void add_scenarios(CLI::App& command, std::string& target) {
  command
      .add_option("--scenarios", target, "Folder of *.toml files that add to the shipped scenarios")
      ->type_name("DIR")
      ->envname("FAILMX_SCENARIOS");
}

void add_seed(CLI::App& command, Serving& serving) {
  command.add_option("--seed", serving.seed, "Seed of all random draws, instead of the scenario's")
      ->type_name("N")
      ->check(check_whole_number);
}

void add_token(CLI::App& command, std::string& token) {
  command.add_option("--token", token, "Bearer token that every API request must carry")
      ->type_name("TOKEN")
      ->envname("FAILMX_TOKEN");
}

void add_tls(CLI::App& command, Serving& serving) {
  command
      .add_option(
          "--tls-ca",
          serving.tls_ca,
          "Write the certificate of the authority that clients are to trust to this file"
      )
      ->type_name("F.pem")
      ->envname("FAILMX_TLS_CA");
  command
      .add_option(
          "--tls-certificate",
          serving.tls_certificate,
          "Certificate of your own, with its chain, instead of one made at start"
      )
      ->type_name("F.pem")
      ->envname("FAILMX_TLS_CERTIFICATE");
  command.add_option("--tls-key", serving.tls_key, "Its private key, without a passphrase")
      ->type_name("F.pem")
      ->envname("FAILMX_TLS_KEY");
}

void add_open(CLI::App& command, Serving& serving) {
  command.add_flag("--open", serving.open, "Let other machines in without a token")
      ->envname("FAILMX_OPEN");
}

namespace {

void add_serve_addresses(CLI::App& command, Serve& serve) {
  command.add_option("--smtp", serve.smtp, "Where SMTP is spoken; port 0: any free port")
      ->type_name("ADDR:PORT")
      ->check(check_address)
      ->envname("FAILMX_LISTEN_SMTP")
      ->capture_default_str();
  command
      .add_option(
          "--smtps",
          serve.smtps,
          "Where SMTP is spoken inside TLS (RFC 8314); port 0: any free port"
      )
      ->type_name("ADDR:PORT")
      ->check(check_address)
      ->envname("FAILMX_LISTEN_SMTPS");
  command
      .add_option("--lmtp", serve.lmtp, "Where LMTP is spoken (RFC 2033); port 0: any free port")
      ->type_name("ADDR:PORT")
      ->check(check_address)
      ->envname("FAILMX_LISTEN_LMTP");
  command.add_option("--http", serve.http, "Where the control API answers; port 0: any free port")
      ->type_name("ADDR:PORT")
      ->check(check_address)
      ->envname("FAILMX_LISTEN_HTTP")
      ->capture_default_str();
  add_tls(command, serve);
  add_token(command, serve.token);
  add_open(command, serve);
  command
      .add_option(
          "--allow-host", serve.allow_hosts, "Host name the API may be addressed by; repeatable"
      )
      ->type_name("NAME")
      ->take_all()
      ->delimiter(',')
      ->allow_extra_args(false)
      ->envname("FAILMX_ALLOW_HOST");
}

}  // namespace

void add_serve(CLI::App& app, Serve& serve, std::string& drain) {
  auto& command =
      *app.add_subcommand("serve", "Run the receiver and its control API until told to stop");
  command.footer(kServeFooter);
  // So that a wrapper script's options can be overridden.
  command.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  command
      .add_option(
          "--scenario",
          serve.scenario,
          "Scenario of the receiver 'default': a name (failmx list) or a file"
      )
      ->type_name("NAME|FILE")
      ->envname("FAILMX_SCENARIO")
      ->capture_default_str();
  command.add_option("--config", serve.config, "TOML file that declares receivers; see below")
      ->type_name("FILE")
      ->envname("FAILMX_CONFIG");
  add_scenarios(command, serve.scenarios);
  add_seed(command, serve);
  command.get_option("--seed")->envname("FAILMX_SEED");
  add_serve_addresses(command, serve);
  command
      .add_option(
          "--max-connections",
          serve.max_connections,
          "SMTP connections at once; further ones get 421"
      )
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
      ->envname("FAILMX_MAX_CONNECTIONS")
      ->capture_default_str();
  command
      .add_option(
          "--journal-events", serve.journal_events, "Events kept in memory for each receiver"
      )
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}))
      ->envname("FAILMX_JOURNAL_EVENTS")
      ->capture_default_str();
  command
      .add_option(
          "--journal",
          serve.journal,
          "Write all events to this file as well, one JSON object a line"
      )
      ->type_name("F.ndjson")
      ->envname("FAILMX_JOURNAL");
  command
      .add_option(
          "--ready-file",
          serve.ready_file,
          "Write the real ports to this file as JSON when both accept"
      )
      ->type_name("F")
      ->envname("FAILMX_READY_FILE");
  command.add_option("--drain", drain, "How long open transactions may take at the end")
      ->type_name("D")
      ->check(check_duration)
      ->envname("FAILMX_DRAIN")
      ->capture_default_str();
}

}  // namespace app::detail
