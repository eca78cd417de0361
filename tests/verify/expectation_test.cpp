// Decoding expectations and policies: every key, and what is said of wrong ones.
#include "verify/expectation.hpp"

#include "document/parse.hpp"
#include "shipped/shipped.hpp"
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;
using base::Micros;
using verify::Expectation;

namespace {

std::string take(document::Diagnostics& sink) {
  std::string all;
  for (const auto& found : sink.take()) all += base::to_string(found) + "\n";
  return all;
}

// What is wrong with a file of expectations.
std::string wrong(std::string_view toml) {
  document::Diagnostics sink("e.toml");
  const auto root = document::parse_toml(toml, sink);
  if (root) static_cast<void>(verify::read_policy(*root, "e", sink));
  return take(sink);
}

std::string wrong_keys(std::string_view check, std::string_view keys) {
  return wrong("[[expect]]\ncheck = '" + std::string(check) + "'\n" + std::string(keys) + "\n");
}

bool has(const std::string& text, std::string_view part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) UNSCOPED_INFO(text);
  return found;
}

}  // namespace

TEST_CASE("there are eight checks each with a name and a sentence") {
  CHECK(verify::checks().size() == 10);
  for (const auto& check : verify::checks()) {
    INFO(check.name);
    CHECK(verify::find_check(check.name) == &check);
    for (const auto text : {check.doc, check.selects, check.occasion, check.fails, check.passes}) {
      CHECK_FALSE(text.empty());
      CHECK_FALSE(text.ends_with('.'));
    }
    CHECK(verify::keys_of(check).size() == check.keys.size());
  }
  CHECK(verify::find_check("retry") == nullptr);
}

TEST_CASE("every key of every check reaches its parameter") {
  const auto retried = expectation("retried", "within = '1h30m'\nat_least = 2").params;
  CHECK(retried.within == Micros(90min));
  CHECK(retried.at_least == 2);
  const auto hasty = expectation("not-hasty", "min_gap = '60s'\nquiet = '5m'").params;
  CHECK(hasty.min_gap == Micros(60s));
  CHECK(hasty.quiet == Micros(5min));
  const auto backs =
      expectation(
          "backs-off",
          "gaps = 4\nfirst = ['4m', '6m']\ngrowth = 1.5\ncap = '4h'\nschedule = ['5m', '10m']\n"
          "tolerance = '30s'\njitter = '10%'\nquiet = '1h'"
      )
          .params;
  CHECK(backs.gaps == 4);
  CHECK(backs.first == verify::Bounds(4min, 6min));
  CHECK(backs.growth == 1.5);
  CHECK(backs.cap == Micros(4h));
  CHECK(backs.schedule == std::vector<Micros>{5min, 10min});
  CHECK(backs.tolerance == Micros(30s));
  CHECK(backs.jitter == Approx(0.1));
  CHECK(backs.quiet == Micros(1h));
  const auto not_retried =
      expectation("not-retried", "codes = [550, '5.1.*']\nexcept = '552'\nquiet = '1m'").params;
  CHECK(not_retried.codes.size() == 2);
  CHECK(not_retried.except.size() == 1);
  CHECK(not_retried.quiet == Micros(1min));
  const auto suppressed =
      expectation(
          "suppressed",
          "codes = 550\nexcept = 552\nscope = 'domain'\noffered = true\nprobes = 2\n"
          "probe_period = '1d'\nquiet = '1w'"
      )
          .params;
  CHECK(suppressed.codes.size() == 1);
  CHECK(suppressed.except.size() == 1);
  CHECK(suppressed.whole_domain);
  CHECK(suppressed.offered);
  CHECK(suppressed.probes == 2);
  CHECK(suppressed.probe_period == Micros(24h));
  CHECK(suppressed.quiet == Micros(7 * 24h));
  const auto once = expectation("delivered-once", "within = '2h'\nquiet = '1m'").params;
  CHECK(once.within == Micros(2h));
  CHECK(once.quiet == Micros(1min));
  CHECK(expectation("attempt-limit", "at_most = 5").params.at_most == 5);
  CHECK(
      expectation("gives-up", "after = ['4d', '5d']").params.after ==
      verify::Bounds(4 * 24h, 5 * 24h)
  );
}

TEST_CASE("an expectation has the check's name and counts unless it says otherwise") {
  const Expectation plain = expectation("retried");
  CHECK(plain.name == "retried");
  CHECK_FALSE(plain.advice);
  CHECK_FALSE(plain.optional);
  CHECK(plain.params.clock == verify::Clock::judge);
  CHECK(plain.params.select.empty());
  const Expectation given = expectation(
      "retried",
      "name = 'comes back'\nadvice = true\noptional = true\nclock = 'receiver'\n"
      "select = { code = 452 }"
  );
  CHECK(given.name == "comes back");
  CHECK(given.advice);
  CHECK(given.optional);
  CHECK(given.params.clock == verify::Clock::receiver);
  CHECK_FALSE(given.params.select.empty());
}

