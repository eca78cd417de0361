// Which body each Message-ID came with, so that one used for two messages is noticed (RFC 5322
// 3.6.4). Bounded: the oldest are forgotten. Not thread-safe: its receiver guards it.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

namespace receiver {

class Identities {
 public:
  static constexpr std::size_t kMost = 20'000;

  // Notes that a message with this Message-ID had a body of this hash; true: an earlier one with
  // the same had another. An empty Message-ID identifies nothing.
  bool note(const std::string& message_id, const std::string& body_hash) {
    if (message_id.empty()) return false;
    const auto [known, is_new] = bodies_.try_emplace(message_id, body_hash);
    if (!is_new) return known->second != body_hash;
    order_.push_back(message_id);
    if (order_.size() > kMost) {
      bodies_.erase(order_.front());
      order_.pop_front();
    }
    return false;
  }

  void clear() {
    bodies_.clear();
    order_.clear();
  }

 private:
  std::unordered_map<std::string, std::string> bodies_;
  std::deque<std::string> order_;  // by age
};

}  // namespace receiver
