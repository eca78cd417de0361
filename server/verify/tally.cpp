// From cases to a verdict: see the header.
#include "verify/tally.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "verify/words.hpp"

namespace verify {

namespace {

constexpr std::size_t kMostEvidence = 100;

void keep(std::vector<Case>& cases, Case found) {
  if (cases.size() < Verdict::kMostCases) cases.push_back(std::move(found));
}

void merge(std::vector<std::uint64_t>& into, const std::vector<std::uint64_t>& more) {
  into.insert(into.end(), more.begin(), more.end());
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

// What is said of the first, and how many there are beside it.
std::string told(const std::vector<Case>& cases, std::uint64_t all) {
  const std::string& first = cases.front().observed;
  return all == 1 ? first : fmt::format("{}, and {} more", first, all - 1);
}

}  // namespace

std::vector<std::uint64_t> evidence_of(std::initializer_list<const Attempt*> attempts) {
  std::vector<std::uint64_t> events;
  for (const Attempt* attempt : attempts) {
    if (attempt != nullptr) merge(events, attempt->evidence);
  }
  return events;
}

Tally::Tally(const Timeline& timeline, std::string expected, std::string_view noun)
    : timeline_(timeline), noun_(noun) {
  verdict_.expected = std::move(expected);
}

void Tally::pass() {
  ++verdict_.passed;
}

void Tally::fail(std::string who, std::string observed, std::vector<std::uint64_t> evidence) {
  ++failures_;
  keep(failed_, {Value::fail, std::move(who), std::move(observed), std::move(evidence)});
}

void Tally::fail(
    std::string who, std::string observed, std::vector<std::uint64_t> evidence, Unseen unseen
) {
  if (timeline_.complete_since(unseen.since)) {
    return fail(std::move(who), std::move(observed), std::move(evidence));
  }
  blind(
      std::move(who),
      fmt::format("{}, but {}", std::move(observed), timeline_.missing()),
      std::move(evidence)
  );
}

void Tally::open(
    std::string who,
    std::string observed,
    std::vector<std::uint64_t> evidence,
    std::optional<base::Micros> deadline
) {
  ++opens_;
  if (deadline) verdict_.deadline = std::min(verdict_.deadline.value_or(*deadline), *deadline);
  keep(open_, {Value::open, std::move(who), std::move(observed), std::move(evidence)});
}

void Tally::no_occasion(
    std::string who, std::string observed, std::vector<std::uint64_t> evidence
) {
  ++no_occasions_;
  keep(no_occasion_, {Value::empty, std::move(who), std::move(observed), std::move(evidence)});
}

void Tally::blind(std::string who, std::string observed, std::vector<std::uint64_t> evidence) {
  ++blinds_;
  keep(blind_, {Value::blind, std::move(who), std::move(observed), std::move(evidence)});
}

void Tally::remark(std::string sentence, std::vector<std::uint64_t> evidence) {
  keep(remarks_, {Value::pass, {}, std::move(sentence), std::move(evidence)});
}

Verdict Tally::verdict(std::string_view nothing, std::string passed) && {
  Verdict& v = verdict_;
  v.failed = failures_;
  v.unclear = opens_ + blinds_ + no_occasions_;
  v.selected = v.passed + v.failed + v.unclear;
  const std::vector<Case>* telling = &remarks_;
  if (failures_ > 0) {
    v.value = Value::fail;
    v.observed = told(failed_, failures_);
    telling = &failed_;
  } else if (opens_ > 0) {
    v.value = Value::open;
    v.observed = told(open_, opens_);
    telling = &open_;
  } else if (blinds_ > 0) {
    v.value = Value::blind;
    v.observed = told(blind_, blinds_);
    telling = &blind_;
  } else if (!timeline_.missing().empty()) {
    v.value = Value::blind;
    v.observed = fmt::format("{}: what was in them cannot be judged", timeline_.missing());
  } else if (no_occasions_ > 0) {
    v.value = Value::empty;
    v.observed = told(no_occasion_, no_occasions_);
    telling = &no_occasion_;
  } else if (v.passed == 0) {
    v.value = Value::empty;
    v.observed = nothing;
  } else {
    v.value = Value::pass;
    v.provisional = provisional_;
    v.observed = fmt::format("{}: {}", counted(v.passed, noun_), passed);
    if (!remarks_.empty()) v.observed += "; " + told(remarks_, remarks_.size());
  }
  for (const Case& found : *telling) {
    if (v.evidence.size() >= kMostEvidence) break;
    merge(v.evidence, found.evidence);
  }
  for (auto* cases : {&failed_, &open_, &blind_, &no_occasion_, &remarks_}) {
    for (Case& found : *cases) keep(v.cases, std::move(found));
  }
  return std::move(v);
}

}  // namespace verify
