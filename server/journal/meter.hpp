// One receiver in figures for a monitoring system: counts and times, computed from its events
// alone. Knows no text format. Pure: the same events give the same figures. Bounded. Not
// thread-safe: its owner guards it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/time.hpp"
#include "journal/event.hpp"

namespace journal {

// How many values were at most so many seconds, for each bound and beyond.
class Histogram {
 public:
  static constexpr std::array<double, 13> kBounds{
      0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 600, 3600};

  void add(base::Micros value);

  // Not cumulated; the last one is of what is beyond all bounds.
  [[nodiscard]] const std::array<std::uint64_t, kBounds.size() + 1>& counts() const {
    return counts_;
  }

  [[nodiscard]] double sum() const { return std::chrono::duration<double>(sum_).count(); }

 private:
  std::array<std::uint64_t, kBounds.size() + 1> counts_{};
  base::Micros sum_{0};
};

class Meter {
 public:
  static constexpr std::size_t kPairs = 200;            // of code and enhanced code
  static constexpr std::size_t kConnections = 100'000;  // whose times are followed
  static constexpr std::uint16_t kOther = 0;            // as a code: all others

  using Pair = std::pair<std::uint16_t, std::string>;

  struct Figures {
    std::uint64_t connections = 0, open = 0, turned_away = 0;
    std::array<std::uint64_t, 17> commands{};  // by kVerbs
    std::map<Pair, std::uint64_t> replies{};
    std::uint64_t octets = 0;  // received on connections that have ended
    Histogram reply{};         // from a command, or from the connection's begin, to its reply
    Histogram connection{};    // from begin to end
  };

  static constexpr std::array<std::string_view, 17> kVerbs{
      "EHLO",
      "HELO",
      "LHLO",
      "MAIL",
      "RCPT",
      "DATA",
      "BDAT",
      "RSET",
      "NOOP",
      "QUIT",
      "VRFY",
      "EXPN",
      "HELP",
      "STARTTLS",
      "AUTH",
      "ETRN",
      "other"};

  // The next event of the receiver, in sequence. A reset begins all anew but what is open.
  void add(const Event& event);

  [[nodiscard]] const Figures& figures() const { return figures_; }

 private:
  struct Times {
    base::Micros began{0};
    base::Micros asked{0};
    bool waits = false;  // for a reply
  };

  void replied(const Event& event);
  void ended(const Event& event);
  [[nodiscard]] Times* times_of(std::uint64_t connection);

  Figures figures_{};
  std::unordered_map<std::uint64_t, Times> open_{};
};

}  // namespace journal
