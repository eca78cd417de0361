// From cases to a verdict.
#include "verify/tally.hpp"

#include "support/catch.hpp"
#include "verify/timeline.hpp"

using base::Micros;
using verify::Tally;
using verify::Value;
using verify::Verdict;

namespace {

const verify::Timeline& nothing_happened() {
  static const verify::Timeline timeline(journal::Account{}, {});
  return timeline;
}

Tally tally() {
  return {nothing_happened(), "something", "case"};
}

}  // namespace

TEST_CASE("the worst case is the verdict") {
  struct Row {
    bool fail, open, blind, empty, pass;
    Value value;
  };

  const auto row = GENERATE(
      Row{true, true, true, true, true, Value::fail},
      Row{false, true, true, true, true, Value::open},
      Row{false, false, true, true, true, Value::blind},
      Row{false, false, false, true, true, Value::empty},
      Row{false, false, false, false, true, Value::pass},
      Row{false, false, false, false, false, Value::empty}
  );
  Tally cases = tally();
  if (row.pass) cases.pass();
  if (row.empty) cases.no_occasion("e", "e had none", {5});
  if (row.blind) cases.blind("b", "b is unknown", {4});
  if (row.open) cases.open("o", "o is open", {3}, Micros(30));
  if (row.fail) cases.fail("f", "f failed", {2});
  const Verdict verdict = std::move(cases).verdict("there was nothing", "it passed");
  CHECK(name_of(verdict.value) == name_of(row.value));
  CHECK(verdict.passed == (row.pass ? 1U : 0U));
  CHECK(verdict.failed == (row.fail ? 1U : 0U));
  CHECK(
      verdict.unclear == static_cast<std::uint64_t>(row.open) +
                             static_cast<std::uint64_t>(row.blind) +
                             static_cast<std::uint64_t>(row.empty)
  );
  CHECK(verdict.selected == verdict.passed + verdict.failed + verdict.unclear);
}

TEST_CASE("a verdict tells its first case and how many more there are") {
  Tally cases = tally();
  cases.fail("a", "a failed", {7, 9});
  cases.fail("b", "b failed", {3, 7});
  cases.blind("c", "c is unknown", {1});
  const Verdict verdict = std::move(cases).verdict("", "");
  CHECK(verdict.observed == "a failed, and 1 more");
  CHECK(verdict.expected == "something");
  CHECK(verdict.evidence == std::vector<std::uint64_t>{3, 7, 9});
  REQUIRE(verdict.cases.size() == 3);
  CHECK(verdict.cases[0].who == "a");
  CHECK(verdict.cases[2].who == "c");
}

TEST_CASE("without cases the verdict says what was not there") {
  const Verdict verdict = tally().verdict("there was nothing", "it passed");
  CHECK(verdict.observed == "there was nothing");
  CHECK(verdict.evidence.empty());
}

TEST_CASE("a pass tells how many there were and what is remarkable") {
  Tally cases = tally();
  cases.pass();
  cases.pass();
  cases.remark("one of them was late", {8});
  cases.provisional();
  const Verdict verdict = std::move(cases).verdict("", "it passed");
  CHECK(verdict.observed == "2 cases: it passed; one of them was late");
  CHECK(verdict.evidence == std::vector<std::uint64_t>{8});
  CHECK(verdict.provisional);
}

TEST_CASE("the earliest deadline of the open cases counts") {
  Tally cases = tally();
  cases.open("a", "a is open", {}, {});
  cases.open("b", "b is open", {}, Micros(50));
  cases.open("c", "c is open", {}, Micros(20));
  CHECK(std::move(cases).verdict("", "").deadline == Micros(20));
}

TEST_CASE("cases and evidence are bounded and counted on") {
  Tally cases = tally();
  for (std::uint64_t i = 1; i <= 5000; ++i) cases.fail("x", "x failed", {i});
  const Verdict verdict = std::move(cases).verdict("", "");
  CHECK(verdict.failed == 5000);
  CHECK(verdict.observed == "x failed, and 4999 more");
  CHECK(verdict.cases.size() == Verdict::kMostCases);
  CHECK(verdict.evidence.size() == 100);
}

TEST_CASE("evidence of attempts is merged and rises") {
  verify::Attempt a, b;
  a.evidence = {5, 9};
  b.evidence = {2, 5};
  CHECK(verify::evidence_of({&a, nullptr, &b}) == std::vector<std::uint64_t>{2, 5, 9});
}
