// The far end of a Player in virtual time: takes what is offered, goes from wake-up to wake-up and
// writes down when what arrived. Used by the tests of this folder.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "wire/player.hpp"

namespace wire {

inline const base::TimePoint kStart{std::chrono::seconds(1000)};

// What arrived at one instant.
struct Piece {
  base::Duration at{0};  // since kStart
  std::string bytes;

  bool operator==(const Piece&) const = default;
};

class Recorder {
 public:
  // How many of the `offered` bytes the peer takes at once; at least 1, or 0 to stop the run.
  using Appetite = std::function<std::size_t(std::size_t offered)>;

  explicit Recorder(
      Player& player, Appetite appetite = [](std::size_t all) { return all; }
  )
      : player_(player), appetite_(std::move(appetite)) {}

  // Runs until nothing is to be expected any more, an ending is asked for, or `limit` is reached.
  void run(base::TimePoint limit = base::kNever) {
    while (true) {
      const Wants wants = player_.poll(now_);
      commits_.push_back(player_.completed());
      ending_ = wants.ending;
      if (wants.wake <= now_) wakes_are_ahead_ = false;
      if (!wants.write.empty()) {
        const std::size_t n = appetite_(wants.write.size());
        if (n == 0) return;
        note(wants.write.substr(0, n));
        player_.wrote(n, now_);
        continue;
      }
      if (ending_ != Ending::none || wants.wake == base::kNever || wants.wake > limit) return;
      now_ = wants.wake;
    }
  }

  [[nodiscard]] base::TimePoint now() const { return now_; }

  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }

  [[nodiscard]] const std::vector<std::size_t>& commits() const { return commits_; }

  [[nodiscard]] Ending ending() const { return ending_; }

  // No wake-up was asked for that did not lie in the future.
  [[nodiscard]] bool wakes_are_ahead() const { return wakes_are_ahead_; }

  [[nodiscard]] std::string bytes() const {
    std::string all;
    for (const Piece& piece : pieces_) all += piece.bytes;
    return all;
  }

 private:
  void note(std::string_view bytes) {
    const base::Duration at = now_ - kStart;
    if (pieces_.empty() || pieces_.back().at != at) pieces_.push_back({at, {}});
    pieces_.back().bytes += bytes;
  }

  Player& player_;
  Appetite appetite_;
  base::TimePoint now_ = kStart;
  std::vector<Piece> pieces_;
  std::vector<std::size_t> commits_;  // completed() after each poll
  Ending ending_ = Ending::none;
  bool wakes_are_ahead_ = true;
};

}  // namespace wire
