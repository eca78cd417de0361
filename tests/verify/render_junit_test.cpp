// Reports as JUnit XML: golden, and valid by the schema beside this file (needs xmllint).
#include <cstdio>
#include <sys/wait.h>

#include "support/catch.hpp"
#include "verify/render.hpp"
#include "verify/reports.hpp"

namespace {

using namespace verify::testing;
using verify::Report;
using verify::Result;
using verify::Value;

std::string junit(const Report& report) {
  return verify::to_junit(std::span(&report, 1));
}

bool contains(const std::string& all, std::string_view part) {
  return all.find(part) != std::string::npos;
}

// What is not read is thrown away: a writer must not be killed by a command that ends at once.
int xmllint_status(const std::string& xml) {
  std::FILE* lint = popen(
      "xmllint --noout --nonet --schema tests/verify/junit.xsd - 2>&1;"
      "status=$?; cat >/dev/null; exit $status",
      "w"
  );
  REQUIRE(lint != nullptr);
  std::fwrite(xml.data(), 1, xml.size(), lint);
  const int status = pclose(lint);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// One of everything, with hostile names.
std::vector<Report> everything() {
  auto advice = check("not-hasty", Value::fail, "tried again after 5 s");
  advice.advice = true;
  auto not_applicable = check("backs-off", Value::empty, "nothing was deferred");
  not_applicable.result = Result::not_applicable;
  auto hostile = suppressed(1);
  hostile.name = hostile.check = kHostile;
  hostile.verdict.observed = hostile.verdict.expected = hostile.verdict.cases[0].observed =
      kHostile;
  auto passed = check("retried", Value::pass, kHostile);
  Report full = report(
      Result::fail,
      {suppressed(2),
       hostile,
       check("retried", Value::open, "not yet"),
       passed,
       advice,
       not_applicable}
  );
  full.receiver = full.scenario = full.source = kHostile;
  full.all = full.domains[kHostile] = figures();
  return {full, report(Result::inconclusive, {}), report(Result::pass, {passed})};
}

TEST_CASE("a report as JUnit XML") {
  auto passed = check("retried", Value::pass, "2 deliveries: tried again within 1 h");
  passed.verdict.provisional = true;
  auto open = check("backs-off", Value::open, "r@full.test may be tried again");
  auto skipped = check("gives-up", Value::empty, "nothing was given up");
  skipped.result = Result::not_applicable;
  const Report made = report(Result::fail, {passed, suppressed(2), open, skipped});
  const std::string xml = junit(made);
  const auto output = xml.rfind("    <system-out>");
  CHECK(xml.substr(0, output) == R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="failmx" tests="4" failures="1" errors="1" time="28.000">
  <testsuite name="failmx.default" tests="4" failures="1" errors="1" skipped="1" time="28.000" timestamp="2026-01-31T12:00:28">
    <properties>
      <property name="scenario" value="full-twice"/>
      <property name="seed" value="1"/>
      <property name="scale" value="1"/>
      <property name="expectations" value="scenario full-twice"/>
    </properties>
    <testcase classname="failmx.default" name="retried" time="28.000">
      <system-out>passed: 2 deliveries: tried again within 1 h (provisional)</system-out>
    </testcase>
    <testcase classname="failmx.default" name="suppressed" time="28.000">
      <failure message="a0@gone.test was tried again" type="suppressed">expected: no attempt for 30 s
fail: a0@gone.test was tried again 3.1 s after 550 5.3.1  events 41, 57
fail: a1@gone.test was tried again 3.1 s after 550 5.3.1  events 61, 77
</failure>
    </testcase>
    <testcase classname="failmx.default" name="backs-off" time="28.000">
      <error message="still open: r@full.test may be tried again" type="backs-off">expected: what backs-off wants
r@full.test may be tried again
</error>
    </testcase>
    <testcase classname="failmx.default" name="gives-up" time="28.000">
      <skipped message="not applicable: nothing was given up"/>
      <system-out>expected: what gives-up wants
nothing was given up
</system-out>
    </testcase>
)");
  CHECK(contains(xml.substr(output), "<system-out>FAIL receiver default: 1 of 3 checks failed"));
  CHECK(contains(xml.substr(output), "receiver=default&amp;after=40"));
  CHECK(contains(xml.substr(output), "</system-out>\n  </testsuite>\n</testsuites>\n"));
}

TEST_CASE("JUnit XML of anything is valid by the schema") {
  INFO("127: xmllint is not installed (libxml2-utils); 3: not valid");
  REQUIRE(xmllint_status("<testsuites/>") == 3);
  CHECK(xmllint_status(verify::to_junit(everything())) == 0);
  CHECK(xmllint_status(verify::to_junit({})) == 0);
}

TEST_CASE("JUnit XML holds no character that XML forbids") {
  const std::string xml = verify::to_junit(everything());
  for (const char c : xml) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  CHECK_FALSE(contains(xml, "\xef\xbf\xbe"));
  CHECK_FALSE(contains(xml, "\xff"));
  CHECK(contains(xml, R"(name="\x1B[31m&lt;r&amp;&quot;\n\xFF\uFFFE&gt;\x01")"));
}

TEST_CASE("advice is no failure of the suite") {
  auto advice = check("not-hasty", Value::fail, "tried again after 5 s");
  advice.advice = true;
  const std::string xml =
      junit(report(Result::pass, {advice, check("retried", Value::pass, "all")}));
  CHECK(contains(xml, R"(tests="2" failures="0" errors="0" skipped="1")"));
  CHECK(contains(xml, R"(<skipped message="advice not taken: tried again after 5 s"/>)"));
}

TEST_CASE("a verdict that no check tells is a case of its own") {
  auto skipped = check("retried", Value::empty, "nothing was deferred");
  skipped.result = Result::not_applicable;
  for (const auto& checks : {std::vector<Report::Check>{}, {skipped}}) {
    const std::string xml = junit(report(Result::inconclusive, checks));
    CHECK(contains(xml, R"( failures="0" errors="1")"));
    CHECK(contains(xml, R"(name="verdict")"));
  }
  CHECK(contains(verify::to_junit({}), R"(tests="1" failures="0" errors="1")"));
  CHECK_FALSE(contains(junit(report(Result::fail, {suppressed(1)})), R"(name="verdict")"));
}

TEST_CASE("checks of one name are told apart") {
  const std::string xml = junit(report(
      Result::pass, {check("retried", Value::pass, "all"), check("retried", Value::pass, "all")}
  ));
  CHECK(contains(xml, R"(name="retried")"));
  CHECK(contains(xml, R"(name="retried #2")"));
}

}  // namespace
