// The composition root: see the header. Everything is a member of Running, in the order in which it
// is needed; stopping goes the other way.
#include "app/running.hpp"

#include <chrono>
#include <unistd.h>
#include <utility>

#include <boost/asio/ip/host_name.hpp>
#include <fmt/format.h>

#include "app/console.hpp"
#include "app/port_check.hpp"
#include "app/version.hpp"
#include "control/address.hpp"
#include "journal/file.hpp"

namespace app {

namespace asio = boost::asio;

namespace {

base::WallTime wall_now() {
  return std::chrono::floor<base::WallTime::duration>(std::chrono::system_clock::now());
}

// A port that somebody has taken since it was checked is told like one that was taken before.
base::Error placed(base::Error error, const std::vector<WantedPort>& ports) {
  for (const auto& port : ports) {
    if (!error.message.starts_with(fmt::format("cannot listen on {}: ", port.address))) continue;
    error.message = fmt::format("{}: {}", port.place, error.message);
    break;
  }
  return error;
}

}  // namespace

Running::Running(
    const Serving& options,
    const Catalogue& scenarios,
    tls::Authority authority,
    Log& log,
    News news
)
    : options_(options),
      policies_(shipped::policies(), "policy"),
      news_(std::move(news)),
      log_(log),
      start_(now()),
      journal_(wall_now(), {.events = options.journal_events}),
      narrator_(log, journal_.start()),
      authority_(std::move(authority)),
      smtp_(std::make_unique<net::SmtpServer>(
          net::ServerOptions{options.max_connections, options.drain},
          registry_,
          directory_,
          authority_
      )),
      ports_(*smtp_, authority_, log),
      fleet_(registry_, directory_, journal_, ports_, start_),
      library_(scenarios.entries()),
      api_{
          .journal = journal_,
          .registry = registry_,
          .fleet = fleet_,
          .library = library_,
          .version = std::string(kVersion),
          .unready = [this] { return unready(); },
          .open = options.open || !options.token.empty(),
          .find_policy = [this](std::string_view name) { return policies_.find(name); },
          .smtp_counts =
              [this] {
                const auto counts = smtp_->counts();
                return control::SmtpCounts{counts.accepted, counts.open, counts.refused};
              },
          .authority_pem = authority_.ca_pem()},
      server_(
          {.address = options.http,
           .admission = {options.token, asio::ip::host_name(), options.allow_hosts}},
          api_
      ) {}

Running::~Running() {
  server_.stop();
  smtp_.reset();  // before what its thread writes to
}

base::Result<void> Running::open_journal_file() {
  if (options_.journal.empty()) return {};
  auto file =
      JournalFile::open(options_.journal, journal_.start(), [this](const std::string& problem) {
        log_.error("journal-lost", {{"problem", problem}});
      });
  if (!file) return tl::unexpected(std::move(file.error()));
  file_ = std::move(*file);
  return {};
}

base::Result<Ready> Running::start(const control::Source& source) {
  return start(std::vector{first_wish(options_, source)});
}

base::Result<Ready> Running::start(const std::vector<control::Wish>& wishes) {
  if (auto opened = open_journal_file(); !opened) return tl::unexpected(std::move(opened.error()));
  journal_.set_sink([this](const journal::Event& event) {
    if (file_) file_->add(event);
    narrator_.heard(event);
  });
  journal_.set_waker([this] {
    server_.journal_grew();
    if (news_) news_();
  });
  journal_.add(journal::run_event(kVersion));
  if (auto put = put_all(wishes); !put) return tl::unexpected(std::move(put.error()));
  // The fleet belongs to the server's thread from here on.
  receiver_ = registry_.find(kReceiver);
  const auto status = receiver_->status(now());
  auto ports = ports_.bound(kReceiver);
  std::vector<Listener> more;
  for (const auto& wish : wishes) {
    if (&wish == &wishes.front()) continue;
    for (auto& port : ports_.bound(wish.name)) more.push_back({wish.name, std::move(port)});
  }
  const auto http = server_.start();
  if (!http) return tl::unexpected(placed(http.error(), ports_of(options_)));
  return Ready{
      .pid = ::getpid(),
      .http = *http,
      .receiver = std::string(kReceiver),
      .ports = std::move(ports),
      .more_listeners = std::move(more),
      .scenario = status.scenario,
      .seed = status.seed,
      .scale = status.scale};
}

base::Result<void> Running::put_all(const std::vector<control::Wish>& wishes) {
  for (const auto& wish : wishes) {
    if (const auto granted = fleet_.put(wish, now()); !granted) {
      return tl::unexpected(placed(granted.error().error, ports_of(options_, wishes)));
    }
  }
  return {};
}

base::Result<void> Running::begin_journal() {
  if (!file_) return {};
  return file_->begin();
}

void Running::abandon() {
  if (file_) file_->discard();
}

base::Result<void> Running::stop() {
  stopping_.store(true);
  smtp_->drain();
  const auto counts = smtp_->counts();
  server_.stop();
  // Nobody is left to record anything after these: a verdict at the last of them is that of the
  // whole journal.
  for (const auto& receiver : registry_.all()) receiver->observed(now(), base::Duration{0});
  if (file_) file_->close();
  narrator_.close();
  log_.info(
      "stopped",
      {{"connections", counts.accepted},
       {"refused", counts.refused},
       {"events", journal_.last_seq()}}
  );
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

base::TimePoint now() {
  return std::chrono::steady_clock::now();
}

std::vector<control::Wished> first_listeners(const Serving& options) {
  std::vector<control::Wished> listeners{{options.smtp, {.shared = true}}};
  if (!options.smtps.empty()) {
    listeners.push_back({options.smtps, {.shared = true, .tls = receiver::TlsMode::implicit}});
  }
  if (!options.lmtp.empty()) {
    listeners.push_back({options.lmtp, {.shared = true, .protocol = smtp::Protocol::lmtp}});
  }
  return listeners;
}

control::Wish first_wish(const Serving& options, const control::Source& source) {
  const auto loaded = control::load(source, options.seed);
  return {
      .name = std::string(kReceiver),
      .source = source,
      .seed = options.seed,
      .scenario = *loaded.value,
      .listeners = first_listeners(options)};
}

std::optional<Catalogue> scenarios_with(const std::string& folder, std::ostream& err) {
  Catalogue catalogue(shipped::scenarios());
  if (folder.empty()) return catalogue;
  if (const auto added = catalogue.add_folder(folder); !added) {
    complain(added.error(), err);
    return std::nullopt;
  }
  return catalogue;
}

std::optional<control::Source> checked_scenario(
    const Serving& options, const Catalogue& catalogue, std::ostream& err
) {
  auto source = catalogue.resolve(options.scenario);
  if (!source) {
    complain(source.error(), err);
    return std::nullopt;
  }
  const auto loaded = control::load(*source, options.seed);
  for (const auto& diagnostic : loaded.diagnostics) err << to_string(diagnostic) << "\n";
  if (!loaded.ok()) return std::nullopt;
  return std::move(*source);
}

}  // namespace app
