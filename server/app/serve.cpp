// `failmx serve`: see the header. What runs is in running.cpp.
#include "app/serve.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <sstream>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include "app/catalogue.hpp"
#include "app/certificates.hpp"
#include "app/config.hpp"
#include "app/console.hpp"
#include "app/log.hpp"
#include "app/port_check.hpp"
#include "app/ready.hpp"
#include "app/running.hpp"
#include "app/start_check.hpp"
#include "app/version.hpp"

namespace app {

namespace asio = boost::asio;

namespace {

// True when the program was started to outlive its terminal (nohup).
bool ignores_hangup() {
  struct sigaction present {};

  return ::sigaction(SIGHUP, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
}

// SIGINT, SIGTERM and SIGHUP, caught from construction on: whoever reads the ready line may stop
// the program at once. A second one then ends it on the spot.
class Signals {
 public:
  explicit Signals(Log& log) : log_(log) {
    if (!ignores_hangup()) numbers_.push_back(SIGHUP);
    for (const int number : numbers_) signals_.add(number);
    signals_.async_wait([this](boost::system::error_code, int number) {
      signals_.clear();
      for (const int again : numbers_) {
        std::signal(again, [](int) { ::_exit(kInterrupted); });
      }
      log_.info("stopping", {{"signal", name_of(number)}});
    });
  }

  // Returns when one has come.
  void wait() { io_.run(); }

 private:
  static std::string_view name_of(int number) {
    if (number == SIGHUP) return "SIGHUP";
    return number == SIGINT ? "SIGINT" : "SIGTERM";
  }

  Log& log_;
  std::vector<int> numbers_{SIGINT, SIGTERM};
  asio::io_context io_;
  asio::signal_set signals_{io_};
};

// The ready file, from the moment when the program is ready until it stops being so: one that is
// there belongs to a program that can be used.
class ReadyFile {
 public:
  // An empty path: there is none.
  ReadyFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {}

  // Of what is to be put in the place of a former run's.
  [[nodiscard]] base::Result<Draft> draft() const { return Draft::write(path_, text_); }

  // Leaves the file of another program that has been started since.
  void withdraw() const {
    if (path_.empty()) return;
    const auto present = is_special(path_) ? std::string() : read_file(path_);
    if (present && *present == text_) ::unlink(path_.c_str());
  }

 private:
  const std::string path_;
  const std::string text_;
};

// What is checked before anything is started.
struct Prepared {
  Serve options;  // with what the file of --config adds to them
  Catalogue scenarios;
  std::vector<control::Wish> wishes;  // the first is kReceiver
};

// The receiver kReceiver as the file declares it, and as the options change that. `scenario` is
// the one of the options, if it counts.
control::Wish changed(
    control::Wish declared, const Serve& options, const std::optional<control::Source>& scenario
) {
  if (options.seed) declared.seed = options.seed;
  if (scenario) declared.source = *scenario;
  if (scenario || options.seed) {
    declared.scenario = *control::load(declared.source, declared.seed).value;
  }
  const bool asked = options.smtp_given || !options.smtps.empty() || !options.lmtp.empty();
  if (asked || !declared.listeners) {
    declared.listeners = first_listeners(options);
  }
  return declared;
}

// nullopt: reported.
std::optional<Config> config_of(const Serve& options, std::ostream& err) {
  const auto text = read_file(options.config);
  if (!text) {
    complain(text.error(), err);
    return std::nullopt;
  }
  const ConfigTerms terms{options.scenarios, options.open || !options.token.empty()};
  auto loaded = read_config(*text, options.config, terms);
  for (const auto& diagnostic : loaded.diagnostics) err << to_string(diagnostic) << "\n";
  if (!loaded.ok()) return std::nullopt;
  return std::move(*loaded.value);
}

// The receivers that the file declares, with those of the options; nullopt: reported.
std::optional<Prepared> prepare_with_config(Serve options, std::ostream& err) {
  auto config = config_of(options, err);
  if (!config) return std::nullopt;
  if (!options.http_given) options.http = config->http.value_or(options.http);
  if (!options.smtp_given) options.smtp = config->smtp.value_or(options.smtp);
  auto& wishes = config->receivers;
  const auto declared = std::find_if(wishes.begin(), wishes.end(), [](const control::Wish& wish) {
    return wish.name == kReceiver;
  });
  std::optional<control::Source> scenario;
  if (declared == wishes.end() || options.scenario_given) {
    scenario = checked_scenario(options, config->scenarios, err);
    if (!scenario) return std::nullopt;
  }
  if (declared == wishes.end()) {
    wishes.insert(wishes.begin(), first_wish(options, *scenario));
  } else {
    *declared = changed(std::move(*declared), options, scenario);
    std::rotate(wishes.begin(), declared, declared + 1);
  }
  return Prepared{std::move(options), std::move(config->scenarios), std::move(wishes)};
}

// The same without a file.
std::optional<Prepared> prepare_alone(const Serve& options, std::ostream& err) {
  auto catalogue = scenarios_with(options.scenarios, err);
  if (!catalogue) return std::nullopt;
  const auto source = checked_scenario(options, *catalogue, err);
  if (source) return Prepared{options, std::move(*catalogue), {first_wish(options, *source)}};
  [[maybe_unused]] const bool reported = is_folder_good(*catalogue, options.scenario, err);
  return std::nullopt;
}

bool can_write_all(
    const Serve& options, const std::optional<Prepared>& prepared, std::ostream& err
) {
  const bool ready = can_write("--ready-file", options.ready_file, err);
  const bool others = can_write_files(options, err);
  auto files = files_of(options);
  files.push_back({"--ready-file", options.ready_file, true});
  files.push_back({"--config", options.config, false});
  if (prepared) {
    for (const auto& entry : prepared->scenarios.entries()) {
      if (entry.origin != control::Library::Origin::folder) continue;
      files.push_back({"--scenarios", entry.source.file, false});
    }
    for (const auto& wish : prepared->wishes) {
      const bool is_file = wish.source.file.find('/') != std::string::npos;
      if (is_file)
        files.push_back({fmt::format("receiver '{}'", wish.name), wish.source.file, false});
    }
  }
  return are_apart(files, err) && ready && others;
}

// Everything that can be known to be wrong is told, whatever else is.
std::optional<Prepared> prepare(
    const Serve& options, std::optional<tls::Authority>& authority, std::ostream& err
) {
  auto prepared =
      options.config.empty() ? prepare_alone(options, err) : prepare_with_config(options, err);
  bool good = can_write_all(options, prepared, err);
  authority = certificates_for(options, err);
  const Serve& known = prepared ? prepared->options : options;
  good = is_guarded(known, err) && good;
  if (prepared) {
    good = is_folder_good(prepared->scenarios, "", err) && good;
    if (authority) good = can_encrypt(*authority, prepared->wishes, err) && good;
    good = can_listen(ports_with_config(known, options, prepared->wishes), err) && good;
  } else {
    good = can_listen(ports_without_config(options), err) && good;
  }
  if (!good || !authority) return std::nullopt;
  return prepared;
}

// Files that say where the program is, and whom to trust, and the journal. Whatever can fail is
// tried before anything of a former run is replaced.
base::Result<void> write_files(
    const Serve& options, const ReadyFile& ready_file, const std::string& ca_pem, Running& running
) {
  auto authority = Draft::write(options.tls_ca, ca_pem);
  if (!authority) return tl::unexpected(std::move(authority.error()));
  auto ready = ready_file.draft();
  if (!ready) return tl::unexpected(std::move(ready.error()));
  if (auto begun = running.begin_journal(); !begun) return begun;
  if (auto published = authority->publish(); !published) return published;
  return ready->publish();
}

void tell_start(const Ready& ready, std::size_t receivers, Log& log) {
  log.info(
      "started",
      {{"version", kVersion},
       {"pid", ready.pid},
       {"smtp", ready.ports.empty() ? std::string_view("none") : ready.ports.front().address},
       {"http", ready.http},
       {"receivers", receivers},
       {"scenario", ready.scenario},
       {"seed", ready.seed},
       {"scale", ready.scale}}
  );
}

// An error if somebody wanted the line and did not get it.
base::Result<void> tell_ready(const Ready& ready, std::ostream& out) {
  errno = 0;
  out << ready_line(ready) << std::endl;
  if (out) return {};
  return base::failure(
      fmt::format("cannot write the ready line to standard output: {}", std::strerror(errno)),
      "send it to /dev/null, or say --quiet, to do without"
  );
}

int wait_and_stop(Signals& signals, const ReadyFile& ready_file, Running& running, Log& log) {
  signals.wait();
  ready_file.withdraw();
  const auto stopped = running.stop();
  if (stopped) return kDone;
  log.error("failed", {{"problem", stopped.error().message}});
  return kFailed;
}

}  // namespace

int serve(const Serve& options, std::ostream& out, std::ostream& err) {
  fill_standard_streams();
  std::optional<tls::Authority> authority;
  std::ostringstream complaints;
  const auto prepared = prepare(options, authority, complaints);
  if (!prepared) {
    err << complaints.str() << std::flush;
    return kBadUsage;
  }

  std::signal(SIGPIPE, SIG_IGN);
  Log log(options.log);
  warn_of(complaints.str(), log);
  warn_of_few_files(prepared->options, log);
  Signals signals(log);
  const std::string ca_pem = authority->ca_pem();
  Running running(prepared->options, prepared->scenarios, std::move(*authority), log);
  const auto ready = running.start(prepared->wishes);
  if (!ready) {
    complain(ready.error(), err);
    return kBadUsage;
  }
  const ReadyFile ready_file(options.ready_file, ready_json(*ready));
  if (const auto written = write_files(options, ready_file, ca_pem, running); !written) {
    running.abandon();
    complain(written.error(), err);
    return kBadUsage;
  }
  const bool quiet = options.log.loudness == Loudness::quiet;
  if (const auto told = tell_ready(*ready, out); !told && !quiet) {
    ready_file.withdraw();
    running.abandon();
    complain(told.error(), err);
    return kBadUsage;
  }
  tell_start(*ready, prepared->wishes.size(), log);
  return wait_and_stop(signals, ready_file, running, log);
}

}  // namespace app
