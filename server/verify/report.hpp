// The report of a run as a value: what was expected, what was seen, and figures beside it, by
// receiver and recipient domain. Rendered as text, JSON and JUnit XML (render.hpp). The same
// journal and instant give the same report, byte for byte. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "verify/judge.hpp"

namespace verify {

// A time on both clocks.
struct BothTimes {
  base::Micros judge{0}, real{0};
};

// Figures over the deliveries of one recipient domain, or of a whole receiver; those of the null
// sender count like all others.
struct Figures {
  std::map<std::string, std::uint64_t> attempts_by_outcome{};  // "deferred"
  std::map<std::string, std::uint64_t> attempts_by_code{};     // "452 4.3.1", "421"; of those
                                                               // that a reply decided
  std::map<std::string, std::uint64_t> deliveries_by_state{};
  std::uint64_t attempts = 0, deliveries = 0;
  std::uint64_t failed_first = 0;      // deliveries with a deferred or lost attempt
  std::uint64_t retried = 0;           // of failed_first: a later attempt followed one of these
  std::uint64_t retried_accepted = 0;  // of failed_first: accepted in the end
  std::uint64_t unresolved = 0;        // neither accepted nor rejected
  std::uint64_t copies = 0;            // messages kept

  // From the beginning of the first attempt to the end of the one that was accepted, else of the
  // last one that was rejected; on the judge clock, and the same delivery's in real time. The
  // median of an even number is the lower of the middle two.
  std::optional<BothTimes> median_resolution{}, worst_resolution{};

  // retried_accepted of failed_first; none when nothing failed.
  [[nodiscard]] std::optional<double> retry_success() const;
};

struct Report {
  // The figures of so many domains are told one by one: those with the most attempts.
  static constexpr std::size_t kMostDomains = 10'000;

  std::string receiver{};
  std::string scenario{};
  std::uint64_t seed = 1;
  double scale = 1;
  base::Duration slack{0};
  base::WallTime start{};  // of the observation: the receiver's first event
  BothTimes observed{};    // how long, until judged
  std::string missing{};   // what was lost, as a sentence; empty: nothing
  std::string source{};    // whose expectations: "scenario full-twice", "policy mta"
  Result result = Result::inconclusive;

  struct Check {
    std::string name{}, check{}, policy{};
    bool advice = false;
    Result result = Result::inconclusive;
    Verdict verdict{};
  };

  std::vector<Check> checks{};

  Figures all{};                             // client and sender scope attempts too
  std::map<std::string, Figures> domains{};  // by recipient domain in lower case
  std::uint64_t more_domains = 0;            // these are in `all` only
};

// `start`: wall clock at the start of the run; `source`: whose expectations these are.
[[nodiscard]] Report make_report(
    const Timeline& timeline,
    const Judgement& judgement,
    std::string_view receiver,
    base::WallTime start,
    std::string_view source
);

}  // namespace verify
