// `failmx serve`: see the header. What runs is in running.cpp.
#include "app/serve.hpp"

#include <algorithm>
#include <csignal>
#include <optional>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

#include "app/catalogue.hpp"
#include "app/certificates.hpp"
#include "app/config.hpp"
#include "app/console.hpp"
#include "app/ready.hpp"
#include "app/running.hpp"
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
  Signals() {
    if (!ignores_hangup()) numbers_.push_back(SIGHUP);
    for (const int number : numbers_) signals_.add(number);
    signals_.async_wait([this](boost::system::error_code, int number) {
      signals_.clear();
      for (const int again : numbers_) {
        std::signal(again, [](int) { ::_exit(kInterrupted); });
      }
      spdlog::info("event=stopping signal={}", number);
    });
  }

  // Returns when one has come.
  void wait() { io_.run(); }

 private:
  std::vector<int> numbers_{SIGINT, SIGTERM};
  asio::io_context io_;
  asio::signal_set signals_{io_};
};

// The ready file, from the moment when the program is ready until it stops being so: one that is
// there belongs to a program that can be used.
class ReadyFile {
 public:
  // One that a former run left behind is removed; an empty path: there is none.
  explicit ReadyFile(std::string path) : path_(std::move(path)) { remove(); }

  [[nodiscard]] base::Result<void> write(std::string text) {
    if (path_.empty()) return {};
    text_ = std::move(text);
    return write_whole(path_, text_);
  }

  // Leaves the file of another program that has been started since.
  void withdraw() const {
    if (path_.empty()) return;
    const auto present = read_file(path_);
    if (present && *present == text_) remove();
  }

 private:
  void remove() const {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  const std::string path_;
  std::string text_;
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
  if (!is_guarded(options, err)) return std::nullopt;
  if (declared == wishes.end()) {
    wishes.insert(wishes.begin(), first_wish(options, *scenario));
  } else {
    *declared = changed(std::move(*declared), options, scenario);
    std::rotate(wishes.begin(), declared, declared + 1);
  }
  return Prepared{std::move(options), std::move(config->scenarios), std::move(wishes)};
}

std::optional<Prepared> prepare(const Serve& options, std::ostream& err) {
  if (!options.config.empty()) return prepare_with_config(options, err);
  auto catalogue = scenarios_with(options.scenarios, err);
  if (!catalogue) return std::nullopt;
  const auto source = checked_scenario(options, *catalogue, err);
  if (!source) return std::nullopt;
  return Prepared{options, std::move(*catalogue), {first_wish(options, *source)}};
}

}  // namespace

int serve(const Serve& options, std::ostream& out, std::ostream& err) {
  ReadyFile ready_file(options.ready_file);
  const auto prepared = prepare(options, err);
  if (!prepared) return kBadUsage;
  auto authority = certificates_for(options, err);
  if (!authority) return kBadUsage;

  std::signal(SIGPIPE, SIG_IGN);
  set_up_log(Log::all);
  Signals signals;
  Running running(prepared->options, prepared->scenarios, std::move(*authority));
  const auto ready = running.start(prepared->wishes);
  if (!ready) {
    complain(ready.error(), err);
    return kFailed;
  }
  if (const auto written = ready_file.write(ready_json(*ready)); !written) {
    complain(written.error(), err);
    return kFailed;
  }
  out << ready_line(*ready) << std::endl;
  spdlog::info("event=started version={} pid={} scale={}", kVersion, ready->pid, ready->scale);
  signals.wait();
  ready_file.withdraw();
  if (const auto stopped = running.stop(); !stopped) {
    complain(stopped.error(), err);
    return kFailed;
  }
  return kDone;
}

}  // namespace app
