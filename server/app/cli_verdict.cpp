// The options of `test` and `verify`: who is to be judged, by what, and where the report goes.
#include <memory>

#include <CLI/CLI.hpp>

#include "app/cli_parts.hpp"

namespace app::detail {

namespace {

constexpr const char* kExits = R"(
Exit status: 0 all checks passed, 1 a check failed, 2 bad usage or a scenario with errors,
3 inconclusive)";

constexpr const char* kTestFooter =
    R"(, 4 the command failed; in order of precedence 2, 1, 4, 3, 0. Ctrl-C: the report
so far, and 130.

The command finds in its environment where to send: FAILMX_SMTP (127.0.0.1:40125), SMTP_HOST,
SMTP_PORT, and the control API in FAILMX_HTTP (http://127.0.0.1:40126); FAILMX_SMTPS is the port
where TLS comes first, and with --tls-ca FAILMX_CA names its file. Its input and output are those of
failmx. The test is over when a check has failed, or when the command has ended and the
verdict is certain: every check has seen what it judges, nothing it selected is still on its way,
and what must not happen has not happened for long enough. A command that fails, with nobody
connecting within 5 s of its end, ends it too.

Examples:
  failmx test disk-full -- ./send-campaign.sh
  failmx test full-twice --messages 3 --junit failmx.xml -- python3 send.py --count 3
  failmx test ./mine.toml --policy mta --timeout 5m -- make send-all
)";

constexpr const char* kVerifyFooter = R"(.

Examples:
  failmx verify --http http://127.0.0.1:8025 --wait 2m     wait until the verdict is certain
  failmx verify run.ndjson                                 the journal of a run that is over
  failmx verify run.ndjson --policy mta --junit failmx.xml
)";

// CLI11 knows nothing of what stands behind "--".
class TestUsage : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* /*app*/, std::string name) const override {
    return "Usage: " + name + " [OPTIONS] SCENARIO -- COMMAND...\n";
  }
};

std::string check_until(const std::string& text) {
  return text == "verdict" || text == "exit" ? "" : "'" + text + "' is neither verdict nor exit";
}

void add_judged(CLI::App& command, Judged& judged) {
  command
      .add_option(
          "--expect",
          judged.expect,
          "File with [[expect]] tables, instead of what the scenario expects"
      )
      ->type_name("F.toml");
  command
      .add_option(
          "--policy",
          judged.policies,
          "Shipped policy (failmx list), instead of what the scenario expects; repeatable"
      )
      ->type_name("NAME")
      ->take_all()
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--junit", judged.junit, "Write the report to this file as JUnit XML")
      ->type_name("F");
  command.add_option("--report", judged.report, "Write the report to this file as JSON")
      ->type_name("F");
}

// So that a wrapper script's options can be overridden.
void take_last(CLI::App& command) {
  command.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void add_ending(CLI::App& command, Test& test, TestTexts& texts) {
  command
      .add_option(
          "--messages", test.messages, "At least so many deliveries must be seen before it is over"
      )
      ->type_name("N")
      ->check(check_whole_number)
      ->capture_default_str();
  command
      .add_option(
          "--timeout",
          texts.timeout,
          "Judge after so long as things stand; default: the last possible deadline, at most 10m"
      )
      ->type_name("D")
      ->check(check_duration);
  command
      .add_option(
          "--until",
          texts.until,
          "What ends it: a certain verdict, or the end of the command and nothing else"
      )
      ->type_name("verdict|exit")
      ->check(check_until)
      ->capture_default_str();
}

}  // namespace

void add_test(CLI::App& app, Test& test, TestTexts& texts) {
  auto& command = *app.add_subcommand(
      "test", "Run a command against a scenario and judge what it sent; exit 0 or 1"
  );
  command.footer(std::string(kExits) + kTestFooter);
  command.formatter(std::make_shared<TestUsage>());
  take_last(command);
  command.add_option("SCENARIO", test.scenario, "A name (failmx list) or a file")
      ->required()
      ->type_name("");
  add_scenarios(command, test.scenarios);
  add_ending(command, test, texts);
  add_judged(command, test);
  command
      .add_option(
          "--journal",
          test.journal,
          "Write all events to this file, for failmx verify; replaces what is there"
      )
      ->type_name("F.ndjson");
  add_seed(command, test);
  command.add_option("--smtp", test.smtp, "Where SMTP is spoken; port 0: any free port")
      ->type_name("ADDR:PORT")
      ->check(check_address)
      ->capture_default_str();
  command.add_option("--http", test.http, "Where the control API answers; port 0: any free port")
      ->type_name("ADDR:PORT")
      ->check(check_address)
      ->capture_default_str();
  command
      .add_option(
          "--smtps", test.smtps, "Where SMTP is spoken inside TLS (RFC 8314); port 0: any free port"
      )
      ->type_name("ADDR:PORT")
      ->check(check_address)
      ->capture_default_str();
  add_tls(command, test);
  for (const auto* name : {"--tls-ca", "--tls-certificate", "--tls-key"}) {
    command.get_option(name)->envname("");
  }
  add_token(command, test.token);
  add_open(command, test);
  add_log(
      command,
      texts.log,
      "Say nothing but the verdict",
      "Log every connection, command, reply and decision"
  );
  for (const auto* name : {"--log", "--quiet", "--verbose"}) {
    command.get_option(name)->envname("");
  }
}

void add_verify(CLI::App& app, Verify& verify, std::string& wait) {
  auto& command =
      *app.add_subcommand("verify", "Judge a running failmx, or a journal file; exit as test does");
  command.footer(std::string(kExits) + kVerifyFooter);
  take_last(command);
  command.add_option("JOURNAL", verify.journal, "Journal file of a run that is over")
      ->type_name("");
  // No envname(): it may stand in the environment although a file is named.
  command
      .add_option(
          "--http", verify.http, "Control API of a running failmx; default $FAILMX_HTTP, if set"
      )
      ->type_name("URL");
  add_judged(command, verify);
  command
      .add_option("--receiver", verify.receiver, "Which receiver; may be left out for one alone")
      ->type_name("R");
  command.add_option("--domain", verify.domain, "Judge only mail to this recipient domain")
      ->type_name("DOMAIN");
  command
      .add_option(
          "--wait", wait, "With --http: wait until the verdict is certain, at most so long (10m)"
      )
      ->type_name("D")
      ->check(check_duration);
  add_token(command, verify.token);
}

}  // namespace app::detail
