// Figures from a timeline, and a judgement put beside them: see the header.
#include "verify/report.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace verify {

namespace {

// Figures in the making, of one domain or of all.
struct Gathering {
  Figures figures{};
  std::vector<BothTimes> resolutions{};
};

void add(Gathering& to, const Attempt& attempt) {
  Figures& figures = to.figures;
  ++figures.attempts;
  ++figures.attempts_by_outcome[std::string(journal::name_of(attempt.outcome))];
  if (attempt.code == 0) return;
  const std::string_view blank = attempt.enhanced.empty() ? "" : " ";
  ++figures.attempts_by_code[fmt::format("{}{}{}", attempt.code, blank, attempt.enhanced)];
}

// Its MAIL began after the failure was told: what was in flight then is no retry.
bool has_retry(const Story& story, const Timeline& timeline) {
  const auto follows = [&](const Attempt* failure) {
    const auto later = [&](const Attempt* a) {
      return a->mail > failure->end + timeline.slack(failure->end);
    };
    return failed(*failure) && std::any_of(story.attempts.begin(), story.attempts.end(), later);
  };
  return std::any_of(story.attempts.begin(), story.attempts.end(), follows);
}

std::optional<BothTimes> resolution(const Story& story) {
  const auto ended_so = [&](const Attempt* a) { return a->outcome == story.facts->state; };
  const auto& attempts = story.attempts;
  const Attempt* last = nullptr;
  if (story.facts->state == Outcome::accepted) {
    const auto found = std::find_if(attempts.begin(), attempts.end(), ended_so);
    if (found != attempts.end()) last = *found;
  } else if (story.facts->state == Outcome::rejected) {
    const auto found = std::find_if(attempts.rbegin(), attempts.rend(), ended_so);
    if (found != attempts.rend()) last = *found;
  }
  if (last == nullptr) return std::nullopt;
  const Attempt& first = *attempts.front();
  return BothTimes{
      .judge = last->judge_end - judge_start(first), .real = last->end - real_start(first)};
}

void add(Gathering& to, const Story& story, const Timeline& timeline) {
  Figures& figures = to.figures;
  const journal::Delivery& delivery = *story.facts;
  ++figures.deliveries;
  ++figures.deliveries_by_state[std::string(journal::name_of(delivery.state))];
  figures.copies += delivery.copies;
  if (!story.resolved()) ++figures.unresolved;
  const auto& attempts = story.attempts;
  if (std::any_of(attempts.begin(), attempts.end(), [](const Attempt* a) { return failed(*a); })) {
    ++figures.failed_first;
    if (has_retry(story, timeline)) ++figures.retried;
    if (delivery.state == Outcome::accepted) ++figures.retried_accepted;
  }
  if (const auto time = resolution(story)) to.resolutions.push_back(*time);
}

Figures finished(Gathering&& gathering) {
  auto& times = gathering.resolutions;
  std::sort(times.begin(), times.end(), [](const BothTimes& a, const BothTimes& b) {
    return std::pair(a.judge, a.real) < std::pair(b.judge, b.real);
  });
  if (!times.empty()) {
    gathering.figures.median_resolution = times[(times.size() - 1) / 2];
    gathering.figures.worst_resolution = times.back();
  }
  return std::move(gathering.figures);
}

using ByDomain = std::map<std::string, Gathering>;

// The domains to be told, with nothing in them yet, and how many there are beside these.
std::uint64_t choose_domains(const Timeline& timeline, ByDomain& domains) {
  std::unordered_map<std::string, std::uint64_t> counts;
  for (const Attempt* attempt : timeline.attempts()) {
    if (attempt->scope == Scope::delivery) ++counts[base::domain_of(attempt->recipient)];
  }
  std::vector<std::pair<std::string, std::uint64_t>> ranked(counts.begin(), counts.end());
  const std::size_t told = std::min(ranked.size(), Report::kMostDomains);
  std::partial_sort(
      ranked.begin(),
      ranked.begin() + static_cast<std::ptrdiff_t>(told),
      ranked.end(),
      [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
      }
  );
  for (std::size_t i = 0; i < told; ++i) domains[ranked[i].first];
  return ranked.size() - told;
}

void gather(const Timeline& timeline, Report& report) {
  Gathering all;
  ByDomain domains;
  report.more_domains = choose_domains(timeline, domains);
  for (const Attempt* attempt : timeline.attempts()) {
    add(all, *attempt);
    if (attempt->scope != Scope::delivery) continue;
    const auto domain = domains.find(base::domain_of(attempt->recipient));
    if (domain != domains.end()) add(domain->second, *attempt);
  }
  for (const Story& story : timeline.stories()) {
    add(all, story, timeline);
    const auto domain = domains.find(base::domain_of(story.facts->recipient));
    if (domain != domains.end()) add(domain->second, story, timeline);
  }
  report.all = finished(std::move(all));
  for (auto& [name, gathering] : domains) report.domains[name] = finished(std::move(gathering));
}

Report::Check told(const Judged& judged) {
  const Expectation& expectation = *judged.expectation;
  return {
      .name = expectation.name,
      .check = std::string(expectation.check->name),
      .policy = expectation.policy,
      .advice = expectation.advice,
      .result = judged.result,
      .verdict = judged.verdict};
}

}  // namespace

std::optional<double> Figures::retry_success() const {
  if (failed_first == 0) return std::nullopt;
  return static_cast<double>(retried_accepted) / static_cast<double>(failed_first);
}

Report make_report(
    const Timeline& timeline,
    const Judgement& judgement,
    std::string_view receiver,
    base::WallTime start,
    std::string_view source
) {
  const journal::Setup& setup = timeline.setup();
  const journal::Moment& first = timeline.marks().first();
  Report report{
      .receiver = std::string(receiver),
      .scenario = setup.scenario,
      .seed = setup.seed,
      .scale = setup.scale,
      .slack = setup.slack,
      .start = start + first.at,
      .observed =
          {.judge = timeline.now().judge - first.judge, .real = timeline.now().at - first.at},
      .missing = timeline.missing(),
      .source = std::string(source),
      .result = judgement.result};
  for (const Judged& judged : judgement.checks) report.checks.push_back(told(judged));
  gather(timeline, report);
  return report;
}

}  // namespace verify
