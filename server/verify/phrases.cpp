// Words that renderings share: see the header.
#include "verify/phrases.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::size_t kMostEvents = 12;

// Checks that say something about the verdict, and what they said.
struct Counts {
  std::uint64_t all = 0, failed = 0, unclear = 0, provisional = 0;
};

Counts count(const Report& report) {
  Counts counts;
  for (const Report::Check& check : report.checks) {
    if (check.advice || check.result == Result::not_applicable) continue;
    ++counts.all;
    if (check.result == Result::fail) ++counts.failed;
    if (check.result == Result::inconclusive) ++counts.unclear;
    if (check.result == Result::pass && check.verdict.provisional) ++counts.provisional;
  }
  return counts;
}

}  // namespace

std::string shown(std::string_view text) {
  constexpr auto kNoLimit = std::numeric_limits<std::size_t>::max();
  std::string out;
  for (;;) {
    const auto backslash = text.find('\\');
    out += base::printable(text.substr(0, backslash), kNoLimit);
    if (backslash == std::string_view::npos) return out;
    out += '\\';
    text.remove_prefix(backslash + 1);
  }
}

std::string_view loud(Result result) {
  switch (result) {
    case Result::pass: return "PASS";
    case Result::fail: return "FAIL";
    case Result::inconclusive: return "INCONCLUSIVE";
    case Result::not_applicable: return "NOT APPLICABLE";
  }
  return {};
}

std::string headline(const Report& report) {
  if (report.checks.empty()) return "nothing was expected, so nothing was judged";
  const Counts counts = count(report);
  if (counts.all == 0) return "no check applied, so nothing was judged";
  const std::string all = counted(counts.all, "check");
  if (counts.failed > 0) {
    std::string text = fmt::format("{} of {} failed", counts.failed, all);
    if (counts.unclear > 0) text += fmt::format(", {} could not be decided", counts.unclear);
    return text;
  }
  if (counts.unclear > 0) return fmt::format("{} of {} could not be decided", counts.unclear, all);
  if (counts.provisional == 0) return fmt::format("{} of {} passed", counts.all, all);
  return fmt::format("{} of {} passed, {} provisionally", counts.all, all, counts.provisional);
}

std::string title(const Report& report, const Report::Check& check) {
  std::string tags;
  const auto tag = [&tags](std::string_view text) {
    tags += fmt::format("{}{}", tags.empty() ? "" : ", ", text);
  };
  if (check.name != check.check) tag(check.check);
  const auto other = [&](const Report::Check& c) { return c.policy != check.policy; };
  const bool mixed = std::any_of(report.checks.begin(), report.checks.end(), other);
  if (mixed && !check.policy.empty()) tag("policy " + check.policy);
  if (tags.empty()) return shown(check.name);
  return shown(fmt::format("{} ({})", check.name, tags));
}

std::string_view standing(const Report::Check& check) {
  if (check.result == Result::not_applicable) return "not applicable";
  switch (check.verdict.value) {
    case Value::pass: return check.advice ? "taken" : "passed";
    case Value::fail: return check.advice ? "not taken" : "failed";
    case Value::open: return "still open";
    case Value::empty: return "nothing to judge";
    case Value::blind: return "cannot be known";
  }
  return {};
}

std::string events(std::span<const std::uint64_t> evidence) {
  if (evidence.empty()) return {};
  const std::size_t told = std::min(evidence.size(), kMostEvents);
  std::string text = evidence.size() == 1 ? "event " : "events ";
  text += fmt::format("{}", fmt::join(evidence.first(told), ", "));
  if (told < evidence.size()) text += fmt::format(" and {} more", evidence.size() - told);
  return text;
}

std::string finding(
    std::string_view observed, std::string_view expected, std::span<const std::uint64_t> evidence
) {
  std::string text = shown(observed);
  if (!expected.empty()) text += fmt::format(" (expected {})", shown(expected));
  if (!evidence.empty()) text += "  " + events(evidence);
  return text;
}

std::string spoken_both(const BothTimes& times) {
  const std::string judge = spoken(times.judge);
  const std::string real = spoken(times.real);
  return judge == real ? judge : fmt::format("{} ({} real)", judge, real);
}

}  // namespace verify
