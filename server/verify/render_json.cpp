// A report as JSON: see the header. Keys come in a fixed order.
#include <fmt/format.h>

#include "journal/json_object.hpp"
#include "verify/render.hpp"

namespace verify {

namespace {

using journal::Object;

void append_times(std::string& out, const std::optional<BothTimes>& times) {
  if (!times) {
    out += "null";
    return;
  }
  Object object(out);
  object.seconds("judge", times->judge);
  object.seconds("real", times->real);
  object.end();
}

void append_numbers(std::string& out, const std::vector<std::uint64_t>& numbers) {
  journal::append_array(out, numbers, [&](std::uint64_t n) { out += std::to_string(n); });
}

// An object whose names come from outside and may need escapes.
template <typename Map, typename Append>
void append_map(std::string& out, const Map& map, Append append_value) {
  out += '{';
  for (const auto& [name, value] : map) {
    if (out.back() != '{') out += ',';
    journal::append_quoted(out, name);
    out += ':';
    append_value(value);
  }
  out += '}';
}

void append_counts(std::string& out, const std::map<std::string, std::uint64_t>& counts) {
  append_map(out, counts, [&](std::uint64_t n) { out += std::to_string(n); });
}

void append_figures(std::string& out, const Figures& figures) {
  Object object(out);
  object.number("attempts", figures.attempts);
  append_counts(object.field("attempts_by_outcome"), figures.attempts_by_outcome);
  append_counts(object.field("attempts_by_code"), figures.attempts_by_code);
  object.number("deliveries", figures.deliveries);
  append_counts(object.field("deliveries_by_state"), figures.deliveries_by_state);
  object.number("unresolved", figures.unresolved);
  object.number("copies", figures.copies);
  object.number("failed_first", figures.failed_first);
  object.number("retried", figures.retried);
  object.number("retried_accepted", figures.retried_accepted);
  const auto success = figures.retry_success();
  object.field("retry_success") += success ? fmt::format("{:.4g}", *success) : "null";
  append_times(object.field("median_resolution"), figures.median_resolution);
  append_times(object.field("worst_resolution"), figures.worst_resolution);
  object.end();
}

void append_case(std::string& out, const Case& found) {
  Object object(out);
  object.text("state", name_of(found.value));
  object.text_or_null("who", found.who);
  object.text("observed", found.observed);
  append_numbers(object.field("evidence"), found.evidence);
  object.end();
}

void append_check(std::string& out, const Report::Check& check) {
  const Verdict& verdict = check.verdict;
  Object object(out);
  object.text("name", check.name);
  object.text("check", check.check);
  object.text_or_null("policy", check.policy);
  object.boolean("advice", check.advice);
  object.text("verdict", name_of(check.result));
  object.text("state", name_of(verdict.value));
  object.boolean("provisional", verdict.provisional);
  object.text("expected", verdict.expected);
  object.text("observed", verdict.observed);
  append_numbers(object.field("evidence"), verdict.evidence);
  journal::append_array(object.field("cases"), verdict.cases, [&](const Case& found) {
    append_case(out, found);
  });
  object.number("selected", verdict.selected);
  object.number("passed", verdict.passed);
  object.number("failed", verdict.failed);
  object.number("unclear", verdict.unclear);
  object.end();
}

void append_report(std::string& out, const Report& report) {
  Object object(out);
  object.text("verdict", name_of(report.result));
  object.text("receiver", report.receiver);
  object.text("scenario", report.scenario);
  object.number("seed", report.seed);
  object.field("scale") += fmt::format("{}", report.scale);
  object.seconds("slack", std::chrono::duration_cast<base::Micros>(report.slack));
  object.text("source", report.source);
  Object observed(object.field("observed"));
  observed.seconds("judge", report.observed.judge);
  observed.seconds("real", report.observed.real);
  observed.text("until", base::format_wall(report.start + report.observed.real));
  observed.end();
  object.text_or_null("missing", report.missing);
  journal::append_array(object.field("checks"), report.checks, [&](const Report::Check& check) {
    append_check(out, check);
  });
  append_figures(object.field("figures"), report.all);
  append_map(object.field("domains"), report.domains, [&](const Figures& figures) {
    append_figures(out, figures);
  });
  object.number("more_domains", report.more_domains);
  object.end();
}

}  // namespace

std::string to_json(const Report& report) {
  std::string out;
  append_report(out, report);
  return out;
}

std::string to_json(std::span<const Report> reports) {
  std::string out;
  Object object(out);
  object.text("verdict", name_of(worst(reports)));
  journal::append_array(object.field("reports"), reports, [&](const Report& report) {
    append_report(out, report);
  });
  object.end();
  return out;
}

}  // namespace verify
