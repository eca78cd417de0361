// What a search for rules made of each rule that it asked, as small as it can be: kept with every
// answer that rules were asked for, and put into words only when somebody wants to know
// (explain.hpp). Not thread-safe while it is filled; a value afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace scenario {

struct Rule;

// Why a rule did not act.
enum class Miss : std::uint8_t {
  none,
  phase,
  window,
  moment,  // of the AUTH exchange: Rule::early
  null_sender,
  match,
  after,
  times,
  chance
};

struct Consideration {
  std::uint32_t rule = 0;     // index in Scenario::rules; from kTriggers on: an address trigger
  Miss miss = Miss::none;     // none: it acted
  std::uint16_t failing = 0;  // match: what does not hold, as Match::failing() says
  std::uint32_t nth = 0;      // after, times, chance, none: the number it had
  std::uint32_t firing = 0;   // how often it had fired before
  float draw = 0;             // between 0 and 1
};

static_assert(sizeof(Consideration) <= 32);

// An address that looks like a trigger and is none.
struct NearTrigger {
  std::string name{};  // "+drop-foo"; empty: there was none
  std::string why{};
};

class Considerations {
 public:
  static constexpr std::size_t kMost = 64;  // that are kept; those that acted are always
  static constexpr std::uint32_t kTriggers = 0x8000'0000;

  // So many are to come, most likely.
  void expect(std::size_t rules) { all_.reserve(rules < kMost ? rules : kMost); }

  void add(std::size_t rule, Consideration outcome) {
    outcome.rule = static_cast<std::uint32_t>(rule);
    last_ = outcome.rule;
    keep(outcome);
  }

  void add(std::shared_ptr<const Rule> trigger, Consideration outcome) {
    if (triggers_.size() == kMost) return ++more_, void();
    outcome.rule = kTriggers + static_cast<std::uint32_t>(triggers_.size());
    triggers_.push_back(std::move(trigger));
    keep(outcome);
  }

  [[nodiscard]] std::span<const Consideration> all() const { return all_; }

  // The last one stays.
  void set_near(NearTrigger near) { near_ = std::move(near); }

  [[nodiscard]] const NearTrigger& near() const { return near_; }

  // There is nothing to tell.
  [[nodiscard]] bool empty() const { return all_.empty() && near_.name.empty(); }

  // Rules that were asked and are not among them.
  [[nodiscard]] std::size_t more() const { return more_; }

  // The index of the scenario's rule that was asked last; all before it at the stage were asked.
  [[nodiscard]] std::uint32_t last() const { return last_; }

  [[nodiscard]] const Rule& trigger(const Consideration& one) const {
    return *triggers_[one.rule - kTriggers];
  }

  [[nodiscard]] std::size_t footprint() const {
    return all_.capacity() * sizeof(Consideration) + triggers_.size() * 512 + near_.name.size() +
           near_.why.size();
  }

 private:
  void keep(const Consideration& outcome) {
    if (all_.size() < kMost || outcome.miss == Miss::none) {
      all_.push_back(outcome);
    } else {
      ++more_;
    }
  }

  std::vector<Consideration> all_{};
  std::vector<std::shared_ptr<const Rule>> triggers_{};
  NearTrigger near_{};
  std::size_t more_ = 0;
  std::uint32_t last_ = 0;
};

}  // namespace scenario
