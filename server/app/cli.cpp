// The command line by CLI11. Every option of `serve` has an environment variable, so that a
// container needs neither a file nor an entry script.
#include "app/cli.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/usage.hpp"
#include "app/version.hpp"
#include "base/text.hpp"
#include "control/address.hpp"

namespace app {

namespace {

constexpr const char* kAbout =
    "A mail exchanger that fails on purpose, and tells you whether your sender coped.";

constexpr const char* kFooter = R"(
Examples:
  failmx serve --scenario disk-full        SMTP on 127.0.0.1:1025, control API on :8025
  failmx serve --smtp 127.0.0.1:0 --http 127.0.0.1:0 --ready-file ready.json
  failmx check my-scenario.toml
  failmx list --tag storage
  failmx show full-twice > mine.toml
  failmx help                              what else there is to read
)";

constexpr const char* kServeFooter = R"(
When both ports accept, one line goes to standard output:
  failmx ready smtp=127.0.0.1:1025 http=127.0.0.1:8025 receiver=default scenario=addresses seed=1

SIGTERM, SIGHUP or Ctrl-C lets open transactions finish, writes the journal and exits 0; a second one exits
at once. Exit status: 0 done, 1 failed (a port in use), 2 bad usage or a scenario with errors.

Examples:
  failmx serve                                       the scenario 'addresses': the address says what fails
  failmx serve --scenario full-twice --seed 7
  failmx serve --scenario ./mine.toml --journal run.ndjson
  FAILMX_SCENARIO=healthy FAILMX_LISTEN_SMTP=0.0.0.0:25 FAILMX_TOKEN=secret failmx serve
)";

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

void add_serve_addresses(CLI::App& command, Serve& serve) {
  command.add_option("--smtp", serve.smtp, "Where SMTP is spoken; port 0: any free port")
      ->type_name("ADDR:PORT")
      ->check(check_address)
      ->envname("FAILMX_LISTEN_SMTP")
      ->capture_default_str();
  command.add_option("--http", serve.http, "Where the control API answers; port 0: any free port")
      ->type_name("ADDR:PORT")
      ->check(check_address)
      ->envname("FAILMX_LISTEN_HTTP")
      ->capture_default_str();
  command.add_option("--token", serve.token, "Bearer token that every API request must carry")
      ->type_name("TOKEN")
      ->envname("FAILMX_TOKEN");
  command.add_flag("--open", serve.open, "Let other machines in without a token")
      ->envname("FAILMX_OPEN");
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
  add_scenarios(command, serve.scenarios);
  command.add_option("--seed", serve.seed, "Seed of all random draws, instead of the scenario's")
      ->type_name("N")
      ->check(check_whole_number)
      ->envname("FAILMX_SEED");
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

// Everything the parser writes to.
struct Targets {
  Serve serve{};
  std::string drain = "10s";
  Check check{};
  List list{};
  Show show{};
  Health health{};
  Help help{};
};

// Where `health` looks when nobody says: at the server that this environment would start.
std::string default_health_url() {
  const char* const listen = std::getenv("FAILMX_LISTEN_HTTP");
  auto address = control::parse_address(listen == nullptr ? Serve{}.http : listen);
  if (!address) return "http://" + Serve{}.http;
  if (address->is_any()) address->ip = *base::parse_ip(address->ip.is_v4() ? "127.0.0.1" : "::1");
  return "http://" + control::to_string(*address);
}

void build(CLI::App& app, Targets& targets) {
  app.name("failmx");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag(
      "--version", fmt::format("failmx {}", kVersion), "Print the version and exit"
  );
  add_serve(app, targets.serve, targets.drain);

  auto& check = *app.add_subcommand(
      "check", "Validate scenario files; exit 2 and all errors if there are any"
  );
  check.add_option("FILE", targets.check.files, "Scenario files")->required()->type_name("");

  auto& list = *app.add_subcommand("list", "List the known scenarios");
  list.add_option("--tag", targets.list.tag, "Only those with this tag")->type_name("T");
  add_scenarios(list, targets.list.scenarios);

  auto& show = *app.add_subcommand("show", "Print a scenario as TOML, to read, copy and change");
  show.add_option("NAME", targets.show.name, "A name as in 'failmx list'")
      ->required()
      ->type_name("");
  add_scenarios(show, targets.show.scenarios);

  app.add_subcommand("schema", "Print the JSON Schema of scenario files, for editors");

  auto& health =
      *app.add_subcommand("health", "Ask a running failmx whether it is alive; exit 0 or 1");
  targets.health.http = default_health_url();
  health.add_option("--http", targets.health.http, "Its control API")
      ->type_name("URL")
      ->envname("FAILMX_HTTP")
      ->capture_default_str();

  auto& help = *app.add_subcommand("help", "Explain a topic: actions, keys, stages, routes, ...");
  help.add_option("TOPIC", targets.help.topic, "What to explain; left out: what there is")
      ->type_name("");
}

std::optional<Command> chosen(const CLI::App& app, Targets& targets) {
  const auto is = [&app](const char* name) { return app.got_subcommand(name); };
  if (is("serve")) {
    targets.serve.drain = base::parse_duration(targets.drain).value_or(targets.serve.drain);
    return targets.serve;
  }
  if (is("check")) return targets.check;
  if (is("list")) return targets.list;
  if (is("show")) return targets.show;
  if (is("schema")) return Schema{};
  if (is("health")) return targets.health;
  if (is("help")) return targets.help;
  return std::nullopt;
}

}  // namespace

CommandLine parse(const std::vector<std::string>& arguments) {
  CLI::App app(kAbout);
  Targets targets;
  build(app, targets);
  try {
    // CLI11 takes them from the back.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& success) {
    std::ostringstream out;
    std::ostringstream err;
    app.exit(success, out, err);
    return {.out = out.str()};
  } catch (const CLI::ParseError& error) {
    return bad_usage(app, error, arguments);
  }
  return {.command = chosen(app, targets)};
}

std::string help_of(std::string_view command) {
  CLI::App app(kAbout);
  Targets targets;
  build(app, targets);
  for (const auto* found : app.get_subcommands({})) {
    if (found->get_name() == command) return found->help("failmx");
  }
  return {};
}

}  // namespace app
