// A scenario in force, with the rules that were pushed in front of it and the counters of all of
// them. A connection goes by the edition it began with, and each of its transactions by the one
// that is in force at its MAIL. Immutable but for the counters, which lock themselves; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/name.hpp"
#include "base/stage.hpp"
#include "scenario/counters.hpp"
#include "scenario/model.hpp"

namespace receiver {

// A rule in force, as the API shows it.
struct RuleView {
  std::size_t id = 0;
  std::string name{};
  base::Stage at = base::Stage::rcpt;
  bool pushed = false;  // over the API; otherwise the scenario's own
  scenario::Counters::Totals totals{};
  std::optional<std::uint64_t> remaining{};  // firings; only where one counter holds for all
  std::string written{};                     // as a JSON object
};

struct Edition {
  scenario::ScenarioPtr scenario;         // pushed rules in front of its own
  std::vector<base::Name> phase_names{};  // by phase index
  // Shared by the editions of one generation, so that a pushed rule leaves the others' counts.
  std::shared_ptr<scenario::Counters> counters{};
  std::uint64_t generation = 0;  // rises when phases, clock and counters begin anew
  std::size_t own_rules = 0;     // the scenario's, behind those pushed; their ids are 1 to this

  // A new generation of `own`, without pushed rules.
  Edition(scenario::ScenarioPtr own, std::uint64_t generation);

  // `before`, with these rules pushed instead of those it has; the newest first.
  Edition(
      const Edition& before, const scenario::ScenarioPtr& own, std::vector<scenario::Rule> pushed
  );

  // Whether a rule or trigger could act at `stage` at all: most questions of a healthy server need
  // no query.
  [[nodiscard]] bool acts_at(base::Stage stage) const {
    return acts_at_[static_cast<std::size_t>(stage)];
  }

  // All rules in the order in which they are asked.
  [[nodiscard]] std::vector<RuleView> rules() const;

 private:
  void find_out();

  std::array<bool, base::kStageNames.size()> acts_at_{};
};

using EditionPtr = std::shared_ptr<const Edition>;

}  // namespace receiver
