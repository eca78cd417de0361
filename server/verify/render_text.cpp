// A report as text: what a person reads at the end of a CI job. See the header.
#include <algorithm>

#include <fmt/format.h>

#include "verify/figures_text.hpp"
#include "verify/layout.hpp"
#include "verify/phrases.hpp"
#include "verify/render.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::size_t kHang = 4;        // columns by which broken lines are indented
constexpr std::size_t kMostCases = 10;  // failed ones of a check, line by line
constexpr std::string_view kProvisional = " (provisional: for as long as was observed)";

using Evidence = std::span<const std::uint64_t>;

class Text {
 public:
  Text(std::string& out, const TextStyle& style) : out_(out), style_(style) {}

  void report(const Report& report);

  // A paragraph that begins with a verdict word, the one thing that is coloured.
  void verdict(std::string_view word, Result colour, std::string_view text);

 private:
  void line(std::string_view text) { append_paragraph(out_, text, style_.width, kHang); }

  void failed(const Report& report, const Report::Check& check);
  void unclear(const Report& report, const Report::Check& check);
  void passed(const Report& report, const Report::Check& check);
  void advice(const Report& report, const Report::Check& check);
  void not_applicable(const Report& report);
  void circumstances(const Report& report);
  void where_it_is(Evidence evidence);
  void where_to_look(const Report& report);

  std::string& out_;
  const TextStyle& style_;
};

std::string_view escape_of(Result result) {
  switch (result) {
    case Result::pass: return "\x1b[1;32m";
    case Result::fail: return "\x1b[1;31m";
    case Result::inconclusive: return "\x1b[1;33m";
    case Result::not_applicable: return "\x1b[2m";
  }
  return {};
}

void Text::verdict(std::string_view word, Result colour, std::string_view text) {
  const std::size_t start = out_.size();
  line(fmt::format("{} {}", word, text));
  if (!style_.colour) return;
  out_.insert(start + word.size(), "\x1b[0m");
  out_.insert(start, escape_of(colour));
}

void Text::failed(const Report& report, const Report::Check& check) {
  const Verdict& verdict = check.verdict;
  const std::string name = title(report, check);
  const auto tell = [&](const std::string& text) {
    this->verdict(loud(check.result), check.result, fmt::format("{}: {}", name, text));
  };
  std::size_t told = 0;
  for (const Case& found : verdict.cases) {
    if (found.value != Value::fail || told == kMostCases) continue;
    tell(finding(found.observed, told == 0 ? verdict.expected : "", found.evidence));
    ++told;
  }
  if (told == 0) return tell(finding(verdict.observed, verdict.expected, verdict.evidence));
  if (verdict.failed > told) tell(fmt::format("and {} more", verdict.failed - told));
}

void Text::unclear(const Report& report, const Report::Check& check) {
  const Verdict& v = check.verdict;
  const std::string what = finding(v.observed, v.expected, v.evidence);
  verdict(
      loud(check.result),
      check.result,
      fmt::format("{}: {}: {}", title(report, check), standing(check), what)
  );
}

void Text::passed(const Report& report, const Report::Check& check) {
  const std::string what = finding(check.verdict.observed, {}, {});
  const std::string_view hold = check.verdict.provisional ? kProvisional : "";
  verdict(
      loud(check.result), check.result, fmt::format("{}: {}{}", title(report, check), what, hold)
  );
}

// One line, whatever became of it: it has no say in the verdict.
void Text::advice(const Report& report, const Report::Check& check) {
  const Verdict& v = check.verdict;
  const bool taken = check.result == Result::pass;
  const std::string what =
      taken ? finding(v.observed, {}, {}) : finding(v.observed, v.expected, v.evidence);
  verdict(
      "ADVICE",
      Result::not_applicable,
      fmt::format("{}: {}: {}", title(report, check), standing(check), what)
  );
}

