// The command line by CLI11: all commands put together. Their options are in cli_*.cpp.
#include "app/cli.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli_parts.hpp"
#include "app/mistakes.hpp"
#include "app/usage.hpp"
#include "app/version.hpp"

namespace app {

namespace {

constexpr const char* kAbout =
    "A mail exchanger that fails on purpose, and tells you whether your sender coped.";

constexpr const char* kFooter = R"(
Examples:
  failmx serve --scenario disk-full        SMTP on 127.0.0.1:1025, control API on :8025
  failmx serve --smtp 127.0.0.1:0 --http 127.0.0.1:0 --ready-file ready.json
  failmx test disk-full -- ./send.sh       did it retry? exit status: the verdict
  failmx verify --http http://127.0.0.1:8025 --policy mta
  failmx check my-scenario.toml
  failmx list --tag storage
  failmx show full-twice > mine.toml
  failmx help                              what else there is to read
)";

// Everything the parser writes to.
struct Targets {
  Serve serve{};
  detail::ServeTexts serve_texts{};
  Test test{};
  detail::TestTexts test_texts{};
  Verify verify{};
  std::string wait = "0s";
  Check check{};
  List list{};
  Show show{};
  Health health{};
  std::string patience = "2s";
  Help help{};
};

void build(CLI::App& app, Targets& targets) {
  app.name("failmx");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag(
      "--version", fmt::format("failmx {}", kVersion), "Print the version and exit"
  );
  detail::add_serve(app, targets.serve, targets.serve_texts);
  targets.test.smtp = targets.test.smtps = targets.test.http = "127.0.0.1:0";
  targets.test.drain = std::chrono::seconds(2);
  detail::add_test(app, targets.test, targets.test_texts);
  detail::add_verify(app, targets.verify, targets.wait);

  auto& check = *app.add_subcommand(
      "check", "Validate scenario files; exit 2 and all errors if there are any"
  );
  check.add_option("FILE", targets.check.files, "Scenario files")->required()->type_name("");

  auto& list = *app.add_subcommand("list", "List the known scenarios and policies");
  list.add_option("--tag", targets.list.tag, "Only those with this tag")->type_name("T");
  detail::add_scenarios(list, targets.list.scenarios);

  auto& show =
      *app.add_subcommand("show", "Print a scenario or policy as TOML, to copy and change");
  show.add_option("NAME", targets.show.name, "A name as in 'failmx list': full-twice, policy:mta")
      ->required()
      ->type_name("");
  detail::add_scenarios(show, targets.show.scenarios);

  app.add_subcommand("schema", "Print the JSON Schema of scenario files, for editors");

  detail::add_health(app, targets.health, targets.patience);

  auto& help = *app.add_subcommand("help", "Explain a topic: actions, keys, stages, routes, ...");
  help.add_option("TOPIC", targets.help.topic, "What to explain; left out: what there is")
      ->type_name("");
}

Test test_of(Targets& targets) {
  auto& test = targets.test;
  if (const auto timeout = base::parse_duration(targets.test_texts.timeout)) {
    test.timeout = *timeout;
  }
  test.log = detail::logging_of(targets.test_texts.log);
  test.until = targets.test_texts.until == "exit" ? Until::exit : Until::verdict;
  return test;
}

std::optional<Command> chosen(const CLI::App& app, Targets& targets) {
  const auto is = [&app](const char* name) { return app.got_subcommand(name); };
  if (is("serve")) {
    auto& serve = targets.serve;
    serve.drain = base::parse_duration(targets.serve_texts.drain).value_or(serve.drain);
    serve.log = detail::logging_of(targets.serve_texts.log);
    const auto given = [&app](const char* option) {
      return app.get_subcommand("serve")->count(option) > 0;
    };
    serve.smtp_given = given("--smtp");
    serve.http_given = given("--http");
    serve.scenario_given = given("--scenario");
    return serve;
  }
  if (is("test")) return test_of(targets);
  if (is("verify")) {
    targets.verify.wait = base::parse_duration(targets.wait).value_or(targets.verify.wait);
    if (targets.verify.journal.empty() && targets.verify.http.empty()) {
      const char* const http = std::getenv("FAILMX_HTTP");
      if (http != nullptr) targets.verify.http = http;
    }
    return targets.verify;
  }
  if (is("check")) return targets.check;
  if (is("list")) return targets.list;
  if (is("show")) return targets.show;
  if (is("schema")) return Schema{};
  if (is("health")) {
    auto& health = targets.health;
    health.timeout = base::parse_duration(targets.patience).value_or(health.timeout);
    return health;
  }
  if (is("help")) return targets.help;
  return std::nullopt;
}

// What stands behind the first "--" of `test`, taken out of `arguments`: none of our business but
// to run it.
std::vector<std::string> take_command(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "test") return {};
  const auto mark = std::find(arguments.begin(), arguments.end(), "--");
  if (mark == arguments.end()) return {};
  std::vector<std::string> command(mark + 1, arguments.end());
  arguments.erase(mark, arguments.end());
  return command;
}

// What cannot be told from one option alone; empty: all is well.
std::string contradiction(const Command& command, const Targets& targets) {
  for (const auto* texts : {&targets.serve_texts.log, &targets.test_texts.log}) {
    if (texts->quiet && texts->verbose) return "--quiet and --verbose exclude each other";
  }
  if (const auto* test = std::get_if<Test>(&command)) {
    if (test->command.empty()) return "test needs a command behind '--', such as -- ./send.sh";
  }
  if (const auto* verify = std::get_if<Verify>(&command)) {
    if (verify->journal.empty() && verify->http.empty()) {
      return "verify needs a journal file, or --http with the URL of a running failmx";
    }
    if (!verify->journal.empty() && !verify->http.empty()) {
      return "verify takes a journal file or --http, not both";
    }
    if (!verify->journal.empty() && verify->wait.count() > 0) {
      return "--wait goes with --http: nothing more will come in a journal file";
    }
  }
  return {};
}

}  // namespace

CommandLine parse(const std::vector<std::string>& all) {
  auto arguments = all;
  auto behind = take_command(arguments);
  CLI::App app(kAbout);
  Targets targets;
  build(app, targets);
  Mistakes mistakes;
  collect(app, mistakes);
  try {
    // CLI11 takes them from the back.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& success) {
    std::ostringstream out;
    std::ostringstream err;
    app.exit(success, out, err);
    return {.out = out.str()};
  } catch (const CLI::ParseError& error) {
    return bad_usage(app, error, arguments, mistakes);
  }
  const auto refused = told(mistakes, app, arguments);
  if (!refused.empty()) return bad_usage(app, refused);
  targets.test.command = std::move(behind);
  auto command = chosen(app, targets);
  const auto wrong = command ? contradiction(*command, targets) : std::string();
  if (!wrong.empty()) return bad_usage(app, {wrong});
  return {.command = std::move(command)};
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
