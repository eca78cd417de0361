// Puts into words what a search for rules made of each of them: "attempt 3, times used up (2)".
// Decides nothing: it reads what decide() has noted. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ip.hpp"
#include "base/stage.hpp"
#include "base/time.hpp"
#include "scenario/considerations.hpp"
#include "scenario/decide.hpp"
#include "scenario/model.hpp"

namespace scenario {

// What of a question a reason may name, as values that outlive it.
struct Facts {
  base::Stage stage = base::Stage::connect;
  base::Duration receiver_time{0};
  std::size_t phase = 0;
  std::string sender{};
  std::string recipient{};     // the first of them
  std::size_t recipients = 0;  // how many
  std::uint32_t attempt = 0;   // of the first
  std::string ehlo{};
  std::string auth_user{};  // empty: nobody has logged in
  bool tls = false;
  base::IpAddress client{};
  std::uint64_t size = 0;  // 0: not known

  // Octets beyond the object itself, roughly.
  [[nodiscard]] std::size_t footprint() const;
};

[[nodiscard]] Facts facts_of(const Query& query);

struct Reason {
  std::string rule{};
  bool acts = false;
  std::string why{};
  std::uint32_t nth = 0;  // the number it had; 0: it was not reached
  bool decides = false;   // it acts, and ends the search

  bool operator==(const Reason&) const = default;
};

// One for each rule of the stage in the order in which they are asked, those included that were not
// asked any more, and for an address that nearly is a trigger; at most Considerations::kMost of the
// ones that did not act, and then how many more there are.
[[nodiscard]] std::vector<Reason> explain(
    const Scenario& scenario, const Facts& facts, const Considerations& considered
);

}  // namespace scenario
