// Watching a run: see the header.
#include "app/test_run.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <boost/asio/post.hpp>

#include "app/ending.hpp"
#include "app/running.hpp"
#include "verify/timeline.hpp"

namespace app {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr base::Duration kLeastPause = std::chrono::milliseconds(5);  // between two judgings
constexpr int kPauseFactor = 10;  // so many times what the last judging took
constexpr base::Duration kRedraw = std::chrono::milliseconds(200);
constexpr base::Duration kPatience = std::chrono::seconds(5);  // from SIGTERM to SIGKILL
constexpr base::Duration kFarthest = std::chrono::hours(24);

// For timers, whose clock is as coarse as the platform's.
asio::steady_timer::time_point to_timer(base::TimePoint at) {
  return std::chrono::time_point_cast<asio::steady_timer::duration>(at);
}

bool ignores_hangup() {
  struct sigaction present {};

  return ::sigaction(SIGHUP, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
}

}  // namespace

TestRun::TestRun(Options options, std::optional<control::Expected> given, std::ostream& err)
    : options_(options), given_(given.has_value()), err_(err), progress_(err) {
  if (given) expectations_ = std::move(given->expectations);
  for (const int number : {SIGINT, SIGTERM, SIGCHLD}) signals_.add(number);
  if (!ignores_hangup()) signals_.add(SIGHUP);
  await_signal();
}

void TestRun::journal_grew() {
  if (news_.exchange(true)) return;
  asio::post(io_, [this] {
    news_.store(false);
    judge_when_due();
  });
}

void TestRun::run(const receiver::Receiver& receiver, Child& child) {
  receiver_ = &receiver;
  child_ = &child;
  ends_ = now() + options_.timeout;
  timeout_.expires_at(to_timer(ends_));
  timeout_.async_wait([this](error_code error) {
    if (error || finishing_) return;
    timed_out_ = true;
    finish();
  });
  child.look();  // it may have ended before anybody listened
  command_ended();
  judge();
  redraw();
  io_.run();
  progress_.clear();
}

void TestRun::await_signal() {
  signals_.async_wait([this](error_code error, int number) {
    if (error) return;
    on_signal(number);
    await_signal();
  });
}

void TestRun::on_signal(int number) {
  if (child_ == nullptr) {
    interrupted_ = interrupted_ || number != SIGCHLD;
    return;
  }
  if (number != SIGCHLD) {
    // Twice: at once.
    if (interrupted_) child_->tell(SIGKILL);
    interrupted_ = true;
    return finish();
  }
  child_->look();
  if (finishing_) return await_group();
  if (child_->was_interrupted()) {
    interrupted_ = true;
    return finish();
  }
  command_ended();
  judge_when_due();
}

// Judging costs time in which the command gets none: it is spaced, however much comes in.
void TestRun::judge_when_due() {
  if (finishing_ || receiver_ == nullptr || look_planned_) return;
  if (now() >= look_again_) return judge();
  look_planned_ = true;
  look_.expires_at(to_timer(look_again_));
  look_.async_wait([this](error_code error) {
    look_planned_ = false;
    if (!error && !finishing_) judge();
  });
}

// True: they are those of another scenario now, which somebody has put in force.
bool TestRun::expectations_changed(const verify::Timeline& timeline) {
  if (given_ ? setup_.has_value() : setup_ == timeline.setup()) return false;
  if (!given_) expectations_ = control::expected_by(timeline.setup()).expectations;
  setup_ = timeline.setup();
  return true;
}

void TestRun::judge() {
  if (finishing_) return;
  const auto began = now();
  journal::Past past;
  verify::Now instant;
  std::uint64_t connections = 0;
  receiver_->look(began, [&](const journal::Account& account, const journal::Moment& at) {
    past = journal::past_of(account);
    connections = account.deliveries.counts().connections;
    instant = {.at = at.at, .judge = at.judge};
  });
  const verify::Timeline timeline(std::move(past), instant);
  if (expectations_changed(timeline)) {
    expectations_ = with_windows(expectations_, timeline.scale());
  }
  const auto judgement = verify::judge(timeline, expectations_);
  standing_ = standing_of(timeline, judgement);
  standing_.connections = connections;
  standing_.command_ended = child_->ended().has_value();
  if (interrupted_ || end_of(standing_, options_.messages, options_.until) != End::not_yet) {
    return finish();
  }
  await_first_mail();
  if (judgement.deadline) {
    const base::Duration left =
        verify::real_time(timeline, *judgement.deadline) - receiver_->in_run(began);
    // The journal's times are rounded down to microseconds.
    const auto due =
        began + std::clamp<base::Duration>(left, kLeastPause, kFarthest) + base::Micros(1);
    deadline_.expires_at(to_timer(due));
    deadline_.async_wait([this](error_code error) {
      if (!error) judge_when_due();
    });
  } else {
    deadline_.cancel();
  }
  const auto ended = now();
  look_again_ = ended + std::max(kLeastPause, kPauseFactor * (ended - began));
}

// The moment when it has: whoever waits for the report learns it now.
void TestRun::command_ended() {
  if (!child_->ended() || told_end_) return;
  told_end_ = true;
  if (const auto failure = how_failed(*child_); !failure.empty()) say(failure);
}

// The command has ended, the run has not, and nothing has come.
void TestRun::await_first_mail() {
  if (!standing_.command_ended || standing_.connections > 0 || told_waiting_) return;
  told_waiting_ = true;
  const bool failed = child_->has_failed();
  // What it has left running may still send.
  const bool alone = failed && !child_->has_group();
  const auto left = std::max<base::Duration>(ends_ - now(), base::Duration{0});
  say(alone && left > kGrace ? still_waiting(kGrace, true) : still_waiting(left, false));
  if (failed) await_grace();
}

void TestRun::await_grace() {
  grace_.expires_after(kGrace);
  grace_.async_wait([this](error_code error) {
    if (error || finishing_) return;
    judge();
    if (finishing_ || standing_.connections > 0) return;
    if (child_->has_group()) return await_grace();
    gave_up_ = true;
    finish();
  });
}

void TestRun::say(const std::string& sentence) {
  if (!options_.tells) return;
  progress_.clear();
  err_ << "failmx: " + sentence + '\n' << std::flush;
}

void TestRun::redraw() {
  if (!options_.draws || !progress_.draws() || finishing_) return;
  // Whoever talks with the command has the screen.
  if (child_->has_terminal()) {
    progress_.clear();
  } else {
    progress_.show(standing_, ends_ - now());
  }
  redraw_.expires_after(kRedraw);
  redraw_.async_wait([this](error_code error) {
    if (!error) redraw();
  });
}

// Ends what is left of the command, and then run().
void TestRun::finish() {
  if (finishing_) return await_group();
  finishing_ = true;
  progress_.clear();
  for (auto* timer : {&timeout_, &look_, &deadline_, &redraw_, &grace_}) timer->cancel();
  child_->tell(SIGTERM);
  kill_.expires_after(kPatience);
  kill_.async_wait([this](error_code error) {
    if (error) return;
    child_->tell(SIGKILL);
    // What survives even this is stuck in the kernel: nobody can wait for it.
    kill_.expires_after(kPatience);
    kill_.async_wait([this](error_code aborted) {
      if (!aborted) io_.stop();
    });
  });
  await_group();
}

void TestRun::await_group() {
  child_->look();
  if (!child_->has_group()) io_.stop();
}

}  // namespace app
