// Failures and fallbacks of a client, matched in the order of time: see the header.
#include "verify/fallback.hpp"

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace verify {

namespace {

using Row = std::vector<const Attempt*>;

bool broke_tls(const Attempt& attempt) {
  return failed(attempt) && attempt.scope == Scope::client &&
         attempt.stage == base::Stage::starttls;
}

}  // namespace

bool Fallbacks::answered(const Attempt& failure) {
  if (!broke_tls(failure)) return false;
  const auto [known, is_new] = by_client_.try_emplace(failure.client);
  if (is_new) known->second = match(failure.client);
  return known->second.contains(&failure);
}

Fallbacks::Answered Fallbacks::match(std::string_view client) const {
  Row failures;
  Row in_clear;  // by their beginning, one of each connection that has carried nothing before
  std::unordered_set<std::uint64_t> connections;
  for (const Attempt* attempt : timeline_.of_client(client)) {
    const bool first = connections.insert(attempt->connection).second;
    if (broke_tls(*attempt)) failures.push_back(attempt);
    if (first && attempt->scope != Scope::client && !attempt->tls) in_clear.push_back(attempt);
  }
  std::stable_sort(failures.begin(), failures.end(), [](const Attempt* a, const Attempt* b) {
    return a->end < b->end;
  });
  // Earliest to earliest: what is too early for one failure is so for all that end later.
  Answered answered;
  auto next = in_clear.begin();
  for (const Attempt* failure : failures) {
    while (next != in_clear.end() && (*next)->begin < failure->end) ++next;
    if (next == in_clear.end()) break;
    if ((*next)->begin > failure->end + timeline_.slack(failure->end)) continue;
    answered.insert(failure);
    ++next;
  }
  return answered;
}

}  // namespace verify
