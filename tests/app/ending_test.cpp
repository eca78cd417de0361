// What `failmx test` says about its end.
#include "app/ending.hpp"

#include "app/cli.hpp"
#include "support/catch.hpp"

namespace app {

namespace {

using namespace std::chrono_literals;
using verify::Result;

const std::string kFailure = "the command failed with exit status 7";

}  // namespace

TEST_CASE("An exit status that is not the verdict's own is explained") {
  struct Row {
    int status;
    Result result;
    std::string failure;
    std::string expected;
  };

  const auto row = GENERATE(
      Row{kDone, Result::pass, "", ""},
      Row{kFailed, Result::fail, kFailure, ""},
      Row{kInconclusive, Result::inconclusive, "", ""},
      Row{kCommandFailed,
          Result::pass,
          kFailure,
          "exit status 4: all checks passed, but " + kFailure},
      Row{kCommandFailed,
          Result::inconclusive,
          kFailure,
          "exit status 4: the verdict is inconclusive, but " + kFailure},
      Row{kInterrupted, Result::inconclusive, "", "exit status 130: interrupted"},
      Row{kInterrupted,
          Result::inconclusive,
          kFailure,
          "exit status 130: interrupted; before that " + kFailure},
      Row{kBadUsage,
          Result::pass,
          "",
          "exit status 2: all checks passed, but not all could be written, or stopped in order"}
  );
  CHECK(why_status(row.status, row.result, {.failure = row.failure}) == row.expected);
}

TEST_CASE("The end of the time names the deadline, and who gave it") {
  const auto said = [](const Bound& bound) { return why_now({.timed_out = true, .bound = bound}); };
  CHECK(
      said({2s, Bound::By::option}) ==
      "the time is over (--timeout 2s); the report as things stand:"
  );
  CHECK(
      said({271s, Bound::By::deadlines}).find("(4m31s, the default of --timeout: the last") !=
      std::string::npos
  );
  CHECK(said({10min, Bound::By::most}).find("(10m, the default of --timeout") != std::string::npos);
  CHECK(why_now({}).empty());
  CHECK(why_now({.interrupted = true, .timed_out = true}) == "interrupted; the report so far:");
}

TEST_CASE("Waiting for the first mail is bounded, and says by what") {
  CHECK(
      still_waiting(270'100ms, false) == "no mail has been seen; waiting up to 4m31s (--timeout)"
  );
  CHECK(
      still_waiting(5s, true) == "no mail has been seen; waiting up to 5s (the command has failed)"
  );
  CHECK(spoken(120'400us) == "121ms");
  CHECK(spoken(-1s) == "0s");
}

}  // namespace app