TEST_CASE("expectations of one name are numbered") {
  const auto all = expectations(
      "[[expect]]\ncheck = 'retried'\n[[expect]]\ncheck = 'retried'\n"
      "[[expect]]\ncheck = 'not-hasty'\n[[expect]]\ncheck = 'retried'\n"
  );
  REQUIRE(all.size() == 4);
  CHECK(all[0].name == "retried");
  CHECK(all[1].name == "retried (2)");
  CHECK(all[2].name == "not-hasty");
  CHECK(all[3].name == "retried (3)");
}

TEST_CASE("an unknown check is named with its place and the nearest one") {
  CHECK(
      wrong("[[expect]]\ncheck = 'retryed'\n") ==
      "e.toml:2:9: there is no check 'retryed'; did you mean 'retried'?\n"
  );
  CHECK(has(wrong("[[expect]]\ncheck = 'qqqqqqqqqqqqqq'\n"), "there are retried, not-hasty"));
  CHECK(has(wrong("[[expect]]\ncheck = ''\n"), "there is no check ''"));
  CHECK(has(wrong("[[expect]]\ncheck = 7\n"), "e.toml:2:9:"));
}

TEST_CASE("a check of a later version is refused by name") {
  for (const char* name : {"paused", "concurrency", "whole-system", "reports-failure", "spread"}) {
    INFO(name);
    CHECK(
        has(wrong_keys(name, "whatever = 1"),
            std::string("check '") + name + "' is not supported by this version")
    );
  }
}

TEST_CASE("an expectation without a check is refused") {
  CHECK(has(wrong("[[expect]]\nwithin = '1h'\n"), "check"));
  CHECK(has(wrong("expect = [1]\n"), "e.toml:1:"));
  CHECK(has(wrong("expect = 'retried'\n"), "e.toml:1:"));
}

TEST_CASE("a key that belongs to another check is refused with its place") {
  struct Row {
    const char* check;
    const char* key;
  };

  const auto row = GENERATE(
      Row{"retried", "min_gap = '1s'"},
      Row{"retried", "quiet = '1s'"},
      Row{"not-hasty", "within = '1s'"},
      Row{"backs-off", "at_least = 1"},
      Row{"not-retried", "probes = 1"},
      Row{"suppressed", "within = '1s'"},
      Row{"delivered-once", "codes = 550"},
      Row{"attempt-limit", "at_most = 1\nafter = ['1s', '2s']"},
      Row{"gives-up", "after = ['1s', '2s']\nat_most = 1"}
  );
  INFO(row.check << " " << row.key);
  const auto text = wrong_keys(row.check, row.key);
  CHECK(has(text, "unknown key"));
  CHECK(has(text, std::string("[[expect]] '") + row.check + "'"));
}

TEST_CASE("required keys must be there") {
  CHECK(has(wrong_keys("attempt-limit", ""), "at_most"));
  CHECK(has(wrong_keys("gives-up", ""), "after"));
}

TEST_CASE("values of the wrong kind or size are refused with their place") {
  struct Row {
    const char* check;
    const char* key;
    const char* says;
  };

  const auto row = GENERATE(
      Row{"retried", "within = '0s'", "'within' must be more than 0s"},
      Row{"retried", "within = '100ns'", "'within' must be more than 0s"},
      Row{"retried", "within = 5", "e.toml:3:10:"},
      Row{"retried", "within = '-1s'", "e.toml:3:10:"},
      Row{"retried", "within = '5 parsecs'", "e.toml:3:10:"},
      Row{"retried", "at_least = 0", "e.toml:3:12:"},
      Row{"retried", "at_least = 1.5", "e.toml:3:12:"},
      Row{"retried", "clock = 'wall'", "clock"},
      Row{"retried", "advice = 'yes'", "advice"},
      Row{"retried", "select = 1", "select"},
      Row{"retried", "name = ''", "name"},
      Row{"backs-off", "gaps = 0", "gaps"},
      Row{"backs-off", "growth = 0.5", "growth"},
      Row{"backs-off", "first = ['1s']", "'first' must be a list of two durations"},
      Row{"backs-off", "first = '1s'", "'first' must be a list of two durations"},
      Row{"backs-off", "first = ['2s', '1s']", "its larger bound stands first"},
      Row{"backs-off", "first = [1, 2]", "first"},
      Row{"backs-off", "schedule = []", "'schedule' must not be an empty list"},
      Row{"backs-off", "schedule = ['0s']", "'schedule' must be more than 0s"},
      Row{"backs-off", "schedule = '1s'", "schedule"},
      Row{"backs-off", "jitter = 1.5", "jitter"},
      Row{"backs-off", "jitter = -0.1", "jitter"},
      Row{"backs-off", "jitter = '101%'", "'jitter' is no fraction: '101%'"},
      Row{"backs-off", "jitter = '-1%'", "no fraction"},
      Row{"backs-off", "jitter = 'nan%'", "no fraction"},
      Row{"backs-off", "jitter = '%'", "no fraction"},
      Row{"backs-off", "jitter = '10'", "no fraction"},
      Row{"not-retried", "codes = []", "codes"},
      Row{"not-retried", "codes = '55x'", "'55x' is no reply code"},
      Row{"suppressed", "scope = 'host'", "scope"},
      Row{"suppressed", "probes = -1", "probes"},
      Row{"suppressed", "offered = 1", "offered"},
      Row{"attempt-limit", "at_most = 0", "at_most"},
      Row{"gives-up", "after = ['5d', '4d']", "its larger bound stands first"}
  );
  INFO(row.check << " " << row.key);
  CHECK(has(wrong_keys(row.check, row.key), row.says));
}

