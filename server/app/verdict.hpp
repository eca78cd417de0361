// What `test` and `verify` share: the expectations that were asked for, the report over a past that
// is over, and where results go. Main thread.
#pragma once

#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli.hpp"
#include "control/judging.hpp"
#include "journal/account.hpp"
#include "verify/render.hpp"
#include "verify/report.hpp"

namespace app {

// Expectations given on the command line.
struct Given {
  // nullopt: none were given, so the scenario's own hold.
  std::optional<control::Expected> expected{};
  std::string expect_json{};  // the list of --expect as JSON, for the API; empty: none
};

// Reads --expect and --policy. nullopt: something is wrong and was reported to `err`.
[[nodiscard]] std::optional<Given> read_given(const Judged& options, std::ostream& err);

// Judges a receiver's past that is over: `now` is its last event. The same past and expectations
// give the same report, whether it was lived through or read from a file. `start`: wall clock at
// the start of the run; `domain`: only mail to it counts, empty: all.
[[nodiscard]] verify::Report report_at_end(
    const journal::Account& account,
    std::string_view receiver,
    base::WallTime start,
    const Given& given,
    std::string_view domain
);

// The same verdict in its three forms.
struct Results {
  std::string text{};
  std::string json{};
  std::string junit{};
};

// One report stands alone in JSON; several are a list.
// `style` says where the events are; the colour is the terminal's.
[[nodiscard]] Results render(
    std::span<const verify::Report> reports, const verify::TextStyle& style
);

// That the files can be written; false: reported to `err`.
[[nodiscard]] bool can_write_results(const Judged& options, std::ostream& err);

// Prints the text and writes the files asked for; false: a file could not be written, reported.
[[nodiscard]] bool write_results(
    const Judged& options, const Results& results, std::ostream& out, std::ostream& err
);

}  // namespace app
