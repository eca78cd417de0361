// Reports as JUnit XML, in the subset that Surefire writes and Jenkins, GitLab and others read. See
// the header.
#include <map>
#include <optional>

#include <fmt/format.h>

#include "verify/phrases.hpp"
#include "verify/render.hpp"

namespace verify {

namespace {

constexpr std::size_t kMostCases = 100;  // of a check, in its text

// XML 1.0 forbids U+FFFE and U+FFFF too, beside the controls that shown() escapes.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view three = text.substr(i, 3);
    if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {
      out += three.back() == '\xBE' ? "\\uFFFE" : "\\uFFFF";
      i += 2;
      continue;
    }
    switch (text[i]) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += text[i];
    }
  }
  return out;
}

// What one <testcase> says.
enum class Kind : std::uint8_t { passed, failure, error, skipped };

struct TestCase {
  std::string name{}, type{};
  Kind kind = Kind::passed;
  std::string message{}, text{};
};

struct Suite {
  std::string name{};
  std::vector<TestCase> cases{};
  double seconds = 0;
  std::string timestamp{};
  std::vector<std::pair<std::string_view, std::string>> properties{};
  std::string output{};

  [[nodiscard]] std::size_t count(Kind kind) const {
    std::size_t n = 0;
    for (const TestCase& each : cases) n += each.kind == kind ? 1 : 0;
    return n;
  }
};

Kind kind_of(const Report::Check& check) {
  switch (check.result) {
    case Result::pass: return Kind::passed;
    case Result::fail: return check.advice ? Kind::skipped : Kind::failure;
    case Result::inconclusive: return check.advice ? Kind::skipped : Kind::error;
    case Result::not_applicable: break;
  }
  return Kind::skipped;
}

std::string details(const Verdict& verdict) {
  std::string text = fmt::format("expected: {}\n", shown(verdict.expected));
  std::size_t told = 0;
  for (const Case& found : verdict.cases) {
    if (told++ == kMostCases) break;
    text +=
        fmt::format("{}: {}\n", name_of(found.value), finding(found.observed, {}, found.evidence));
  }
  if (told == 0) text += finding(verdict.observed, {}, verdict.evidence) + '\n';
  if (verdict.cases.size() > kMostCases) {
    text += fmt::format("and {} more\n", verdict.cases.size() - kMostCases);
  }
  return text;
}

TestCase test_case(const Report& report, const Report::Check& check) {
  const Verdict& verdict = check.verdict;
  TestCase made{.name = title(report, check), .type = shown(check.check), .kind = kind_of(check)};
  made.message = shown(verdict.observed);
  if (made.kind == Kind::skipped || made.kind == Kind::error) {
    const std::string_view word = check.advice ? "advice " : "";
    made.message = fmt::format("{}{}: {}", word, standing(check), made.message);
  }
  if (made.kind == Kind::passed) {
    made.text = fmt::format(
        "{}: {}{}", standing(check), made.message, verdict.provisional ? " (provisional)" : ""
    );
  } else {
    made.text = details(verdict);
  }
  return made;
}

// "2026-01-31T12:00:00", in UTC: the form without fraction and zone is the one all readers take.
std::string timestamp(base::WallTime at) {
  return base::format_wall(at).substr(0, std::string_view("2026-01-31T12:00:00").size());
}

// Two of one name would be taken for one test run twice.
void tell_apart(std::vector<TestCase>& cases) {
  std::map<std::string, std::size_t> seen;
  for (TestCase& each : cases) {
    const std::size_t n = ++seen[each.name];
    if (n > 1) each.name += fmt::format(" #{}", n);
  }
}

Suite suite(const Report& report) {
  Suite made{
      .name = "failmx." + shown(report.receiver),
      .seconds = std::chrono::duration<double>(report.observed.real).count(),
      .timestamp = timestamp(report.start + report.observed.real),
      .properties =
          {{"scenario", shown(report.scenario)},
           {"seed", std::to_string(report.seed)},
           {"scale", fmt::format("{}", report.scale)},
           {"expectations", shown(report.source)}},
      .output = to_text(std::span(&report, 1), {})};
  for (const auto& check : report.checks) made.cases.push_back(test_case(report, check));
  const bool told = made.count(Kind::failure) + made.count(Kind::error) > 0;
  if (!told && report.result != Result::pass) {
    made.cases.push_back(
        {.name = "verdict",
         .type = "verdict",
         .kind = report.result == Result::fail ? Kind::failure : Kind::error,
         .message = headline(report),
         .text = headline(report)}
    );
  }
  tell_apart(made.cases);
  return made;
}

// Of no receiver at all.
Suite nothing() {
  const std::string what = "no receiver was observed";
  return {
      .name = "failmx",
      .cases = {{.name = "verdict", .type = "verdict", .kind = Kind::error, .message = what}},
      .timestamp = timestamp(base::WallTime{}),
      .output = what};
}

void append_result(std::string& out, const TestCase& each, std::string_view element) {
  out += fmt::format(
      "      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n",
      element,
      escaped(each.message),
      escaped(each.type),
      escaped(each.text)
  );
}

void append(std::string& out, const TestCase& each, const Suite& suite) {
  out += fmt::format(
      "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n",
      escaped(suite.name),
      escaped(each.name),
      suite.seconds
  );
  switch (each.kind) {
    case Kind::passed:
      out += fmt::format("      <system-out>{}</system-out>\n", escaped(each.text));
      break;
    case Kind::failure: append_result(out, each, "failure"); break;
    case Kind::error: append_result(out, each, "error"); break;
    case Kind::skipped:
      out += fmt::format(
          "      <skipped message=\"{}\"/>\n      <system-out>{}</system-out>\n",
          escaped(each.message),
          escaped(each.text)
      );
      break;
  }
  out += "    </testcase>\n";
}

void append(std::string& out, const Suite& suite) {
  out += fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\""
      " time=\"{:.3f}\" timestamp=\"{}\">\n",
      escaped(suite.name),
      suite.cases.size(),
      suite.count(Kind::failure),
      suite.count(Kind::error),
      suite.count(Kind::skipped),
      suite.seconds,
      suite.timestamp
  );
  if (!suite.properties.empty()) out += "    <properties>\n";
  for (const auto& [name, value] : suite.properties) {
    out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, escaped(value));
  }
  if (!suite.properties.empty()) out += "    </properties>\n";
  for (const TestCase& each : suite.cases) append(out, each, suite);
  out += fmt::format("    <system-out>{}</system-out>\n  </testsuite>\n", escaped(suite.output));
}

}  // namespace

std::string to_junit(std::span<const Report> reports) {
  std::vector<Suite> suites;
  for (const Report& report : reports) suites.push_back(suite(report));
  if (suites.empty()) suites.push_back(nothing());
  std::size_t tests = 0, failures = 0, errors = 0;
  double seconds = 0;
  for (const Suite& each : suites) {
    tests += each.cases.size();
    failures += each.count(Kind::failure);
    errors += each.count(Kind::error);
    seconds = std::max(seconds, each.seconds);
  }
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"failmx\" tests=\"{}\""
      " failures=\"{}\" errors=\"{}\" time=\"{:.3f}\">\n",
      tests,
      failures,
      errors,
      seconds
  );
  for (const Suite& each : suites) append(out, each);
  out += "</testsuites>\n";
  return out;
}

}  // namespace verify
