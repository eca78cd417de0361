// THE TABLE of checks. A check is one file in checks/ and one row here: its name, what it says of a
// sender, the keys it reads, and the function that judges. Pure: the same timeline and parameters
// give the same verdict. Any thread.
#pragma once

#include <span>
#include <string_view>

#include "document/table.hpp"
#include "verify/params.hpp"
#include "verify/timeline.hpp"
#include "verify/verdict.hpp"

namespace verify {

// What must happen, what must not, or both.
enum class Side : std::uint8_t { must, must_not, both };
[[nodiscard]] std::string_view name_of(Side side);

struct Check {
  std::string_view name;
  Side side;
  std::string_view doc;       // one sentence without a full stop
  std::string_view selects;   // what it looks at
  std::string_view occasion;  // when it can be judged
  std::string_view fails;     // when it fails
  std::string_view passes;
  std::span<const document::Row<Params>> keys;  // its own, beside common_keys()
  Verdict (*judge)(const Timeline&, const Params&);
};

[[nodiscard]] std::span<const Check> checks();

// nullptr: there is none of this name.
[[nodiscard]] const Check* find_check(std::string_view name);

// The keys that every check reads: select, clock.
[[nodiscard]] std::span<const document::Row<Params>> common_keys();

namespace detail {

// One of each per file of checks/.
extern const Check kRetried, kNotHasty, kBacksOff, kNotRetried, kSuppressed, kDeliveredOnce,
    kAttemptLimit, kGivesUp, kKeepsTls, kProtocol;

}  // namespace detail

}  // namespace verify
