// A report as text for people, as JSON, and as JUnit XML. Pure; any thread. The same report gives
// the same bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "verify/report.hpp"

namespace verify {

// Where its reader finds the events of a report.
enum class Source : std::uint8_t {
  any,   // in a server, or a journal file
  file,  // in a journal file
  gone,  // nowhere any more
};

struct TextStyle {
  bool colour = false;      // ANSI escapes: for a terminal
  std::size_t width = 100;  // columns at which lines are broken; 0: never
  Source source = Source::any;
  std::string journal{};  // the name of the file
};

// Verdict first, then every check that did not pass with its cases and evidence, then those that
// passed, then figures. Ends with a line feed.
[[nodiscard]] std::string to_text(std::span<const Report> reports, const TextStyle& style);

// {"verdict", "checks":[{"name","check","verdict","expected","observed","evidence",..}], ...} of
// one report: the shape that POST /v1/verify and GET /v1/report answer with. Times are seconds.
[[nodiscard]] std::string to_json(const Report& report);

// {"verdict", "reports":[...]} of several.
[[nodiscard]] std::string to_json(std::span<const Report> reports);

// One <testsuite> a report, one <testcase> a check; inconclusive ones are <error>, failed ones
// <failure>, not applicable ones and advice that did not pass <skipped>. A verdict other than pass
// that none of these tells is a <testcase> of its own, so that no reader takes it for a pass.
[[nodiscard]] std::string to_junit(std::span<const Report> reports);

// Of several reports together: fail if one fails, else inconclusive if one is or there is none.
[[nodiscard]] Result worst(std::span<const Report> reports);

}  // namespace verify
