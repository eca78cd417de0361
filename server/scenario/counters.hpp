// How often each rule was reached, and fired, per key. Claiming is atomic, so two connections never
// get the same n. Thread-safe. Bounded: beyond the limit the keys longest unused are forgotten, and
// counted.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace scenario {

class Counters {
 public:
  static constexpr std::size_t kKeys = 200'000;

  explicit Counters(std::size_t max_keys = kKeys) : max_keys_(max_keys) {}

  // What of a rule decides whether it fires.
  struct Terms {
    std::size_t rule = 0;     // Rule::id
    std::string_view name{};  // feeds the draw
    std::uint64_t after = 0;
    std::optional<std::uint64_t> times{};
    double chance = 1.0;
    std::uint64_t seed = 1;
  };

  struct Claim {
    std::uint64_t nth = 0;     // from 1; the smallest over the keys
    std::uint64_t firing = 0;  // how often the rule has fired for that key before
    std::uint64_t draw = 0;    // of (seed, name, that key, nth)
    bool fires = false;
  };

  // Claims the next number of the rule for every key (at least one); with several the smallest
  // number rules. It fires if nth > after, it has fired fewer than `times` times, and unit(draw) <
  // chance. A firing counts for every key that was claimed.
  Claim claim(const Terms& terms, std::span<const std::string> keys);

  // What claim() would say now. Changes nothing.
  [[nodiscard]] Claim peek(const Terms& terms, std::span<const std::string> keys) const;

  // How often a rule was reached and has fired, over all keys, also those forgotten.
  struct Totals {
    std::uint64_t reached = 0;
    std::uint64_t fired = 0;

    bool operator==(const Totals&) const = default;
  };

  [[nodiscard]] Totals totals(std::size_t rule) const;

  struct Count {
    std::size_t rule = 0;
    std::string key{};
    std::uint64_t reached = 0;
    std::uint64_t fired = 0;
  };

  // Of the keys used last, the latest first, at most `most`.
  [[nodiscard]] std::vector<Count> latest(std::size_t most) const;

  void clear();

  // Keys forgotten because of the limit.
  [[nodiscard]] std::uint64_t forgotten() const;

 private:
  struct Entry {
    std::string key;  // rule and key as one text
    std::uint64_t reached = 0;
    std::uint64_t fired = 0;
  };

  using Entries = std::list<Entry>;  // the most recently used first

  Entry& touch(std::size_t rule, std::string_view key);
  [[nodiscard]] const Entry* find(std::size_t rule, std::string_view key) const;

  const std::size_t max_keys_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> by_key_;  // views into entries_
  std::unordered_map<std::size_t, Totals> totals_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace scenario
