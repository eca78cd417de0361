// Who came back, and when: see the header.
#include "verify/returns.hpp"

#include <algorithm>
#include <optional>

namespace verify {

namespace {

// Of a row by beginning, what began at `at` or later.
Returns::Row from(Returns::Row row, base::Micros at) {
  const auto first = std::lower_bound(
      row.begin(), row.end(), at, [](const Attempt* a, base::Micros t) { return a->begin < t; }
  );
  return row.subspan(static_cast<std::size_t>(first - row.begin()));
}

}  // namespace

base::Micros Returns::patience(const Attempt& failure, Row party, base::Micros least) {
  Series& since = turned_away_[party.data()];
  if (since.empty()) since = series_of(party);
  return std::max(least, 2 * (time(failure.judge_end) - since.at(&failure)));
}

Returns::Series Returns::series_of(Row party) const {
  Series since;
  std::optional<base::Micros> start;
  for (const Attempt* attempt : party) {
    if (attempt->outcome == Outcome::accepted) start.reset();
    if (!failed(*attempt)) continue;
    since.emplace(attempt, start.value_or(time(attempt->judge_begin)));
    start = since.at(attempt);
  }
  return since;
}

Return Returns::after(const Attempt& failure, Row party, base::Micros deadline) {
  if (fallbacks_.answered(failure)) return Return::later;
  const base::Micros later = failure.end + timeline_.slack(failure.end) + base::Micros(1);
  const bool back =
      came_since(failure, party, later, deadline) || had_mail_elsewhere(failure, deadline);
  if (back) return Return::later;
  if (came_since(failure, party, failure.end, deadline)) return Return::at_once;
  // A pool of addresses, or IPv6 and then IPv4.
  const bool elsewhere =
      failure.scope == Scope::client &&
      came(from(timeline_.attempts(), later), failure, deadline, &Attempt::judge_begin);
  return elsewhere ? Return::elsewhere : Return::none;
}

// A new connection, or one that was there before and is used again.
bool Returns::came_since(
    const Attempt& failure, Row party, base::Micros since, base::Micros deadline
) {
  return came(from(party, since), failure, deadline, &Attempt::judge_begin) ||
         came(by_mail(party, since), failure, deadline, &Attempt::judge_mail);
}

// The first of the row, but for the failure itself, began in time.
bool Returns::came(
    Row row, const Attempt& failure, base::Micros deadline, base::Micros Attempt::*began
) const {
  if (!row.empty() && row.front() == &failure) row = row.subspan(1);
  return !row.empty() && time(row.front()->*began) <= deadline;
}

// Of a party's row, what has its MAIL then or later, by that.
Returns::Row Returns::by_mail(Row party, base::Micros since) {
  const auto [known, is_new] = by_mail_.try_emplace(party.data());
  std::vector<const Attempt*>& sorted = known->second;
  if (is_new) {
    sorted.assign(party.begin(), party.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const Attempt* a, const Attempt* b) {
      return a->mail < b->mail;
    });
  }
  const auto first =
      std::lower_bound(sorted.begin(), sorted.end(), since, [](const Attempt* a, base::Micros t) {
        return a->mail < t;
      });
  return {first, sorted.end()};
}

// The client came back, with mail for another receiver on the same port: no attempt here.
bool Returns::had_mail_elsewhere(const Attempt& failure, base::Micros deadline) const {
  if (failure.scope != Scope::client) return false;
  const auto& elsewhere = timeline_.behaviour().elsewhere;
  const auto known = elsewhere.find(failure.client);
  if (known == elsewhere.end()) return false;
  const base::Micros in_flight_until = failure.end + timeline_.slack(failure.end);
  return std::any_of(known->second.begin(), known->second.end(), [&](const journal::Moment& mail) {
    return mail.at > in_flight_until && time(mail.judge) <= deadline;
  });
}

}  // namespace verify
