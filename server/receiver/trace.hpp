// Why the rules of one receiver acted or did not act on one question: what an event carries for
// whoever asks later. Filled once, then immutable; any thread.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "journal/event.hpp"
#include "scenario/explain.hpp"

namespace receiver {

class RuleTrace final : public journal::Trace {
 public:
  explicit RuleTrace(scenario::ScenarioPtr scenario) : scenario_(std::move(scenario)) {}

  // One search: a question may have several, one for each stage whose rules were asked.
  void add(scenario::Facts facts, scenario::Considerations considered) {
    searches_.push_back({std::move(facts), std::move(considered)});
  }

  // The rules of all searches in words, in the order in which they were asked.
  [[nodiscard]] std::vector<scenario::Reason> reasons() const {
    std::vector<scenario::Reason> all;
    for (const auto& search : searches_) {
      for (auto& reason : scenario::explain(*scenario_, search.facts, search.considered)) {
        all.push_back(std::move(reason));
      }
    }
    return all;
  }

  [[nodiscard]] std::size_t footprint() const override {
    std::size_t octets = sizeof(RuleTrace);
    for (const auto& search : searches_) {
      octets += sizeof(Search) + search.facts.footprint() + search.considered.footprint();
    }
    return octets;
  }

 private:
  struct Search {
    scenario::Facts facts;
    scenario::Considerations considered;
  };

  scenario::ScenarioPtr scenario_;
  std::vector<Search> searches_{};
};

}  // namespace receiver
