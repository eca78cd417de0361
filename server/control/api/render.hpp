// What the API answers with, as JSON text. Lists are put together as text because they may hold
// thousands of events, which the journal renders itself. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "control/http.hpp"
#include "journal/deliveries.hpp"
#include "journal/event.hpp"
#include "receiver/receiver.hpp"

namespace control::api {

// {"items":[..],"next":"cursor or null","dropped":n,"last":n}
class List {
 public:
  std::uint64_t last = 0;               // everything up to here was looked at
  std::optional<std::uint64_t> next{};  // set when there is more: continue with after = this
  std::uint64_t dropped = 0;            // what the limits have made the server forget

  void add(std::string_view item);

  [[nodiscard]] const std::string& items() const { return items_; }

 private:
  std::string items_;  // separated by commas
};

[[nodiscard]] Response to_response(const List& list);

// One JSON object each. `start` is the wall time at which the run began.
[[nodiscard]] std::string render(const journal::Event& event, base::WallTime start);
[[nodiscard]] std::string render(const journal::Attempt& attempt, base::WallTime start);
[[nodiscard]] std::string render(
    const receiver::Receiver::DeliveryStory& story, std::string_view receiver, base::WallTime start
);

}  // namespace control::api
