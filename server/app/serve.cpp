// `failmx serve`: see the header. What runs is in running.cpp.
#include "app/serve.hpp"

#include <csignal>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

#include "app/catalogue.hpp"
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

}  // namespace

int serve(const Serve& options, std::ostream& out, std::ostream& err) {
  ReadyFile ready_file(options.ready_file);
  auto catalogue = scenarios_with(options.scenarios, err);
  if (!catalogue) return kBadUsage;
  const auto source = checked_scenario(options, *catalogue, err);
  if (!source) return kBadUsage;

  std::signal(SIGPIPE, SIG_IGN);
  set_up_log(Log::all);
  Signals signals;
  Running running(options, std::move(*catalogue));
  const auto ready = running.start(*source);
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
