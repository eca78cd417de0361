// A receiver judged: by which expectations, from which of its past, and, while it lives, when it is
// worth judging again. Adds nothing to what verify says of a timeline. Not thread-safe: one per
// question; the receiver may be in use meanwhile.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "journal/event.hpp"
#include "receiver/receiver.hpp"
#include "verify/expectation.hpp"
#include "verify/report.hpp"

namespace control {

// What is expected of a sender, and who says so.
struct Expected {
  std::vector<verify::Expectation> expectations{};
  std::string source{};  // "scenario full-twice", "policy mta"; several with commas between

  void add(std::vector<verify::Expectation> more, std::string_view from);
};

// What reports call expectations that came with the question.
inline constexpr std::string_view kGivenExpectations = "given expectations";

// What the scenario of a set-up expects itself; nothing if it says nothing.
[[nodiscard]] Expected expected_by(const journal::Setup& setup);

// Only mail to this recipient domain, in lower case, counts; empty: all.
[[nodiscard]] Expected narrowed(Expected expected, std::string_view domain);

// Part of an address in lower case, and nothing that a pattern gives a meaning to.
[[nodiscard]] base::Result<std::string> domain_in(std::string_view text);

// The report on an observation that is over, by expectations that are narrowed already. `start`:
// wall clock at the start of the run.
[[nodiscard]] verify::Report report_on(
    const verify::Timeline& timeline,
    const Expected& expected,
    std::string_view domain,
    std::string_view receiver,
    base::WallTime start
);

class Judging {
 public:
  // Without `given` the expectations of the receiver's scenario hold, as it stands when judged.
  // With `domain`, in lower case, only mail to that recipient domain is looked at; empty: all.
  Judging(
      std::shared_ptr<receiver::Receiver> receiver,
      std::optional<Expected> given,
      std::string domain
  );

  struct Look {
    bool certain = false;                    // nothing that may yet come would change the verdict
    std::optional<base::TimePoint> again{};  // when time alone may change it
  };

  // What can be said at `now` while more may come. Leaves no trace; cheap when nothing has happened
  // to the receiver since the last look and its `again` is not reached.
  [[nodiscard]] Look look(base::TimePoint now);

  // Ends the observation at `now`: the receiver records that it was watching until then, and the
  // journal up to that event tells all that the report is made from. `start`: wall clock at the
  // start of the run.
  [[nodiscard]] verify::Report conclude(base::TimePoint now, base::WallTime start);

 private:
  [[nodiscard]] const Expected& expected(const verify::Timeline& timeline);

  // Constant after construction.
  const std::shared_ptr<receiver::Receiver> receiver_;
  const bool given_;
  const std::string domain_;

  Expected expected_{};  // of setup_, unless given_
  std::optional<journal::Setup> setup_{};
  std::uint64_t seen_ = 0;  // the receiver's last event at the last look
  std::optional<Look> last_{};
};

}  // namespace control
