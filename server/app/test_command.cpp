// The beginning and the end of a test; its middle is test_run.cpp.
#include "app/test_command.hpp"

#include <algorithm>
#include <csignal>
#include <span>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "app/certificates.hpp"
#include "app/child.hpp"
#include "app/console.hpp"
#include "app/running.hpp"
#include "app/test_run.hpp"
#include "app/verdict.hpp"
#include "control/address.hpp"

namespace app {

namespace {

constexpr base::Duration kMostTimeout = std::chrono::minutes(10);
constexpr base::Duration kToBegin = std::chrono::seconds(30);  // until the first message comes

// What is checked before anything is started.
struct Prepared {
  Catalogue catalogue;
  control::Source source;
  scenario::ScenarioPtr scenario;
  Given given;
  std::vector<verify::Expectation> expectations;  // those that hold at the start
};

bool can_write_files(const Test& options, std::ostream& err) {
  const bool good = can_write_results(options, err);
  const auto journal = check_writable(options.journal);
  if (!journal) complain(journal.error(), err);
  return good && journal.has_value();
}

// Those of the scenario, read as the run will read them.
std::vector<verify::Expectation> expectations_of(const scenario::Scenario& scenario) {
  return control::expected_by({.scenario = scenario.name, .expect = scenario.expect}).expectations;
}

std::optional<Prepared> prepare(const Test& options, std::ostream& err) {
  const auto program = Child::find_program(options.command.front());
  if (!program) complain(program.error(), err);
  auto catalogue = scenarios_with(options.scenarios, err);
  if (!catalogue) return std::nullopt;
  auto source = checked_scenario(options, *catalogue, err);
  auto given = read_given(options, err);
  const bool writable = can_write_files(options, err);
  if (!program || !source || !given || !writable) return std::nullopt;
  const auto loaded = control::load(*source, options.seed);
  auto scenario = *loaded.value;
  auto expectations = given->expected ? given->expected->expectations : expectations_of(*scenario);
  if (expectations.empty()) {
    complain(
        {fmt::format("the scenario '{}' expects nothing of a sender", scenario->name),
         "add [[expect]] to it, or say what is expected: --expect FILE, or --policy NAME "
         "('failmx list' names them)"},
        err
    );
    return std::nullopt;
  }
  return Prepared{
      std::move(*catalogue),
      std::move(*source),
      std::move(scenario),
      std::move(*given),
      std::move(expectations)};
}

base::Duration timeout_of(const Test& options, const Prepared& prepared) {
  if (options.timeout) return *options.timeout;
  const auto latest = last_deadline(prepared.expectations, prepared.scenario->scale);
  return std::min(latest + kToBegin + prepared.scenario->slack, kMostTimeout);
}

// An address that this machine's own programs can use.
control::Address reachable(const std::string& text) {
  auto address = *control::parse_address(text);
  if (address.is_any()) address.ip = *base::parse_ip(address.ip.is_v4() ? "127.0.0.1" : "::1");
  return address;
}

Child::Variables variables_for(const Ready& ready, const Test& options) {
  const auto smtp = reachable(ready.ports.front().address);
  Child::Variables variables = {
      {"FAILMX_SMTP", control::to_string(smtp)},
      {"FAILMX_HTTP", "http://" + control::to_string(reachable(ready.http))},
      {"SMTP_HOST", base::to_string(smtp.ip)},
      {"SMTP_PORT", std::to_string(smtp.port)},
  };
  for (const auto& port : ready.ports) {
    if (port.service.tls != receiver::TlsMode::implicit) continue;
    variables.emplace_back("FAILMX_SMTPS", control::to_string(reachable(port.address)));
  }
  if (!options.tls_ca.empty()) variables.emplace_back("FAILMX_CA", options.tls_ca);
  if (!options.token.empty()) variables.emplace_back("FAILMX_TOKEN", options.token);
  return variables;
}

std::string beginning(const Ready& ready, base::Duration timeout) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(timeout);
  return fmt::format(
      "failmx: testing with scenario={} seed={} scale={} smtp={} http={} timeout={}\n",
      ready.scenario,
      ready.seed,
      ready.scale,
      ready.ports.front().address,
      ready.http,
      base::format_duration(seconds)
  );
}

// Why the report comes now, where that is not because the verdict is certain.
void tell_end(const TestRun& run, const Child& child, std::ostream& err) {
  if (run.was_interrupted()) err << "failmx: interrupted; the report so far:\n";
  if (run.timed_out() && !run.was_interrupted()) {
    err << "failmx: the time is over (--timeout); the report as things stand:\n";
  }
  if (child.has_failed() && !run.was_interrupted()) {
    const auto& ended = *child.ended();
    err
        << (ended.signal != 0
                ? fmt::format("failmx: the command died of signal {}\n", ended.signal)
                : fmt::format("failmx: the command failed with exit status {}\n", ended.status));
  }
  err.flush();
}

verify::Report report_of(const Running& running, const Given& given) {
  verify::Report report;
  running.receiver().look([&](const journal::Account& account) {
    report = report_at_end(account, kReceiver, running.began(), given, {});
  });
  return report;
}

// From the start of the command to the report; the exit status.
int run_and_judge(
    const Test& options,
    const Prepared& prepared,
    Running& running,
    TestRun& run,
    const Ready& ready,
    std::ostream& out,
    std::ostream& err
) {
  Child child;
  if (const auto started = child.start(options.command, variables_for(ready, options)); !started) {
    complain(started.error(), err);
    return kBadUsage;
  }
  run.run(running.receiver(), child);
  const auto stopped = running.stop();
  if (!stopped) complain(stopped.error(), err);
  tell_end(run, child, err);
  const auto report = report_of(running, prepared.given);
  const auto results = render(std::span(&report, 1));
  const bool written = write_results(options, results, out, err);
  if (run.was_interrupted()) return kInterrupted;
  if (!written || !stopped) return kBadUsage;
  return exit_status(report.result, child.has_failed());
}

}  // namespace

int test(const Test& options, std::ostream& out, std::ostream& err) {
  auto prepared = prepare(options, err);
  if (!prepared) return kBadUsage;
  const auto timeout = timeout_of(options, *prepared);
  auto authority = certificates_for(options, err);
  if (!authority) return kBadUsage;

  std::signal(SIGPIPE, SIG_IGN);
  set_up_log(Log::warnings);
  TestRun run(
      {.messages = options.messages, .until = options.until, .timeout = timeout},
      prepared->given.expected,
      err
  );
  Running running(options, prepared->catalogue, std::move(*authority), [&run] {
    run.journal_grew();
  });
  const auto ready = running.start(prepared->source);
  if (!ready) {
    complain(ready.error(), err);
    return kBadUsage;
  }
  err << beginning(*ready, timeout) << std::flush;
  return run_and_judge(options, *prepared, running, run, *ready, out, err);
}

}  // namespace app
