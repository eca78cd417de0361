// THE TABLE of what the check `protocol` makes of each kind of finding: whether it is a violation
// of the protocol, or only worth knowing. The kinds themselves belong to the SMTP session, which
// this folder does not know; a test compares the two tables. Values only, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace verify {

struct FindingKind {
  enum class Weight : std::uint8_t {
    fault,  // a standard forbids it: counts unless left out
    habit,  // widespread, a matter of taste, or no matter of SMTP: counts only if named
  };
  std::string_view name;
  Weight weight;
  std::string_view why;  // half a sentence
};

[[nodiscard]] std::span<const FindingKind> finding_kinds();

}  // namespace verify
