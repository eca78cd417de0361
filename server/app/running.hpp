// What runs: journal, receiver `default`, SMTP side, control API and journal file, put together and
// taken down in order. The composition root of `serve` and `test`; knows no signal and no command.
// Made, started and stopped by the main thread; runs on threads of its own.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tls/authority.hpp"

#include "app/catalogue.hpp"
#include "app/cli.hpp"
#include "app/journal_file.hpp"
#include "app/log.hpp"
#include "app/narrator.hpp"
#include "app/ready.hpp"
#include "app/smtp_ports.hpp"
#include "control/library.hpp"
#include "control/server.hpp"
#include "journal/journal.hpp"

namespace app {

class Running {
 public:
  // Called after each event of the journal, on the thread that recorded it: must return at once.
  using News = std::function<void()>;

  Running(
      const Serving& options,
      const Catalogue& scenarios,
      tls::Authority authority,
      Log& log,
      News news = {}
  );
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Once. All ports accept when it returns; the journal file is as it was until begin_journal().
  // The first of `wishes` is kReceiver.
  [[nodiscard]] base::Result<Ready> start(const std::vector<control::Wish>& wishes);

  // The same with that receiver alone, on the address of the options.
  [[nodiscard]] base::Result<Ready> start(const control::Source& source);

  // Once, after start(): the journal file holds this run from here on.
  [[nodiscard]] base::Result<void> begin_journal();

  // After start(), when it turns out that the start has failed all the same: leaves no journal file
  // behind that was not there before.
  void abandon();

  // Ends everything in order, with an `observed` event of each receiver as its last; afterwards the
  // journal is complete, or the error says why not.
  [[nodiscard]] base::Result<void> stop();

  // From start() on; as long as this object lives.
  [[nodiscard]] const receiver::Receiver& receiver() const { return *receiver_; }

  [[nodiscard]] base::WallTime began() const { return journal_.start(); }

 private:
  [[nodiscard]] std::vector<control::Problem> unready() const;
  [[nodiscard]] base::Result<void> open_journal_file();
  [[nodiscard]] base::Result<void> put_all(const std::vector<control::Wish>& wishes);

  const Serving options_;
  const Catalogue policies_;
  const News news_;
  Log& log_;
  const base::TimePoint start_;
  std::atomic<bool> stopping_{false};
  std::unique_ptr<JournalFile> file_;
  journal::Journal journal_;
  Narrator narrator_;
  receiver::Registry registry_;
  std::shared_ptr<receiver::Receiver> receiver_;
  receiver::Directory directory_;
  tls::Authority authority_;
  std::unique_ptr<net::SmtpServer> smtp_;
  SmtpPorts ports_;
  control::Fleet fleet_;
  control::Library library_;
  control::Api api_;
  control::Server server_;
};

// The receiver that a program starts with, whatever else there is.
inline constexpr std::string_view kReceiver = control::kDefaultReceiver;

// Monotonic time, read: for the main thread.
[[nodiscard]] base::TimePoint now();

// Where the receiver kReceiver listens by the options alone.
[[nodiscard]] std::vector<control::Wished> first_listeners(const Serving& options);

// The receiver kReceiver on the addresses of the options; `source` must load.
[[nodiscard]] control::Wish first_wish(const Serving& options, const control::Source& source);

// Shipped scenarios and those of `folder`, if it is not empty; nullopt: reported to `err`.
[[nodiscard]] std::optional<Catalogue> scenarios_with(const std::string& folder, std::ostream& err);

// The scenario of the options, checked; nullopt: reported as wrong. Its warnings are reported too.
[[nodiscard]] std::optional<control::Source> checked_scenario(
    const Serving& options, const Catalogue& catalogue, std::ostream& err
);

}  // namespace app