void Text::not_applicable(const Report& report) {
  std::string names;
  for (const Report::Check& check : report.checks) {
    if (check.result != Result::not_applicable) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", title(report, check));
  }
  if (!names.empty()) line("not applicable: " + names);
}

void Text::circumstances(const Report& report) {
  std::string text = fmt::format(
      "scenario {}, seed {}",
      report.scenario.empty() ? "unknown" : shown(report.scenario),
      report.seed
  );
  if (report.scale != 1) text += fmt::format(", scale {}", report.scale);
  text += ", observed for " + spoken_both(report.observed);
  if (!report.source.empty()) text += "; expectations of " + shown(report.source);
  line(text);
  if (!report.missing.empty()) line("incomplete: " + shown(report.missing));
}

// `evidence`: of what decided; empty: all that came.
void Text::where_it_is(Evidence evidence) {
  const std::string what = evidence.empty() ? "all that came" : events(evidence);
  if (style_.source == Source::gone) {
    return line(fmt::format("To see {}, run again with --journal FILE", what));
  }
  const std::string seq = evidence.empty() ? "" : fmt::format(" (\"seq\":{})", evidence.front());
  line(fmt::format("Look at: {}{} in {}", what, seq, shown(style_.journal)));
}

void Text::where_to_look(const Report& report) {
  if (report.result == Result::pass) return;
  const auto& checks = report.checks;
  const auto tells = [&](const Report::Check& check) {
    return check.result == report.result && !check.advice && !check.verdict.evidence.empty();
  };
  const auto check = std::find_if(checks.begin(), checks.end(), tells);
  if (style_.source != Source::any) {
    return where_it_is(check == checks.end() ? Evidence() : Evidence(check->verdict.evidence));
  }
  // Both for a server that still runs and for a journal file.
  const std::string of_receiver = "GET /v1/events?receiver=" + shown(report.receiver);
  if (check == checks.end()) {
    return line(fmt::format("Look at: {} (or the journal file): all that came", of_receiver));
  }
  const auto& evidence = check->verdict.evidence;
  line(fmt::format(
      "Look at: {}: {}&after={} or, in a journal file, \"seq\":{}",
      events(evidence),
      of_receiver,
      evidence.front() - 1,
      evidence.front()
  ));
}

void Text::report(const Report& report) {
  verdict(
      loud(report.result),
      report.result,
      fmt::format("receiver {}: {}", shown(report.receiver), headline(report))
  );
  using Tell = void (Text::*)(const Report&, const Report::Check&);
  const auto each = [&](Result result, bool advice, Tell tell) {
    for (const Report::Check& check : report.checks) {
      if (check.result == result && check.advice == advice) (this->*tell)(report, check);
    }
  };
  each(Result::fail, false, &Text::failed);
  each(Result::inconclusive, false, &Text::unclear);
  each(Result::pass, false, &Text::passed);
  each(Result::fail, true, &Text::advice);
  each(Result::inconclusive, true, &Text::advice);
  each(Result::pass, true, &Text::advice);
  not_applicable(report);
  out_ += '\n';
  circumstances(report);
  append_figures(out_, report, style_.width, kHang);
  where_to_look(report);
}

}  // namespace

std::string to_text(std::span<const Report> reports, const TextStyle& style) {
  std::string out;
  Text text(out, style);
  const Result result = worst(reports);
  if (reports.empty()) text.verdict(loud(result), result, "no receiver was observed");
  if (reports.size() > 1) {
    std::string each;
    for (const Report& report : reports) {
      each += fmt::format(
          "{}{} {}", each.empty() ? "" : ", ", shown(report.receiver), name_of(report.result)
      );
    }
    text.verdict(loud(result), result, fmt::format("{} receivers: {}", reports.size(), each));
  }
  for (const Report& report : reports) {
    if (reports.size() > 1) out += '\n';
    text.report(report);
  }
  return out;
}

}  // namespace verify
