// How verdicts speak: times, replies and parties in a sentence. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "journal/deliveries.hpp"
#include "verify/timeline.hpp"

namespace verify {

// "0.25 s", "3.1 s", "2 min 5 s", "1 h 3 min", "5 d": the two largest units, rounded.
[[nodiscard]] std::string spoken(base::Micros time);

// A time that passed, on the judge clock, and in real time beside it where the clock is scaled:
// "3.1 min (3.1 s real)".
[[nodiscard]] std::string spoken(base::Micros judge, base::Micros real, double scale);

// What decided an attempt: "452 4.3.1", "421", "a lost connection at message", "leaving at rcpt".
[[nodiscard]] std::string reason(const journal::Attempt& attempt);

// "1 attempt", "3 attempts"; "deliveries" of "delivery".
[[nodiscard]] std::string counted(std::uint64_t n, std::string_view noun);

// An address as people read it: "<>" for the null sender.
[[nodiscard]] std::string address(std::string_view text);

// "a@x to b@y", for a delivery.
[[nodiscard]] std::string who(const journal::Delivery& delivery);

}  // namespace verify
