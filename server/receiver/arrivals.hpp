// When each stretch of a connection's input arrived, so that a command that had to wait for its
// turn can say when its first octet came. Bounded: very finely chopped input is remembered
// coarsely. Not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"

namespace receiver {

class Arrivals {
 public:
  static constexpr std::size_t kMost = 256;

  // Input from stream offset `offset` on came at `at`.
  void came(std::uint64_t offset, base::TimePoint at) {
    if (spans_.size() < kMost) spans_.push_back({offset, at});
  }

  // When the octet at `offset` came. What lies before it is forgotten: ask in stream order.
  [[nodiscard]] base::TimePoint of(std::uint64_t offset) {
    auto keep = spans_.begin();
    while (keep != spans_.end() && keep + 1 != spans_.end() && (keep + 1)->offset <= offset) ++keep;
    spans_.erase(spans_.begin(), keep);
    return spans_.empty() ? base::TimePoint{} : spans_.front().at;
  }

  // Everything that came has been used up.
  void clear() { spans_.clear(); }

 private:
  struct Span {
    std::uint64_t offset;
    base::TimePoint at;
  };

  std::vector<Span> spans_;
};

}  // namespace receiver