TEST_CASE("fractions are read as numbers and as percentages") {
  CHECK(expectation("backs-off", "jitter = 0").params.jitter == 0);
  CHECK(expectation("backs-off", "jitter = 1").params.jitter == 1);
  CHECK(expectation("backs-off", "jitter = '12.5%'").params.jitter == Approx(0.125));
  CHECK(expectation("backs-off", "jitter = '100%'").params.jitter == 1);
}

TEST_CASE("everything that is wrong is reported at once and in order") {
  const auto text = wrong(
      "[[expect]]\n"
      "check = 'retried'\n"
      "wihtin = '1h'\n"
      "at_least = 0\n"
      "[[expect]]\n"
      "check = 'nothasty'\n"
      "[[expect]]\n"
      "check = 'gives-up'\n"
      "after = ['2s', '1s']\n"
  );
  const auto first = text.find("e.toml:3:1: unknown key 'wihtin'");
  const auto second = text.find("e.toml:4:12:");
  const auto third = text.find("e.toml:6:9: there is no check 'nothasty'");
  const auto fourth = text.find("e.toml:9:9: 'after' is empty");
  INFO(text);
  CHECK(first != std::string::npos);
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third < fourth);
  CHECK(fourth != std::string::npos);
  CHECK(has(text, "did you mean 'within'?"));
  CHECK(has(text, "did you mean 'not-hasty'?"));
}

TEST_CASE("a policy has a name and a summary and expectations") {
  document::Diagnostics sink("p.toml");
  const auto root = document::parse_toml(
      "summary = 's'\nsource = 'RFC 5321'\n[[expect]]\ncheck = 'retried'\n", sink
  );
  REQUIRE(root);
  const auto policy = verify::read_policy(*root, "mine", sink);
  REQUIRE(policy);
  CHECK(policy->name == "mine");
  CHECK(policy->summary == "s");
  CHECK(policy->source == "RFC 5321");
  REQUIRE(policy->expectations.size() == 1);
  CHECK(policy->expectations[0].check->name == "retried");
}

TEST_CASE("a policy without expectations or with unknown keys is refused") {
  CHECK(has(wrong("name = 'x'\n"), "expect"));
  CHECK(has(wrong("sumary = 'x'\n[[expect]]\ncheck = 'retried'\n"), "did you mean 'summary'?"));
  CHECK(has(wrong("name = 7\n[[expect]]\ncheck = 'retried'\n"), "e.toml:1:8:"));
}

TEST_CASE("a scenario serves as a file of its expectations") {
  for (const auto& file : shipped::scenarios()) {
    INFO(file.name);
    CHECK(wrong(file.text) == "");
  }
}

TEST_CASE("the shipped policies are read without a finding") {
  CHECK(shipped::policies().size() == 4);
  for (const auto& file : shipped::policies()) {
    INFO(file.name);
    CHECK(wrong(file.text) == "");
  }
}

TEST_CASE("an expectation is read from JSON alike and found by a pointer") {
  document::Diagnostics sink("body");
  const auto root = document::parse_json(
      R"({"expect":[{"check":"retried","within":"1h"},{"check":"retried","within":"0s"}]})", sink
  );
  REQUIRE(root);
  const auto read = verify::read_expectations(*root->find("expect"), "[[expect]]", sink);
  REQUIRE(read.size() == 1);
  CHECK(read[0].params.within == Micros(1h));
  CHECK(has(take(sink), "/expect/1/within"));
}
