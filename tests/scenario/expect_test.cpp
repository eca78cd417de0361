// [[expect]] in scenarios: what a scenario keeps of it, and what is said of doubtful ones.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "asking.hpp"

#include "document/parse.hpp"
#include "verify/expectation.hpp"

using asking::findings;
using asking::loaded;

namespace {

constexpr std::string_view kRetried = "[[expect]]\ncheck = 'retried'\nwithin = '30s'\n";

std::string text_of_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a scenario keeps its expectations and their text") {
  const auto s = loaded("name = 'n'\n" + std::string(kRetried));
  REQUIRE(s.expectations.size() == 1);
  CHECK(s.expectations[0].name == "retried");
  CHECK(s.expectations[0].params.within == base::Micros(30'000'000));
  CHECK(s.expect == R"([{"check":"retried","within":"30s"}])");
}

TEST_CASE("a scenario without expectations has none") {
  const auto s = loaded("name = 'n'");
  CHECK(s.expectations.empty());
  CHECK(s.expect.empty());
}

TEST_CASE("nothing is odd in the scenarios that are shipped") {
  for (const auto& file : std::filesystem::directory_iterator("scenarios")) {
    INFO(file.path());
    CHECK(findings(text_of_file(file.path())).empty());
  }
}

TEST_CASE("an expectation without a check tells the keys that no check has") {
  CHECK(
      findings("[[expect]]\nchek = 'retried'\nwithin = '30s'\n") ==
      "x.toml:1:1: [[expect]] needs 'check'\n"
      "x.toml:2:1: unknown key 'chek' in [[expect]]; did you mean 'check'?\n"
  );
  CHECK(findings("[[expect]]\nwithin = '30s'\n") == "x.toml:1:1: [[expect]] needs 'check'\n");
}

TEST_CASE("the text of a scenario's expectations reads back as the same") {
  for (const auto& file : std::filesystem::directory_iterator("scenarios")) {
    INFO(file.path());
    const auto s = loaded(text_of_file(file.path()));
    REQUIRE_FALSE(s.expectations.empty());
    document::Diagnostics sink("expect");
    const auto list = document::parse_json(s.expect, sink);
    REQUIRE(list);
    const auto again = verify::read_expectations(*list, "[[expect]]", sink);
    CHECK(sink.take().empty());
    REQUIRE(again.size() == s.expectations.size());
    for (std::size_t i = 0; i < again.size(); ++i) {
      CHECK(again[i].name == s.expectations[i].name);
      CHECK(again[i].check == s.expectations[i].check);
      CHECK(again[i].params.within == s.expectations[i].params.within);
      CHECK(again[i].params.quiet == s.expectations[i].params.quiet);
    }
  }
}

TEST_CASE("an expectation that cannot be read fails the scenario with its place") {
  CHECK(
      findings("name = 'n'\n[[expect]]\ncheck = 'retryed'\n") ==
      "x.toml:3:9: there is no check 'retryed'; did you mean 'retried'?\n"
  );
  CHECK_FALSE(scenario::load_toml("[[expect]]\ncheck = 'paused'\n", "s.toml").ok());
}

TEST_CASE("an expectation that selects by an unknown phase is an error") {
  const std::string phases = "[[phase]]\nname = 'full'\nfor = '1m'\n[[phase]]\nname = 'healthy'\n";
  const std::string by_phase = "[[expect]]\ncheck = 'retried'\nwithin = '30s'\n";
  CHECK(findings(phases + by_phase + "select = { phase = 'full' }\n") == "");
  CHECK(findings(phases + by_phase + "select = { phase = 'f*' }\n") == "");
  CHECK(
      findings(phases + by_phase + "select = { phase = 'empty' }\n")
          .find("'retried' selects by the phase 'empty'") != std::string::npos
  );
  CHECK(findings(by_phase + "select = { phase = 'full' }\n") != "");
}

TEST_CASE("a bound of less than two seconds of real time is warned of") {
  struct Row {
    const char* name;
    std::string toml;
    bool warned;
  };

  const auto row = GENERATE(
      Row{"30 s", "[[expect]]\ncheck = 'retried'\nwithin = '30s'\n", false},
      Row{"2 s", "[[expect]]\ncheck = 'retried'\nwithin = '2s'\n", false},
      Row{"1.9 s", "[[expect]]\ncheck = 'retried'\nwithin = '1.9s'\n", true},
      Row{"1 min at scale 60",
          "[time]\nscale = 60\n[[expect]]\ncheck = 'retried'\nwithin = '1m'\n",
          true},
      Row{"2 min at scale 60",
          "[time]\nscale = 60\n[[expect]]\ncheck = 'delivered-once'\nwithin = '2m'\n",
          false}
  );
  INFO(row.name);
  const auto text = findings(row.toml);
  CHECK((text.find("warning: ") != std::string::npos) == row.warned);
  CHECK((text.find("'within'") != std::string::npos) == row.warned);
  CHECK(scenario::load_toml(row.toml, "s.toml").ok());
}
