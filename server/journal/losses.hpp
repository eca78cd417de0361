// Which sequence numbers a ring has dropped: they rise, and mostly without holes, so runs of them
// are kept. Bounded: of the oldest runs only the sum stays. Not thread-safe: its owner guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace journal {

class Losses {
 public:
  static constexpr std::size_t kRuns = 32'768;

  explicit Losses(std::size_t max_runs = kRuns) : max_runs_(max_runs) {}

  // The next dropped number; above all before it.
  void add(std::uint64_t seq);

  struct Count {
    std::uint64_t events = 0;
    bool at_least = false;  // more may have been lost: so far back only sums are known
  };

  // How many numbers above `after` and up to `until` were dropped.
  [[nodiscard]] Count between(std::uint64_t after, std::uint64_t until) const;

 private:
  struct Run {
    std::uint64_t first = 0;   // its first number
    std::uint64_t before = 0;  // dropped before it
  };

  [[nodiscard]] std::uint64_t up_to(std::uint64_t seq) const;

  std::size_t max_runs_;
  std::deque<Run> runs_{};
  std::uint64_t last_ = 0;       // dropped last
  std::uint64_t total_ = 0;      // dropped altogether
  std::uint64_t forgotten_ = 0;  // the last number of a run that is not kept any more
};

}  // namespace journal
