// Snapshot under the receiver's lock, judgement outside of it: see the header.
#include "control/judging.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "document/parse.hpp"
#include "document/pattern.hpp"
#include "verify/judge.hpp"
#include "verify/timeline.hpp"

namespace control {

namespace {

// A verdict that time changes later than this is looked at once in between.
constexpr base::Micros kFarthest = std::chrono::hours(24 * 365);

// A moment after the instant `at` of a run that is `run` old now: a journal's times are rounded
// down.
base::TimePoint real_after(base::Micros at, base::Micros run, base::TimePoint now) {
  constexpr base::Micros kRounding{1};
  return now + std::clamp(at - run + kRounding, kRounding, kFarthest);
}

// What is told of one recipient domain alone.
void narrow(verify::Report& report, std::string_view domain) {
  verify::Figures figures;
  const std::string name(domain);
  const auto found = report.domains.find(name);
  if (found != report.domains.end()) figures = found->second;
  report.domains.clear();
  report.domains.emplace(name, figures);
  report.more_domains = 0;
  report.all = std::move(figures);
}

}  // namespace

void Expected::add(std::vector<verify::Expectation> more, std::string_view from) {
  std::move(more.begin(), more.end(), std::back_inserter(expectations));
  if (!source.empty()) source += ", ";
  source += from;
}

Expected expected_by(const journal::Setup& setup) {
  Expected expected;
  if (setup.expect.empty()) return expected;
  // Written by ourselves from expectations that were in order; but a journal may come from another
  // version. Some of them without the others would be another verdict.
  document::Diagnostics sink("expect");
  const auto list = document::parse_json(setup.expect, sink);
  auto read = list ? verify::read_expectations(*list, "[[expect]]", sink)
                   : std::vector<verify::Expectation>{};
  std::string from = "scenario " + setup.scenario;
  if (sink.failed()) {
    read.clear();
    from += " (this version cannot read them all, so none is judged)";
  }
  expected.add(std::move(read), from);
  return expected;
}

Expected narrowed(Expected expected, std::string_view domain) {
  if (domain.empty()) return expected;
  const auto pattern = document::Pattern::compile(domain);
  if (!pattern) return expected;
  for (auto& expectation : expected.expectations) {
    expectation.params.select.add(
        {.fact = verify::Select::Fact::recipient_domain, .patterns = {*pattern}}
    );
  }
  return expected;
}

base::Result<std::string> domain_in(std::string_view text) {
  const bool odd = text.empty() || text.find_first_of("*?@ \t\r\n") != std::string_view::npos ||
                   text.starts_with("re:");
  if (!odd) return base::to_lower(text);
  return base::failure(
      fmt::format("'{}' is no domain", base::printable(text, 80)),
      "write it as in an address: full.test"
  );
}

verify::Report report_on(
    const verify::Timeline& timeline,
    const Expected& expected,
    std::string_view domain,
    std::string_view receiver,
    base::WallTime start
) {
  const auto judgement = verify::judge(timeline, expected.expectations);
  auto report = verify::make_report(timeline, judgement, receiver, start, expected.source);
  if (!domain.empty()) narrow(report, domain);
  return report;
}

Judging::Judging(
    std::shared_ptr<receiver::Receiver> receiver, std::optional<Expected> given, std::string domain
)
    : receiver_(std::move(receiver)), given_(given.has_value()), domain_(std::move(domain)) {
  if (given) expected_ = narrowed(std::move(*given), domain_);
}

const Expected& Judging::expected(const verify::Timeline& timeline) {
  if (!given_ && setup_ != timeline.setup()) {
    setup_ = timeline.setup();
    expected_ = narrowed(expected_by(*setup_), domain_);
  }
  return expected_;
}

Judging::Look Judging::look(base::TimePoint now) {
  std::optional<journal::Past> past;
  verify::Now instant;
  receiver_->look(now, [&](const journal::Account& account, const journal::Moment& at) {
    const bool due = !last_ || (last_->again && *last_->again <= now);
    if (!due && at.seq == seen_) return;
    seen_ = at.seq;
    instant = {.at = at.at, .judge = at.judge};
    past = journal::past_of(account);
  });
  if (!past) return *last_;
  const verify::Timeline timeline(std::move(*past), instant);
  const auto& expectations = expected(timeline).expectations;
  const auto judgement = verify::judge(timeline, expectations);
  Look look{.certain = judgement.certain || expectations.empty()};
  if (judgement.deadline) {
    const auto deadline = verify::real_time(timeline, *judgement.deadline);
    look.again = real_after(deadline, receiver_->in_run(now), now);
  }
  last_ = look;
  return look;
}

verify::Report Judging::conclude(base::TimePoint now, base::WallTime start) {
  journal::Past past;
  verify::Now instant;
  receiver_->conclude(now, [&](const journal::Account& account, const journal::Moment& at) {
    instant = {.at = at.at, .judge = at.judge, .over = true};
    past = journal::past_of(account);
  });
  const verify::Timeline timeline(std::move(past), instant);
  return report_on(timeline, expected(timeline), domain_, receiver_->name(), start);
}

}  // namespace control
