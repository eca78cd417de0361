// What judging must know of a receiver's past beside its attempts: set-ups, advances of its clock,
// messages offered by the harness, events that were lost, and how far the record goes. Pure: the
// same events give the same marks. Not thread-safe: its owner guards it. One per receiver.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "journal/event.hpp"

namespace journal {

// When an event was: in real time, on the judge clock, and its sequence number.
struct Moment {
  base::Micros at{0}, judge{0};
  std::uint64_t seq = 0;

  bool operator==(const Moment&) const = default;
};

class Marks {
 public:
  // Kept of each kind at most; beyond that the oldest go and count as lost events.
  static constexpr std::size_t kMost = 100'000;

  struct SetupMark {
    Moment when{};
    std::shared_ptr<const Setup> setup{};
  };

  struct Advance {
    Moment when{};
    base::Micros by{0};
  };

  struct Offer {
    Moment when{};
    std::string recipient{};
  };

  struct Loss {
    Moment when{};  // known from here on; the events are missing from before it
    std::uint64_t count = 0;
  };

  // The next event of this receiver, in sequence.
  void add(const Event& event);

  [[nodiscard]] const std::vector<SetupMark>& setups() const { return setups_; }

  [[nodiscard]] const std::vector<Advance>& advances() const { return advances_; }

  [[nodiscard]] const std::vector<Offer>& offers() const { return offers_; }

  [[nodiscard]] const std::vector<Loss>& losses() const { return losses_; }

  // The first and the last event; both with seq 0 before the first.
  [[nodiscard]] const Moment& first() const { return first_; }

  [[nodiscard]] const Moment& last() const { return last_; }

 private:
  void lost(const Moment& when, std::uint64_t count);

  std::vector<SetupMark> setups_{};
  std::vector<Advance> advances_{};
  std::vector<Offer> offers_{};
  std::vector<Loss> losses_{};
  Moment first_{}, last_{};
};

}  // namespace journal
