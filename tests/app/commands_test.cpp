// What check, list, show, schema and help print, and their exit statuses.
#include "app/commands.hpp"

#include <array>
#include <sstream>

#include <fmt/format.h>

#include "app/app.hpp"
#include "app/files.hpp"
#include "app/topics.hpp"
#include "control/routes.hpp"
#include "support/catch.hpp"
#include "verify/checks.hpp"

namespace app {

namespace {

constexpr std::string_view kGood = R"(name = "good"
summary = "One rule"
tags = ["a"]
[[phase]]
name = "full"
for = "30m"
[[phase]]
name = "healthy"
[[rule]]
at = "rcpt"
during = "full"
reply = "452 4.3.1 Mail system full"
)";

// Five different mistakes, each at a place of its own.
constexpr std::string_view kBad = R"(name = "bad"
colour = "red"
[[rule]]
at = "rcptt"
reply = "452 4.3.1 Mail system full"
[[rule]]
at = "rcpt"
  delay = "2 parsecs"
[[rule]]
at = "rcpt"
reply = "999 no"
[[rule]]
at = "connect"
match = { recipient = "*@a.test" }
reply = "421 4.4.2 no"
)";

struct Printed {
  int status = 0;
  std::string out;
  std::string err;
};

Printed printed(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = run(arguments, out, err);
  return {status, out.str(), err.str()};
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace

TEST_CASE("check says that a good file is good") {
  const Folder folder;
  const auto file = folder.write("good.toml", kGood);
  const auto result = printed({"check", file});
  CHECK(result.status == kDone);
  CHECK(result.out == file + ": ok, 1 rule, 2 phases\n");
  CHECK(result.err.empty());
}

TEST_CASE("check reports five mistakes with their places") {
  const Folder folder;
  const auto file = folder.write("bad.toml", kBad);
  const auto result = printed({"check", file});
  CHECK(result.status == kBadUsage);
  CHECK(result.out == file + ": 5 errors\n");
  const auto found = lines(result.err);
  REQUIRE(found.size() == 5);
  const std::array places = {":2:1: ", ":4:6: ", ":8:11: ", ":11:9: ", ":14:23: "};
  for (std::size_t i = 0; i < places.size(); ++i) {
    CAPTURE(found[i]);
    CHECK(found[i].starts_with(file + places[i]));
  }
}

TEST_CASE("check goes on after a bad file") {
  const Folder folder;
  const auto good = folder.write("good.toml", kGood);
  const auto result = printed({"check", folder.in("missing.toml"), good});
  CHECK(result.status == kBadUsage);
  CHECK(result.err.find("missing.toml") != std::string::npos);
  CHECK(result.out == good + ": ok, 1 rule, 2 phases\n");
}

TEST_CASE("check prints warnings and passes") {
  const Folder folder;
  const auto file = folder.write(
      "odd.toml", "name = \"odd\"\n[[rule]]\nat = \"rcpt\"\nreply = \"452 5.3.1 x\"\n"
  );
  const auto result = printed({"check", file});
  CHECK(result.status == kDone);
  CHECK(result.err.find("warning: ") != std::string::npos);
  CHECK(result.out.find("ok, 1 rule, ") != std::string::npos);
  CHECK(result.out.find("warning") != std::string::npos);
}

TEST_CASE("list shows names and summaries and those with a tag") {
  const Folder folder;
  folder.write("zz-good.toml", kGood);
  folder.write("zz-bad.toml", kBad);
  const auto all = printed({"list", "--scenarios", folder.path()});
  CHECK(all.status == kDone);
  CHECK(all.out.find("zz-good") != std::string::npos);
  CHECK(all.out.find("One rule") != std::string::npos);
  CHECK(all.out.find("has errors") != std::string::npos);
  // An empty line and a heading stand before the policies.
  const auto policies = shipped::policies().size();
  CHECK(lines(all.out).size() == shipped::scenarios().size() + 2 + 2 + policies);
  CHECK(all.out.find("\n\nPolicies, ") != std::string::npos);
  CHECK(all.out.find("\npolicy:mta ") != std::string::npos);
  const auto tagged = printed({"list", "--scenarios", folder.path(), "--tag", "a"});
  CHECK(tagged.out == "zz-good  One rule\n");
  CHECK(printed({"list", "--tag", "no such tag"}).status == kFailed);
}

TEST_CASE("show prints the text of a scenario") {
  const Folder folder;
  folder.write("good.toml", kGood);
  CHECK(printed({"show", "good", "--scenarios", folder.path()}).out == kGood);
  const auto wrong = printed({"show", "goood", "--scenarios", folder.path()});
  CHECK(wrong.status == kBadUsage);
  CHECK(wrong.err == "failmx: there is no scenario 'goood'; did you mean 'good'?\n");
}

TEST_CASE("show prints a policy as it ships") {
  const auto mta = printed({"show", "policy:mta"});
  CHECK(mta.status == kDone);
  CHECK(mta.out.find("[[expect]]") != std::string::npos);
  CHECK(mta.out.find("check  = \"retried\"") != std::string::npos);
  const auto wrong = printed({"show", "policy:mda"});
  CHECK(wrong.status == kBadUsage);
  CHECK(wrong.err == "failmx: there is no policy 'mda'; did you mean 'mta'?\n");
}

TEST_CASE("test refuses what it cannot begin with") {
  const Folder folder;
  const auto bad = folder.write("bad.toml", kBad);
  const auto silent = folder.write("silent.toml", kGood);
  const auto empty = folder.write("empty.toml", "expect = []\n");

  struct Row {
    std::vector<std::string> arguments;
    std::string part;
  };

  const std::vector<Row> rows = {
      {{silent, "--", "true"}, "the scenario 'good' expects nothing of a sender; add [[expect]]"},
      {{silent, "--policy", "mta", "--", "no-such-program"},
       "cannot run 'no-such-program': not found"},
      {{bad, "--policy", "mta", "--", "true"}, ":4:6: "},
      {{"helthy", "--policy", "mta", "--", "true"}, "did you mean 'healthy'?"},
      {{silent, "--policy", "mda", "--", "true"}, "did you mean 'mta'?"},
      {{silent, "--expect", folder.in("none.toml"), "--", "true"}, "none.toml"},
      {{silent, "--expect", bad, "--", "true"}, "bad.toml:"},
      {{silent, "--expect", empty, "--", "true"}, "expects nothing"},
      {{silent, "--policy", "mta", "--junit", folder.in("x/y"), "--", "true"}, "x/y"},
      {{silent, "--policy", "mta", "--journal", folder.path(), "--", "true"}, "folder"},
      {{silent, "--policy", "mta", "--smtp", "0.0.0.0:0", "--", "true"}, "--open"},
  };
  for (const Row& row : rows) {
    std::vector<std::string> arguments = {"test"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    const auto result = printed(arguments);
    CAPTURE(arguments, result.err);
    CHECK(result.status == kBadUsage);
    CHECK(result.out.empty());
    CHECK(result.err.find(row.part) != std::string::npos);
  }
}

TEST_CASE("verify refuses what it cannot judge") {
  const Folder folder;
  const auto text = folder.write("x.ndjson", "no journal\n");
  for (const auto& path : {text, folder.in("missing.ndjson")}) {
    const auto result = printed({"verify", path});
    CAPTURE(path, result.err);
    CHECK(result.status == kBadUsage);
    CHECK(result.err.find(path) != std::string::npos);
    CHECK(result.out.empty());
  }
  const auto nobody = printed({"verify", "--http", "http://127.0.0.1:1"});
  CHECK(nobody.status == kBadUsage);
  CHECK(nobody.err.find("no answer from http://127.0.0.1:1") != std::string::npos);
}

TEST_CASE("schema prints a JSON document") {
  const auto result = printed({"schema"});
  CHECK(result.status == kDone);
  CHECK(result.out.starts_with("{"));
  CHECK(result.out.find("json-schema.org") != std::string::npos);
}

TEST_CASE("Output that cannot be written is a failure") {
  for (const auto* argument : {"schema", "list", "help", "--help", "--version"}) {
    CAPTURE(argument);
    std::ofstream full("/dev/full");
    std::ostringstream err;
    CHECK(run({argument}, full, err) == kFailed);
    CHECK(err.str() == "failmx: cannot write to standard output\n");
  }
}

TEST_CASE("serve refuses what it cannot start with") {
  const Folder folder;
  const auto bad = folder.write("bad.toml", kBad);

  struct Row {
    std::vector<std::string> arguments;
    std::string part;
  };

  const std::vector<Row> rows = {
      {{"--scenario", bad}, ":4:6: "},
      {{"--scenario", "helthy"}, "did you mean 'healthy'?"},
      {{"--scenarios", folder.in("missing")}, "missing"},
      {{"--smtp", "0.0.0.0:0"}, "--open"},
      {{"--http", "[::]:0"}, "--token"},
  };
  for (const Row& row : rows) {
    std::vector<std::string> arguments = {"serve"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    const auto result = printed(arguments);
    CAPTURE(arguments, result.err);
    CHECK(result.status == kBadUsage);
    CHECK(result.out.empty());
    CHECK(result.err.find(row.part) != std::string::npos);
  }
}

TEST_CASE("Every help topic has a text and is listed") {
  const auto overview = printed({"help"});
  CHECK(overview.status == kDone);
  for (const Topic& topic : topics()) {
    CAPTURE(topic.name);
    CHECK_FALSE(topic.doc.empty());
    CHECK(overview.out.find(topic.name) != std::string::npos);
    CHECK(printed({"help", std::string(topic.name)}).out.size() > 50);
  }
  for (const verify::Check& check : verify::checks()) {
    CAPTURE(check.name);
    const auto all = printed({"help", "checks"}).out;
    CHECK(all.find(fmt::format("\n  {}: {}\n", check.name, check.doc)) != std::string::npos);
  }
  CHECK(printed({"help", "expectations"}).out.find("select") != std::string::npos);
  CHECK(printed({"help", "policies"}).out.find("\n  mta: ") != std::string::npos);
  CHECK(printed({"help", "test"}).out.find("FAILMX_SMTP") != std::string::npos);
  CHECK(printed({"help", "api"}).out.find("/v1/receivers/{name}") != std::string::npos);
  CHECK(printed({"help", "serve"}).out.find("--scenario") != std::string::npos);
  const auto wrong = printed({"help", "actoins"});
  CHECK(wrong.status == kBadUsage);
  CHECK(wrong.err.find("did you mean 'actions'?") != std::string::npos);
}

TEST_CASE("health fails where nothing listens") {
  CHECK(printed({"health", "--http", "http://127.0.0.1:1"}).status == kFailed);
}

TEST_CASE("health of what is no URL is bad usage") {
  CHECK(printed({"health", "--http", "http://"}).status == kBadUsage);
  CHECK(printed({"health", "--http", "http://127.0.0.1:1/path?x"}).status == kBadUsage);
}

}  // namespace app
