// The replies of one connection that were planned but are not wholly handed to the system, by
// position in the output stream. Tells which were finished late and which were cut short. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/stage.hpp"
#include "base/time.hpp"

namespace receiver {

class ReplyLog {
 public:
  struct Planned {
    std::uint64_t event = 0;   // its number in the journal
    std::uint64_t begins = 0;  // output octets before it
    std::uint64_t ends = 0;
    base::TimePoint at{};  // of its reply event
    base::Stage stage{};
    std::uint16_t code = 0;
  };

  void planned(const Planned& reply) { replies_.push_back(reply); }

  // The first reply that ends within `written` output octets, taken out; nullopt: none.
  [[nodiscard]] std::optional<Planned> next_written(std::uint64_t written) {
    if (first_ == replies_.size() || replies_[first_].ends > written) return std::nullopt;
    const auto reply = replies_[first_++];
    if (first_ == replies_.size()) {
      replies_.clear();
      first_ = 0;
    }
    return reply;
  }

  // What is left when the connection ends: these were cut.
  [[nodiscard]] std::optional<Planned> next_cut() { return next_written(UINT64_MAX); }

 private:
  std::vector<Planned> replies_;  // those before first_ are done
  std::size_t first_ = 0;
};

}  // namespace receiver
