// Puts the verdict of a check together from its cases. One per judging.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verify/timeline.hpp"
#include "verify/verdict.hpp"

namespace verify {

// What proves a failure: what was seen, or that something was not seen since an event, which holds
// only if no event was lost since.
struct Unseen {
  std::uint64_t since = 0;
};

// Since what is known of this attempt was complete.
[[nodiscard]] inline Unseen unseen_since(const Attempt& attempt) {
  return {attempt.evidence.empty() ? 0 : attempt.evidence.back()};
}

class Tally {
 public:
  // `expected`: one sentence. `noun`: what a case is, in the singular: "delivery", "recipient".
  Tally(const Timeline& timeline, std::string expected, std::string_view noun);

  void pass();
  void fail(std::string who, std::string observed, std::vector<std::uint64_t> evidence);
  void fail(
      std::string who, std::string observed, std::vector<std::uint64_t> evidence, Unseen unseen
  );

  // Not certain yet. `deadline` on the judge clock; none: only an event, or the end, can tell.
  void open(
      std::string who,
      std::string observed,
      std::vector<std::uint64_t> evidence,
      std::optional<base::Micros> deadline
  );

  // Selected, but what it must be judged by never happened.
  void no_occasion(std::string who, std::string observed, std::vector<std::uint64_t> evidence);

  // Cannot be known.
  void blind(std::string who, std::string observed, std::vector<std::uint64_t> evidence);

  // Something worth telling about a case that passed: a rightful second copy, how long was looked.
  void remark(std::string sentence, std::vector<std::uint64_t> evidence);

  // The passes hold only as long as was looked: no window of the expectation's own ended them.
  void provisional() { provisional_ = true; }

  // Worst first: fail, open, blind, empty, pass. `nothing`: what was not there, as a sentence, when
  // no case was judged. `passed`: what is said of a pass.
  [[nodiscard]] Verdict verdict(std::string_view nothing, std::string passed) &&;

 private:
  void add(Case found);

  const Timeline& timeline_;
  Verdict verdict_{};
  std::string noun_;
  std::vector<Case> failed_{}, open_{}, blind_{}, no_occasion_{};
  std::vector<Case> remarks_{};
  std::uint64_t failures_ = 0, opens_ = 0, blinds_ = 0, no_occasions_ = 0;
  bool provisional_ = false;
};

// Evidence of attempts, merged, rising, each once.
[[nodiscard]] std::vector<std::uint64_t> evidence_of(std::initializer_list<const Attempt*> attempts
);

}  // namespace verify
