// The middle of `failmx test`: from the start of the command until the verdict is certain, the time
// is over, or somebody interrupts. Awaits events, nothing else: the journal's, the command's,
// signals, deadlines. One thread, which runs run(); journal_grew() may come from any.
#pragma once

#include <atomic>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/child.hpp"
#include "app/progress.hpp"
#include "app/run_end.hpp"
#include "control/judging.hpp"
#include "receiver/receiver.hpp"

namespace app {

class TestRun {
 public:
  // After the end of a command that has failed, for a first connection.
  static constexpr base::Duration kGrace = std::chrono::seconds(5);

  struct Options {
    std::uint64_t messages = 1;
    Until until = Until::verdict;
    base::Duration timeout{0};
    bool draws = true;  // a progress line, where there is a terminal
    bool tells = true;  // what the end of the command means, when it comes
  };

  // `given`: instead of what the scenario in force expects. Signals are caught from here on.
  TestRun(Options options, std::optional<control::Expected> given, std::ostream& err);

  // The journal has grown. Any thread; cheap.
  void journal_grew();

  // Once. When it returns, nothing is left of the command's process group.
  void run(const receiver::Receiver& receiver, Child& child);

  // Somebody sent a signal to end it, or Ctrl-C.
  [[nodiscard]] bool was_interrupted() const { return interrupted_; }

  [[nodiscard]] bool timed_out() const { return timed_out_; }

  // Nobody connected, and the command has failed: nothing more would have come.
  [[nodiscard]] bool gave_up() const { return gave_up_; }

  [[nodiscard]] const Standing& standing() const { return standing_; }

 private:
  void await_signal();
  void on_signal(int number);
  void await_journal();
  void judge_when_due();
  void judge();
  void command_ended();
  void await_first_mail();
  void await_grace();
  void say(const std::string& sentence);
  void redraw();
  void finish();
  void await_group();
  [[nodiscard]] bool expectations_changed(const verify::Timeline& timeline);

  // Constant after construction.
  const Options options_;
  const bool given_;
  std::ostream& err_;

  std::atomic<bool> news_{false};  // a look at the journal is on its way

  // Owned by the thread.
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_{io_};
  boost::asio::steady_timer timeout_{io_}, look_{io_}, deadline_{io_}, redraw_{io_}, grace_{io_},
      kill_{io_};
  const receiver::Receiver* receiver_ = nullptr;
  Child* child_ = nullptr;
  Progress progress_;
  std::vector<verify::Expectation> expectations_{};  // with windows
  std::optional<journal::Setup> setup_{};            // whose they are, unless given_
  Standing standing_{};
  base::TimePoint ends_{}, look_again_{};
  bool look_planned_ = false;
  bool finishing_ = false;
  bool interrupted_ = false;
  bool timed_out_ = false;
  bool gave_up_ = false;
  bool told_end_ = false, told_waiting_ = false;
};

}  // namespace app
