// What a check says: three values, and the two ways of not knowing told apart. Values only; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace verify {

enum class Value : std::uint8_t {
  pass,
  fail,
  open,   // may yet become pass or fail
  empty,  // nothing to judge: no attempt was selected, or the occasion never came
  blind,  // what would decide it cannot be known: lost events, messages not told apart, an advance
};
[[nodiscard]] std::string_view name_of(Value value);

// One of the things that a check judged: a delivery, a recipient, a client.
struct Case {
  Value value = Value::pass;
  std::string who{};                      // "r@full.test", "client 127.0.0.1"
  std::string observed{};                 // one sentence without a full stop
  std::vector<std::uint64_t> evidence{};  // sequence numbers of events, rising
};

struct Verdict {
  Value value = Value::empty;
  bool provisional = false;  // a pass that no window of the expectation's own ended

  // The instant on the judge clock at which time alone may change it; none: only events can.
  std::optional<base::Micros> deadline{};

  std::string expected{};                 // one sentence without a full stop
  std::string observed{};                 // the same; of the worst case, and how many more
  std::vector<std::uint64_t> evidence{};  // of the worst cases, rising, bounded

  std::uint64_t selected = 0;  // cases judged
  std::uint64_t passed = 0, failed = 0, unclear = 0;
  std::vector<Case> cases{};  // the failed and unclear ones, failed first; at most kMostCases

  static constexpr std::size_t kMostCases = 1000;
};

}  // namespace verify
