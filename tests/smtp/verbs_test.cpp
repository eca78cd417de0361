// The table of verbs: how lines find their row, and what is said to a verb out of turn.
#include "smtp/verbs.hpp"

#include <string>
#include <vector>

#include "base/text.hpp"
#include "support/catch.hpp"

using smtp::Progress;
using smtp::Verb;

TEST_CASE("every verb is found by its spelling in any case") {
  for (const auto& row : smtp::verbs()) {
    if (row.verb == Verb::unknown) continue;
    std::string line(row.spelling);
    CHECK(smtp::row_of_line(line).verb == row.verb);
    line[1] = base::ascii_lower(line[1]);
    CHECK(smtp::row_of_line(line + " x").verb == row.verb);
    CHECK(smtp::row_of_line(line + "x").verb == Verb::unknown);
    CHECK(smtp::row_of_line(line.substr(1)).verb == Verb::unknown);
    CHECK(smtp::row_of(row.verb).spelling == row.spelling);
  }
  for (const auto* line : {"", " ", " QUIT", "STARTTLSX", "\xC3\xA9", "NOO\x10"}) {
    CHECK(smtp::row_of_line(line).verb == Verb::unknown);
  }
}

TEST_CASE("a verb out of turn is told why") {
  struct Row {
    Verb verb;
    Progress progress;
    const char* text;
  };

  const std::vector<Row> rows = {
      {Verb::noop, Progress::refused, "No service here, only QUIT"},
      {Verb::quit, Progress::refused, ""},
      {Verb::mail, Progress::fresh, "Send EHLO or HELO first"},
      {Verb::mail, Progress::introduced, ""},
      {Verb::mail, Progress::sender, "A transaction is open already"},
      {Verb::mail, Progress::recipients, "A transaction is open already"},
      {Verb::rcpt, Progress::introduced, "Send MAIL first"},
      {Verb::rcpt, Progress::recipients, ""},
      {Verb::data, Progress::fresh, "Send MAIL first"},
      {Verb::data, Progress::sender, "Send RCPT first"},
      {Verb::data, Progress::recipients, ""},
      {Verb::unknown, Progress::fresh, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(smtp::row_of(row.verb).spelling);
    CAPTURE(static_cast<int>(row.progress));
    CHECK(smtp::sequence_error(smtp::row_of(row.verb), row.progress) == row.text);
  }
}
