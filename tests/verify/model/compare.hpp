// The checks and the model side by side: the same plan judged by both, and how they differ.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "verify/model/model.hpp"
#include "verify/timeline.hpp"

namespace verify::histories {

struct Judged {
  World world;
  Timeline timeline;
};

// The first `events` of the record, as the world knows the time.
[[nodiscard]] Timeline timeline_of(const Record& record, std::size_t events, const World& world);

[[nodiscard]] Judged judged(const Plan& plan, Ties ties = Ties::as_planned);

// Attempts as the tracker has them, and as the plan meant them: a line each.
[[nodiscard]] std::string attempts_of(const Timeline& timeline);
[[nodiscard]] std::string attempts_of(const World& world);

// Which of them belong together, and where nobody can tell.
[[nodiscard]] std::string deliveries_of(const Timeline& timeline);
[[nodiscard]] std::string deliveries_of(const World& world);

// What is known, without the numbers that attempts have.
[[nodiscard]] std::vector<std::string> unnumbered(const World& world);

// A wish for each check, for this plan.
[[nodiscard]] std::vector<Wish> wishes(const Plan& plan);

[[nodiscard]] Verdict verdict_of(const Timeline& timeline, const Wish& wish);

// Both answers in words; nothing if they agree.
[[nodiscard]] std::optional<std::string> difference(const Judged& judged, const Wish& wish);

// As few visits, transactions and marks as still differ.
[[nodiscard]] Plan shrunk(Plan plan, const std::function<bool(const Plan&)>& differs);

}  // namespace verify::histories
