// The composition root: see the header. Everything is a member of Running, in the order in which it
// is needed; stopping goes the other way.
#include "app/serve.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "app/catalogue.hpp"
#include "app/journal_file.hpp"
#include "app/ready.hpp"
#include "app/smtp_ports.hpp"
#include "app/version.hpp"
#include "control/address.hpp"
#include "control/server.hpp"
#include "journal/file.hpp"

namespace app {

namespace asio = boost::asio;

namespace {

constexpr const char* kReceiver = "default";

base::TimePoint now() {
  return std::chrono::steady_clock::now();
}

base::WallTime wall_now() {
  return std::chrono::floor<base::WallTime::duration>(std::chrono::system_clock::now());
}

std::string text_of(const base::Error& error) {
  return error.hint.empty() ? error.message : error.message + "; " + error.hint;
}

void set_up_log() {
  auto log =
      std::make_shared<spdlog::logger>("failmx", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_pattern("time=%Y-%m-%dT%H:%M:%S.%f%z level=%l %v");
  log->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(log));
}

// What is reachable from other machines although neither a token nor --open was given; empty: none.
std::string exposed(const Serve& options) {
  if (options.open || !options.token.empty()) return {};
  for (const auto& text : {options.smtp, options.http}) {
    const auto address = control::parse_address(text);
    if (address && !address->is_loopback()) return text;
  }
  return {};
}

class Running {
 public:
  Running(const Serve& options, Catalogue catalogue)
      : options_(options),
        catalogue_(std::move(catalogue)),
        journal_(wall_now(), {.events = options.journal_events}),
        smtp_(std::make_unique<net::SmtpServer>(
            net::ServerOptions{options.max_connections, options.drain}, start_
        )),
        ports_(*smtp_),
        fleet_(registry_, journal_, ports_, start_),
        api_{
            journal_,
            registry_,
            fleet_,
            [this](std::string_view name) { return catalogue_.find(name); },
            std::string(kVersion),
            [this] { return unready(); },
            options.open || !options.token.empty()},
        server_(
            {.address = options.http,
             .admission = {options.token, asio::ip::host_name(), options.allow_hosts}},
            api_
        ) {}

  ~Running() {
    server_.stop();
    smtp_.reset();  // before what its thread writes to
  }

  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] base::Result<Ready> start(const control::Source& source);

  // Ends everything in order; afterwards the journal is complete, or the error says why not.
  [[nodiscard]] base::Result<void> stop();

 private:
  [[nodiscard]] std::vector<control::Problem> unready() const;
  [[nodiscard]] base::Result<void> open_journal_file();

  const Serve options_;
  const Catalogue catalogue_;
  const base::TimePoint start_ = now();
  std::atomic<bool> stopping_{false};
  std::unique_ptr<JournalFile> file_;
  journal::Journal journal_;
  receiver::Registry registry_;
  std::unique_ptr<net::SmtpServer> smtp_;
  SmtpPorts ports_;
  control::Fleet fleet_;
  control::Api api_;
  control::Server server_;
};

base::Result<void> Running::open_journal_file() {
  if (options_.journal.empty()) return {};
  auto file = JournalFile::open(options_.journal, journal_.start(), [](const std::string& problem) {
    spdlog::error("event=journal-lost problem=\"{}\"", problem);
  });
  if (!file) return tl::unexpected(std::move(file.error()));
  file_ = std::move(*file);
  journal_.set_sink([this](const journal::Event& event) { file_->add(event); });
  return {};
}

base::Result<Ready> Running::start(const control::Source& source) {
  if (auto opened = open_journal_file(); !opened) return tl::unexpected(std::move(opened.error()));
  journal_.set_waker([this] { server_.journal_grew(); });
  journal_.add(journal::run_event(kVersion));

  const control::Wish wish{kReceiver, source, options_.seed, std::vector{options_.smtp}};
  if (const auto granted = fleet_.put(wish, now()); !granted) {
    return tl::unexpected(granted.error().error);
  }
  // The fleet belongs to the server's thread from here on.
  const auto status = registry_.find(kReceiver)->status(now());
  auto ports = ports_.bound(kReceiver);
  const auto http = server_.start();
  if (!http) return tl::unexpected(http.error());
  // Only now, so that a start that fails leaves the journal of a former run as it was.
  if (file_) file_->begin();
  return Ready{
      ::getpid(), *http, kReceiver, std::move(ports), status.scenario, status.seed, status.scale};
}

base::Result<void> Running::stop() {
  stopping_.store(true);
  smtp_->drain();
  for (const auto& receiver : registry_.all()) receiver->observed(now(), base::Duration{0});
  const auto counts = smtp_->counts();
  server_.stop();
  if (file_) file_->close();
  spdlog::info("event=stopped connections={} refused={}", counts.accepted, counts.refused);
  const auto problem = file_ ? file_->problem() : std::string();
  if (!problem.empty()) return base::failure("the journal file is not complete: " + problem);
  return {};
}

std::vector<control::Problem> Running::unready() const {
  std::vector<control::Problem> problems;
  if (stopping_.load()) problems.push_back({"server", "the server is stopping", ""});
  if (file_) {
    if (auto problem = file_->problem(); !problem.empty()) {
      problems.push_back({"journal", std::move(problem), "restart with a --journal that works"});
    }
  }
  return problems;
}

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

// The scenario to start with, checked; nothing when it has been reported as wrong.
std::optional<control::Source> checked_scenario(
    const Serve& options, const Catalogue& catalogue, std::ostream& err
) {
  auto source = catalogue.resolve(options.scenario);
  if (!source) {
    err << "failmx: " << text_of(source.error()) << "\n";
    return std::nullopt;
  }
  const auto loaded = control::load(*source, options.seed);
  for (const auto& diagnostic : loaded.diagnostics) err << to_string(diagnostic) << "\n";
  if (!loaded.ok()) return std::nullopt;
  return std::move(*source);
}

}  // namespace

int serve(const Serve& options, std::ostream& out, std::ostream& err) {
  ReadyFile ready_file(options.ready_file);
  if (const auto address = exposed(options); !address.empty()) {
    err << fmt::format(
        "failmx: '{}' can be reached from other machines; set a token (--token, FAILMX_TOKEN) or "
        "allow everybody (--open, FAILMX_OPEN=1)\n",
        address
    );
    return kBadUsage;
  }
  Catalogue catalogue(shipped::scenarios());
  if (!options.scenarios.empty()) {
    if (const auto added = catalogue.add_folder(options.scenarios); !added) {
      err << "failmx: " << text_of(added.error()) << "\n";
      return kBadUsage;
    }
  }
  const auto source = checked_scenario(options, catalogue, err);
  if (!source) return kBadUsage;

  std::signal(SIGPIPE, SIG_IGN);
  set_up_log();
  Signals signals;
  Running running(options, std::move(catalogue));
  const auto ready = running.start(*source);
  if (!ready) {
    err << "failmx: " << text_of(ready.error()) << "\n";
    return kFailed;
  }
  if (const auto written = ready_file.write(ready_json(*ready)); !written) {
    err << "failmx: " << text_of(written.error()) << "\n";
    return kFailed;
  }
  out << ready_line(*ready) << std::endl;
  spdlog::info("event=started version={} pid={} scale={}", kVersion, ready->pid, ready->scale);
  signals.wait();
  ready_file.withdraw();
  if (const auto stopped = running.stop(); !stopped) {
    err << "failmx: " << text_of(stopped.error()) << "\n";
    return kFailed;
  }
  return kDone;
}

}  // namespace app
