// Chains of a host's failures: see the header.
#include "verify/suspensions.hpp"

#include <algorithm>

namespace verify {

base::Micros Suspensions::end(const Attempt& failure) {
  const auto failures = timeline_.host_failures(failure.client);
  const auto next = std::lower_bound(
      failures.begin(),
      failures.end(),
      failure.end,
      [](const Attempt* a, base::Micros t) { return a->begin < t; }
  );
  if (next == failures.end() || !in_time((*next)->judge_begin, failure.judge_end)) {
    return failure.judge_end;
  }
  return chains(failure.client)[static_cast<std::size_t>(next - failures.begin())];
}

// Computed once per client, from the back.
const std::vector<base::Micros>& Suspensions::chains(std::string_view client) {
  const auto known = chains_.find(std::string(client));
  if (known != chains_.end()) return known->second;
  const auto failures = timeline_.host_failures(client);
  std::vector<base::Micros> ends(failures.size());
  for (std::size_t i = failures.size(); i-- > 0;) {
    ends[i] = failures[i]->judge_end;
    if (i + 1 < failures.size() && in_time(failures[i + 1]->judge_begin, ends[i])) {
      ends[i] = std::max(ends[i], ends[i + 1]);
    }
  }
  return chains_.emplace(std::string(client), std::move(ends)).first->second;
}

// `at` is within reach of `start`; both on the judge clock.
bool Suspensions::in_time(base::Micros at, base::Micros start) const {
  return timeline_.time(clock_, at) <=
         timeline_.time(clock_, start) + within_ + timeline_.judge_slack(start, start + within_);
}

}  // namespace verify
