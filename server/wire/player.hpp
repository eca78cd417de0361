// Runs wire plans in virtual time: says what to write now, whether to read, when to be called
// again, how it ends. Knows no SMTP and no clock: every call that can let time pass is given `now`.
// Not thread-safe: one per connection.
//
// Use: play() (only when !busy()), then poll() after every call in; hand `write` to the peer and
// report with wrote(). After a wake-up call poll() again.
//
// Lateness never shortens a time: each wait and each gap between pieces is counted from when the
// operation before it was seen to be over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "wire/plan.hpp"

namespace wire {

// start_tls and rename are no wish of a plan: the driver's connection goes on encrypted, or as that
// of another client.
enum class Ending : std::uint8_t { none, half_close, close, reset, start_tls, rename };

struct Wants {
  std::string_view write{};  // bytes to hand over now; valid until the next call that is not const
  std::size_t read = 0;      // how many bytes of input are welcome now; 0: do not read
  base::TimePoint wake = base::kNever;  // call poll() at this instant
  Ending ending =
      Ending::none;  // comes with an empty `write`; half_close: until half_closed() confirms it
};

class Player {
 public:
  static constexpr std::size_t kReadAtOnce = std::size_t{256} * 1024;

  // Queues plain bytes (a healthy reply). While a plan runs they follow its operations, at its
  // pace; they are dropped when it stalls or ends the connection, and once over().
  void say(std::string_view text);

  // Starts a plan. `draw` feeds its random times and noise. Precondition: !busy() and !over().
  void play(const Plan& plan, std::uint64_t draw, base::TimePoint now);

  // The first `n` bytes of the last `write` have been handed to the system.
  void wrote(std::size_t n, base::TimePoint now);

  // `n` bytes of input have arrived, more than 0 (only await and slow_read need to know).
  void took(std::size_t n, base::TimePoint now);

  // The half close that poll() asked for has been done.
  void half_closed();

  // Runs as many operations as `now` allows and says what is wanted. Monotone: `now` never goes
  // back.
  [[nodiscard]] Wants poll(base::TimePoint now);

  // A plan is not finished (it waits, stalls, paces, or its ending has not been asked for yet): the
  // next question must not be answered. Bytes that the peer is slow to take do not make it busy.
  [[nodiscard]] bool busy() const { return playing_; }

  // Nothing will be put up for writing any more: stalled, half-closed, closed or reset. What was
  // put up before may still have to be written.
  [[nodiscard]] bool over() const { return over_; }

  // An operation of ours (wait, pace, stall, slow_read) is holding something back just now. An
  // await does not: it is the peer's turn.
  [[nodiscard]] bool holding(base::TimePoint now) const;

  // Operations of the current plan that are completed, as of the last poll(): a say when its last
  // byte was put up for writing, a wait when its time was over, an await when input had come, an
  // ending when it was asked for, a stall never. Compare with Plan::commit.
  [[nodiscard]] std::size_t completed() const { return run_.next; }

  // Bytes put up for writing / confirmed by wrote(), since the connection began.
  [[nodiscard]] std::uint64_t offered_bytes() const { return written_ + unwritten(); }

  [[nodiscard]] std::uint64_t written_bytes() const { return written_; }

 private:
  static constexpr std::size_t kUncut = std::numeric_limits<std::size_t>::max();

  // How far the current plan has got.
  struct Run {
    std::uint64_t draw = 0;
    std::size_t next = 0;          // the operation that runs: all before it are completed
    base::TimePoint since{};       // when the operation before it was over
    bool heard = false;            // input has arrived since then
    std::size_t said = 0;          // bytes of it put up already
    std::size_t cut = kUncut;      // what the next say is cut to
    std::size_t piece = 0;         // bytes per piece; 0: no pace
    base::Duration gap{0};         // between pieces
    base::TimePoint next_piece{};  // the earliest instant of the next one
    // What it waits for, if that is time; kNever: stalled.
    std::optional<base::TimePoint> held_until{};
  };

  // Input allowed per window once slow_read has come. bytes 0: not limited.
  struct ReadLimit {
    std::size_t bytes = 0;
    base::Duration window{0};
    std::size_t left = 0;  // of the window that ends at `ends`
    base::TimePoint ends{};
  };

  [[nodiscard]] std::size_t unwritten() const { return out_.size() - sent_; }

  [[nodiscard]] std::uint64_t draw_of_op() const;
  [[nodiscard]] std::size_t welcome(base::TimePoint now);
  void run(base::TimePoint now);
  bool perform(const Op& op, base::TimePoint now);
  bool wait(const Op& op, base::TimePoint now);
  bool speak(std::string_view text, base::TimePoint now);
  bool make_noise(std::size_t length, base::TimePoint now);
  bool end(Ending ending);
  std::size_t next_piece(std::size_t left, base::TimePoint now);
  void open_read_window(base::TimePoint now);
  void limit_reading(const Op& op, base::TimePoint now);

  std::string out_;  // put up for writing; the first sent_ bytes are written
  std::size_t sent_ = 0;
  std::uint64_t written_ = 0;
  Plan plan_;          // a copy: the caller's may be gone before it is over
  std::string after_;  // said while the plan ran
  Run run_;
  ReadLimit read_limit_;
  bool playing_ = false;
  bool over_ = false;
  Ending ending_ = Ending::none;
};

}  // namespace wire
