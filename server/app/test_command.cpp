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
#include "app/ending.hpp"
#include "app/log.hpp"
#include "app/port_check.hpp"
#include "app/running.hpp"
#include "app/start_check.hpp"
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
  const bool results = can_write_results(options, err);
  const bool others = can_write_files(static_cast<const Serving&>(options), err);
  auto files = files_of(options);
  files.push_back({"--junit", options.junit, true});
  files.push_back({"--report", options.report, true});
  files.push_back({"--expect", options.expect, false});
  for (const auto& policy : options.policies) {
    if (is_file_name(policy)) files.push_back({"--policy", policy, false});
  }
  return are_apart(files, err) && results && others;
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
  const bool guarded = is_guarded(options, err);
  if (!program || !source || !given || !writable || !guarded) return std::nullopt;
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

Bound bound_of(const Test& options, const Prepared& prepared) {
  if (options.timeout) return {*options.timeout, Bound::By::option};
  const auto latest = last_deadline(prepared.expectations, prepared.scenario->scale) + kToBegin +
                      prepared.scenario->slack;
  if (latest > kMostTimeout) return {kMostTimeout, Bound::By::most};
  return {latest, Bound::By::deadlines};
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

Ending ending_of(const TestRun& run, const Child& child, const Bound& bound) {
  return {
      .interrupted = run.was_interrupted(),
      .timed_out = run.timed_out(),
      .gave_up = run.gave_up(),
      .bound = bound,
      .grace = TestRun::kGrace,
      .failure = how_failed(child)};
}

void tell(const Test& options, const std::string& sentence, std::ostream& err) {
  if (sentence.empty() || options.log.loudness == Loudness::quiet) return;
  err << "failmx: " + sentence + '\n' << std::flush;
}

verify::Report report_of(const Running& running, const Given& given) {
  verify::Report report;
  running.receiver().look([&](const journal::Account& account) {
    report = report_at_end(account, kReceiver, running.began(), given, {});
  });
  return report;
}

// With the file of --tls-ca, for the command. A start that fails leaves all files as they were.
base::Result<Ready> start(
    const Test& options, Running& running, const control::Source& source, const std::string& ca_pem
) {
  auto ready = running.start(source);
  if (!ready) return ready;
  auto authority = Draft::write(options.tls_ca, ca_pem);
  if (!authority) return tl::unexpected(std::move(authority.error()));
  if (auto begun = running.begin_journal(); !begun) return tl::unexpected(std::move(begun.error()));
  const auto written = authority->publish();
  if (written) return ready;
  running.abandon();
  return tl::unexpected(written.error());
}

// From the start of the command to the report; the exit status.
int run_and_judge(
    const Test& options,
    const Prepared& prepared,
    const Bound& bound,
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
  const auto ending = ending_of(run, child, bound);
  tell(options, why_now(ending), err);
  const auto report = report_of(running, prepared.given);
  const bool kept = !options.journal.empty();
  const auto results = render(
      std::span(&report, 1),
      {.source = kept ? verify::Source::file : verify::Source::gone, .journal = options.journal}
  );
  const bool written = write_results(options, results, out, err);
  int status = exit_status(report.result, child.has_failed());
  if (!written || !stopped) status = kBadUsage;
  if (run.was_interrupted()) status = kInterrupted;
  tell(options, why_status(status, report.result, ending), err);
  return status;
}

}  // namespace

int test(const Test& options, std::ostream& out, std::ostream& err) {
  auto prepared = prepare(options, err);
  auto authority = certificates_for(options, err);
  const bool listens = can_listen(ports_of(options), err);
  if (!prepared || !authority) return kBadUsage;
  const auto wish = first_wish(options, prepared->source);
  const bool encrypts = can_encrypt(*authority, {&wish, 1}, err);
  if (!encrypts || !listens) return kBadUsage;

  std::signal(SIGPIPE, SIG_IGN);
  // What it says of itself are complaints and the verdict; the rest only if asked for.
  const bool tells_all = options.log.loudness == Loudness::verbose;
  Log log(options.log.form, tells_all ? LogLevel::debug : LogLevel::warning, STDERR_FILENO);
  const std::string ca_pem = authority->ca_pem();
  const auto bound = bound_of(options, *prepared);
  TestRun run(
      {.messages = options.messages,
       .until = options.until,
       .timeout = bound.length,
       .draws = options.log.loudness == Loudness::normal,
       .tells = options.log.loudness != Loudness::quiet},
      prepared->given.expected,
      err
  );
  Running running(options, prepared->catalogue, std::move(*authority), log, [&run] {
    run.journal_grew();
  });
  const auto ready = start(options, running, prepared->source, ca_pem);
  if (!ready) {
    complain(ready.error(), err);
    return kBadUsage;
  }
  if (options.log.loudness != Loudness::quiet) err << beginning(*ready, bound.length) << std::flush;
  return run_and_judge(options, *prepared, bound, running, run, *ready, out, err);
}

}  // namespace app
