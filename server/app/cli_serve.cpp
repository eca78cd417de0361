// The options of `serve`. Every one has an environment variable, so
// that a container needs neither a file nor an entry script.
#include <CLI/CLI.hpp>

#include "app/cli_parts.hpp"

namespace app::detail {

namespace {

constexpr const char* kServeFooter = R"(
When both ports accept, one line goes to standard output:
  failmx ready smtp=127.0.0.1:1025 http=127.0.0.1:8025 receiver=default scenario=addresses seed=1

SIGTERM, SIGHUP or Ctrl-C lets open transactions finish, writes the journal and exits 0; a second one exits
at once. Exit status: 0 done; 2 nothing was started: bad usage, a scenario with errors, a port in use, a file
that cannot be read or written; 1 failed later.

The log goes to standard error: lines for people on a terminal, else one JSON object a line.

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

void add_serve(CLI::App& app, Serve& serve, ServeTexts& texts) {
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
          "Write all events to this file as well, one JSON object a line; replaces what is there"
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
  command.add_option("--drain", texts.drain, "How long open transactions may take at the end")
      ->type_name("D")
      ->check(check_duration)
      ->envname("FAILMX_DRAIN")
      ->capture_default_str();
  add_log(
      command,
      texts.log,
      "Log warnings and errors only",
      "Log every connection, command, reply and decision, too"
  );
}

}  // namespace app::detail
