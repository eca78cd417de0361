// Reports made by hand, for the tests of their renderings.
#pragma once

#include <string>

#include "verify/report.hpp"

namespace verify::testing {

inline Report::Check check(std::string name, Value value, std::string observed) {
  Report::Check check{.name = name, .check = name};
  switch (value) {
    case Value::pass: check.result = Result::pass; break;
    case Value::fail: check.result = Result::fail; break;
    case Value::open:
    case Value::empty:
    case Value::blind: check.result = Result::inconclusive; break;
  }
  check.verdict.value = value;
  check.verdict.expected = "what " + std::move(name) + " wants";
  check.verdict.observed = std::move(observed);
  return check;
}

inline Case failure(std::string who, std::vector<std::uint64_t> evidence) {
  return {
      .value = Value::fail,
      .who = who,
      .observed = who + " was tried again 3.1 s after 550 5.3.1",
      .evidence = std::move(evidence)};
}

// `suppressed` with so many failed recipients: a0@gone.test, a1@gone.test..
inline Report::Check suppressed(std::uint64_t failures) {
  auto made = check("suppressed", Value::fail, "a0@gone.test was tried again");
  made.verdict.expected = "no attempt for 30 s";
  made.verdict.selected = made.verdict.failed = failures;
  for (std::uint64_t i = 0; i < failures; ++i) {
    const std::vector<std::uint64_t> evidence{41 + 20 * i, 57 + 20 * i};
    made.verdict.cases.push_back(failure("a" + std::to_string(i) + "@gone.test", evidence));
    made.verdict.evidence.insert(made.verdict.evidence.end(), evidence.begin(), evidence.end());
  }
  return made;
}

inline Report report(Result result, std::vector<Report::Check> checks) {
  Report made{.receiver = "default", .scenario = "full-twice", .seed = 1};
  made.start = base::WallTime(std::chrono::seconds(1'769'860'800));  // 2026-01-31 12:00 UTC
  made.observed = {.judge = std::chrono::seconds(28), .real = std::chrono::seconds(28)};
  made.slack = std::chrono::milliseconds(250);
  made.source = "scenario full-twice";
  made.result = result;
  made.checks = std::move(checks);
  return made;
}

// Two deliveries, one accepted after a failure.
inline Figures figures() {
  Figures made;
  made.attempts = 3;
  made.attempts_by_outcome = {{"accepted", 1}, {"deferred", 2}};
  made.attempts_by_code = {{"250 2.0.0", 1}, {"452 4.3.1", 2}};
  made.deliveries = 2;
  made.deliveries_by_state = {{"accepted", 1}, {"deferred", 1}};
  made.failed_first = 2;
  made.retried = made.retried_accepted = made.unresolved = made.copies = 1;
  made.median_resolution = made.worst_resolution =
      BothTimes{.judge = std::chrono::seconds(120), .real = std::chrono::seconds(2)};
  return made;
}

inline const std::string kHostile = "\x1b[31m<r&\"\n\xff\xef\xbf\xbe>\x01";

}  // namespace verify::testing
