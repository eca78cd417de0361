// The messages that one receiver has received, as far as they are kept: the newest, within a number
// and octets. Decides nothing and knows no connection's state. Not thread-safe: its owner guards
// it; what it hands out are values and shared, immutable messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "smtp/message.hpp"

namespace receiver {

// Octets of one message's content that are captured; what is longer is kept incomplete.
inline constexpr std::size_t kCapturePerMessage = std::size_t{2} * 1024 * 1024;

struct KeptMessage {
  std::uint64_t id = 0;  // sequence number of its `message` event
  std::uint64_t connection = 0;
  base::Micros at{0};  // real time since the run began
  std::string sender{};
  std::vector<std::string> recipients{};  // accepted ones, in order
  std::shared_ptr<const smtp::Message> message{};
  bool complete = false;  // all of its content was captured
  bool stored = false;

  // Octets of it that are there to be read: content, or else its header section.
  [[nodiscard]] const std::string& captured() const;
};

class Messages {
 public:
  struct Limits {
    std::size_t messages = 10'000;
    std::size_t octets = std::size_t{64} * 1024 * 1024;  // of content, headers and addresses
  };

  // Which messages a reader wants; empty: all. Globs; "<>" is the null sender.
  struct Filter {
    std::string sender{}, recipient{};

    [[nodiscard]] bool matches(const KeptMessage& message) const;
  };

  struct Page {
    std::vector<KeptMessage> messages{};  // by rising id
    bool more = false;                    // further ones that match are there
  };

  struct Counts {
    std::uint64_t kept = 0, octets = 0, dropped = 0;
  };

  Messages() = default;

  explicit Messages(Limits limits) : limits_(limits) {}

  // Ids rise; `complete` is found out here. The oldest make room. A message larger than all room is
  // kept alone.
  void add(KeptMessage message);

  // The message was stored; nothing happens if it is gone.
  void mark_stored(std::uint64_t id);

  // Those with an id above `after`.
  [[nodiscard]] Page page(std::uint64_t after, std::size_t limit, const Filter& filter) const;
  [[nodiscard]] Page page(std::uint64_t after, std::size_t limit) const;

  [[nodiscard]] std::optional<KeptMessage> find(std::uint64_t id) const;

  // Forgets all, also how many were dropped.
  void clear();

  [[nodiscard]] Counts counts() const;

 private:
  [[nodiscard]] std::deque<KeptMessage>::const_iterator first_after(std::uint64_t id) const;
  void make_room(std::size_t octets);

  Limits limits_{};
  std::deque<KeptMessage> kept_{};  // by rising id
  std::size_t octets_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace receiver
