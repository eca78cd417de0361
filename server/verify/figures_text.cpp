// Figures for people: see the header.
#include "verify/figures_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "verify/layout.hpp"
#include "verify/phrases.hpp"
#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::size_t kMostDomains = 20;
constexpr std::size_t kMostOfDomain = 40;  // octets of its name
constexpr std::size_t kMostCodes = 20;

using Row = std::vector<std::string>;

std::string optional_time(const std::optional<BothTimes>& times) {
  return times ? spoken(times->judge) : "-";
}

// The table has the times of the judge clock only, or it would be too wide.
std::string in_real_time(const Figures& all, double scale) {
  const auto& median = all.median_resolution;
  if (scale == 1.0 || !median || !all.worst_resolution) return {};
  return fmt::format(
      "; in real time: median {}, worst {}",
      spoken(median->real),
      spoken(all.worst_resolution->real)
  );
}

Row row(std::string name, const Figures& figures) {
  const auto deliveries = [&](Outcome state) {
    const auto found = figures.deliveries_by_state.find(std::string(journal::name_of(state)));
    return std::to_string(found == figures.deliveries_by_state.end() ? 0 : found->second);
  };
  const std::string recovered =
      figures.failed_first == 0
          ? "-"
          : fmt::format("{}/{}", figures.retried_accepted, figures.failed_first);
  return {
      std::move(name),
      std::to_string(figures.deliveries),
      deliveries(Outcome::accepted),
      deliveries(Outcome::rejected),
      std::to_string(figures.unresolved),
      recovered,
      std::to_string(figures.attempts),
      optional_time(figures.median_resolution),
      optional_time(figures.worst_resolution)};
}

// What can be told of several domains together: no median.
void fold(Figures& into, const Figures& more) {
  for (const auto& [state, n] : more.deliveries_by_state) into.deliveries_by_state[state] += n;
  into.attempts += more.attempts;
  into.deliveries += more.deliveries;
  into.unresolved += more.unresolved;
  into.failed_first += more.failed_first;
  into.retried_accepted += more.retried_accepted;
  const auto& time = more.worst_resolution;
  const auto& worst = into.worst_resolution;
  if (time && (!worst || time->judge > worst->judge)) into.worst_resolution = time;
}

// "attempts: 1 accepted, 2 deferred; by reply: 250 x 1, 452 4.3.1 x 2".
std::string totals(const Figures& all) {
  std::string text = "attempts: ";
  for (const auto& [outcome, n] : all.attempts_by_outcome) {
    text += fmt::format("{}{} {}", text.ends_with(": ") ? "" : ", ", n, outcome);
  }
  text += "; by reply: ";
  std::size_t told = 0;
  for (const auto& [code, n] : all.attempts_by_code) {
    if (told == kMostCodes) break;
    text += fmt::format("{}{} x {}", told++ == 0 ? "" : ", ", shown(code), n);
  }
  if (told == 0) text += "none";
  const std::size_t others = all.attempts_by_code.size() - told;
  if (others > 0) text += fmt::format(", and {}", counted(others, "other code"));
  return text;
}

std::vector<Row> rows_of(const Report& report) {
  std::vector<const decltype(report.domains)::value_type*> domains;
  for (const auto& domain : report.domains) domains.push_back(&domain);
  std::stable_sort(domains.begin(), domains.end(), [](const auto* a, const auto* b) {
    return a->second.attempts > b->second.attempts;
  });
  std::vector<Row> rows{
      {"domain",
       "deliveries",
       "accepted",
       "rejected",
       "open",
       "recovered",
       "attempts",
       "median",
       "worst"}};
  const std::size_t told = std::min(domains.size(), kMostDomains);
  Figures others;
  for (std::size_t i = 0; i < domains.size(); ++i) {
    const auto& [name, figures] = *domains[i];
    if (i >= told) {
      fold(others, figures);
      continue;
    }
    rows.push_back(row(name.empty() ? "(none)" : base::printable(name, kMostOfDomain), figures));
  }
  if (told < domains.size()) rows.push_back(row(counted(domains.size() - told, "other"), others));
  const bool one_tells_all =
      domains.size() == 1 && report.all.attempts == domains.front()->second.attempts;
  if (!one_tells_all) rows.push_back(row("all", report.all));
  return rows;
}

}  // namespace

void append_figures(std::string& out, const Report& report, std::size_t width, std::size_t hang) {
  if (report.all.attempts == 0) {
    out += "no attempt was seen\n";
    return;
  }
  append_table(out, rows_of(report));
  if (report.more_domains > 0) {
    out += fmt::format("{} more are in the total only\n", counted(report.more_domains, "domain"));
  }
  append_paragraph(out, totals(report.all) + in_real_time(report.all, report.scale), width, hang);
}

}  // namespace verify
