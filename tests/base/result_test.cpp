// Diagnostics as lines for people and editors.
#include "base/result.hpp"

#include "support/catch.hpp"

namespace {

using base::Diagnostic;
using base::Severity;

struct Row {
  std::string name;
  Diagnostic diagnostic;
  std::string line;
};

TEST_CASE("a diagnostic is one line that starts with its place") {
  const auto row = GENERATE(values<Row>({
      {"file and hint",
       {Severity::error,
        "full.toml",
        3,
        3,
        "",
        "unknown key 'delya' in [[rule]]",
        "did you mean 'delay'?"},
       "full.toml:3:3: unknown key 'delya' in [[rule]]; did you mean 'delay'?"},
      {"no hint",
       {Severity::error, "full.toml", 12, 1, "", "no rules", ""},
       "full.toml:12:1: no rules"},
      {"warning",
       {Severity::warning, "a.toml", 1, 2, "", "5.3.1 is unusual", ""},
       "a.toml:1:2: warning: 5.3.1 is unusual"},
      {"JSON pointer",
       {Severity::error, "body", 0, 0, "/rule/0/at", "no such stage", "use rcpt"},
       "body:/rule/0/at: no such stage; use rcpt"},
      {"JSON pointer alone", {Severity::error, "", 0, 0, "/name", "missing", ""}, "/name: missing"},
      {"place without a file", {Severity::error, "", 4, 5, "", "oops", ""}, "4:5: oops"},
      {"file alone",
       {Severity::error, "a.toml", 0, 0, "", "cannot be read", ""},
       "a.toml: cannot be read"},
      {"no place", {Severity::error, "", 0, 0, "", "oops", ""}, "oops"},
  }));
  CAPTURE(row.name);
  CHECK(base::to_string(row.diagnostic) == row.line);
}

TEST_CASE("a loaded document is good only with a value") {
  base::Loaded<int> loaded;
  CHECK_FALSE(loaded.ok());
  loaded.value = 1;
  CHECK(loaded.ok());
}

}  // namespace
