// Reports as text, whole.
#include "support/catch.hpp"
#include "verify/layout.hpp"
#include "verify/render.hpp"
#include "verify/reports.hpp"

namespace {

using namespace verify::testing;
using verify::Report;
using verify::Result;
using verify::Source;
using verify::TextStyle;
using verify::Value;

std::string text(const Report& report, TextStyle style = {}) {
  return verify::to_text(std::span(&report, 1), style);
}

bool contains(const std::string& all, std::string_view part) {
  return all.find(part) != std::string::npos;
}

TEST_CASE("a pass says what was observed and what is provisional") {
  auto retried = check("retried", Value::pass, "2 deliveries: tried again within 1 h");
  auto quiet = check("not-retried", Value::pass, "1 delivery: no attempt in the 28 s observed");
  quiet.verdict.provisional = true;
  Report made = report(Result::pass, {retried, quiet});
  made.scale = 60;
  made.observed.judge = std::chrono::minutes(28);
  made.all = made.domains["full.test"] = figures();
  CHECK(text(made) == R"(PASS receiver default: 2 of 2 checks passed, 1 provisionally
PASS retried: 2 deliveries: tried again within 1 h
PASS not-retried: 1 delivery: no attempt in the 28 s observed (provisional: for as long as was
    observed)

scenario full-twice, seed 1, scale 60, observed for 28 min (28 s real); expectations of scenario
    full-twice
domain     deliveries  accepted  rejected  open  recovered  attempts  median  worst
full.test           2         1         0     1        1/2         3   2 min  2 min
attempts: 1 accepted, 2 deferred; by reply: 250 2.0.0 x 1, 452 4.3.1 x 2; in real time: median 2 s,
    worst 2 s
)");
}

TEST_CASE("a failure is told case by case with its evidence and where to look") {
  auto open = check("retried", Value::open, "r@full.test was not tried again yet");
  open.verdict.evidence = {12};
  Report made =
      report(Result::fail, {open, suppressed(2), check("backs-off", Value::pass, "fine")});
  made.missing = "3 events were lost";
  CHECK(text(made) == R"(FAIL receiver default: 1 of 3 checks failed, 1 could not be decided
FAIL suppressed: a0@gone.test was tried again 3.1 s after 550 5.3.1 (expected no attempt for 30 s)
    events 41, 57
FAIL suppressed: a1@gone.test was tried again 3.1 s after 550 5.3.1  events 61, 77
INCONCLUSIVE retried: still open: r@full.test was not tried again yet (expected what retried wants)
    event 12
PASS backs-off: fine

scenario full-twice, seed 1, observed for 28 s; expectations of scenario full-twice
incomplete: 3 events were lost
no attempt was seen
Look at: events 41, 57, 61, 77: GET /v1/events?receiver=default&after=40 or, in a journal file,
    "seq":41
)");
}

TEST_CASE("at most ten failed cases of a check are told") {
  const std::string all = text(report(Result::fail, {suppressed(12)}));
  CHECK(contains(all, "a9@gone.test"));
  CHECK_FALSE(contains(all, "a10@gone.test"));
  CHECK(contains(all, "FAIL suppressed: and 2 more\n"));
  CHECK_FALSE(contains(text(report(Result::fail, {suppressed(10)})), "FAIL suppressed: and"));
}

TEST_CASE("what is not known says why") {
  auto blind = check("suppressed", Value::blind, "an advance lies between");
  auto empty = check("backs-off", Value::empty, "nothing was deferred");
  const std::string all = text(report(Result::inconclusive, {blind, empty}));
  CHECK(contains(all, "INCONCLUSIVE receiver default: 2 of 2 checks could not be decided\n"));
  CHECK(contains(all, "\nINCONCLUSIVE suppressed: cannot be known: an advance lies between"));
  CHECK(contains(all, "\nINCONCLUSIVE backs-off: nothing to judge: nothing was deferred"));
  CHECK(contains(all, "Look at: GET /v1/events?receiver=default (or the journal file)"));
}

TEST_CASE("checks that did not apply share a line") {
  auto one = check("retried", Value::empty, "nothing"), two = check("backs-off", Value::empty, "");
  one.result = two.result = Result::not_applicable;
  const std::string all = text(report(Result::inconclusive, {one, two}));
  CHECK(contains(all, "INCONCLUSIVE receiver default: no check applied, so nothing was judged\n"));
  CHECK(contains(all, "\nnot applicable: retried, backs-off\n"));
  CHECK_FALSE(contains(all, "INCONCLUSIVE retried"));
}

TEST_CASE("a report without checks says that nothing was expected") {
  CHECK(contains(
      text(report(Result::inconclusive, {})),
      "INCONCLUSIVE receiver default: nothing was expected, so nothing was judged\n"
  ));
}

TEST_CASE("advice is told apart and not counted") {
  auto advice = check("not-hasty", Value::fail, "tried again after 5 s");
  advice.advice = true;
  auto taken = check("backs-off", Value::pass, "3 gaps");
  taken.advice = true;
  const std::string all =
      text(report(Result::pass, {advice, taken, check("retried", Value::pass, "all")}));
  CHECK(contains(all, "PASS receiver default: 1 of 1 check passed\n"));
  CHECK(contains(all, "ADVICE not-hasty: not taken: tried again after 5 s (expected what not-hasty")
  );
  CHECK(contains(all, "ADVICE backs-off: taken: 3 gaps\n"));
  CHECK_FALSE(contains(all, "FAIL"));
  CHECK_FALSE(contains(all, "Look at"));
}

TEST_CASE("where to look is where a check that counts failed") {
  auto advice = suppressed(1);
  advice.advice = true;
  advice.verdict.evidence = {7};
  const std::string all = text(report(Result::fail, {advice, suppressed(1)}));
  CHECK(contains(all, "Look at: events 41, 57: GET"));
}

TEST_CASE("where to look is what is left of the events") {
  const Report made = report(Result::fail, {suppressed(1)});
  const Report empty = report(Result::inconclusive, {});
  const auto said = [](const Report& one, const TextStyle& style) {
    return to_text(std::span(&one, 1), style);
  };
  const TextStyle file{.source = Source::file, .journal = "run.ndjson"};
  CHECK(contains(said(made, file), "\nLook at: events 41, 57 (\"seq\":41) in run.ndjson\n"));
  CHECK(contains(said(empty, file), "\nLook at: all that came in run.ndjson\n"));
  const TextStyle gone{.source = Source::gone};
  CHECK(contains(said(made, gone), "\nTo see events 41, 57, run again with --journal FILE\n"));
  CHECK_FALSE(contains(said(made, gone), "/v1/events"));
}

TEST_CASE("a check with a name of its own says which check and of which policy it is") {
  auto named = check("retried", Value::pass, "all");
  named.name = "comes back";
  CHECK(contains(text(report(Result::pass, {named})), "PASS comes back (retried): all\n"));
  auto other = check("backs-off", Value::pass, "all");
  other.policy = "mta";
  const std::string all = text(report(Result::pass, {named, other}));
  CHECK(contains(all, "PASS comes back (retried): all\n"));
  CHECK(contains(all, "PASS backs-off (policy mta): all\n"));
}

TEST_CASE("colour is on the verdict words alone") {
  const Report made = report(Result::fail, {suppressed(1)});
  std::string coloured = text(made, {.colour = true});
  CHECK(coloured.rfind("\x1b[1;31mFAIL\x1b[0m receiver", 0) == 0);
  for (std::size_t at; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) - at + 1);
  }
  CHECK(coloured == text(made));
}

TEST_CASE("bytes from the wire do not reach the terminal") {
  auto hostile = suppressed(1);
  hostile.verdict.cases[0].observed = kHostile;
  hostile.verdict.expected = kHostile;
  hostile.name = kHostile;
  Report made = report(Result::fail, {hostile, check("retried", Value::open, kHostile)});
  made.checks.push_back(check("backs-off", Value::pass, kHostile));
  made.scenario = made.receiver = made.source = made.missing = kHostile;
  made.all = made.domains[kHostile] = figures();
  made.all.attempts_by_code[kHostile] = 1;
  const std::string all = text(made);
  for (const char c : all) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  CHECK(all.find('\xff') == std::string::npos);
  CHECK(contains(all, R"(\x1B[31m<r&"\n\xFF)"));
}

TEST_CASE("text that a check made printable stays as it is") {
  CHECK(contains(
      text(report(Result::pass, {check("retried", Value::pass, R"(a\x1B\\b@c was there)")})),
      R"(PASS retried: a\x1B\\b@c was there)"
  ));
}

TEST_CASE("domains beyond twenty share a row without a median") {
  Report made = report(Result::pass, {check("retried", Value::pass, "all")});
  for (int i = 0; i < 23; ++i) {
    auto& domain = made.domains[std::string(1, static_cast<char>('a' + i)) + ".test"] = figures();
    if (i == 22) domain.attempts = 4;  // more than the others: it is told
  }
  made.domains["b.test"].worst_resolution->judge = std::chrono::hours(1);
  made.domains["u.test"].worst_resolution->judge = std::chrono::hours(2);
  made.all = figures();
  made.more_domains = 5;
  const std::string all = text(made);
  CHECK(contains(all, "\nw.test  "));
  CHECK(contains(all, "\ns.test  "));
  CHECK_FALSE(contains(all, "\nt.test  "));
  CHECK(contains(all, "\n3 others           6         3         0     3        3/6         9"));
  CHECK(contains(all, "-    2 h\n"));
  CHECK(contains(all, "\n5 domains more are in the total only\n"));
  CHECK(contains(all, "\nall  "));
}

TEST_CASE("several reports begin with what they say together") {
  const std::vector<Report> both{
      report(Result::pass, {check("retried", Value::pass, "all")}),
      report(Result::fail, {suppressed(1)})};
  const std::string all = verify::to_text(both, {});
  CHECK(all.rfind("FAIL 2 receivers: default pass, default fail\n\nPASS receiver default", 0) == 0);
  CHECK(contains(all, "\n\nFAIL receiver default: 1 of 1 check failed\n"));
  CHECK(verify::to_text({}, {}) == "INCONCLUSIVE no receiver was observed\n");
}

TEST_CASE("several reports are as good as the worst") {
  const auto of = [](std::initializer_list<Result> results) {
    std::vector<Report> reports;
    for (const Result result : results) reports.push_back(report(result, {}));
    return verify::worst(reports);
  };
  CHECK(of({}) == Result::inconclusive);
  CHECK(of({Result::pass, Result::pass}) == Result::pass);
  CHECK(of({Result::pass, Result::inconclusive}) == Result::inconclusive);
  CHECK(of({Result::inconclusive, Result::fail, Result::pass}) == Result::fail);
}

TEST_CASE("paragraphs break at blanks and count characters") {
  const auto broken = [](std::string_view text, std::size_t width) {
    std::string out;
    verify::append_paragraph(out, text, width, 2);
    return out;
  };
  CHECK(broken("one two three", 0) == "one two three\n");
  CHECK(broken("one two three", 7) == "one two\n  three\n");
  CHECK(broken("one  two", 8) == "one  two\n");
  CHECK(broken("one  two", 7) == "one\n  two\n");
  CHECK(
      broken("\u00e4\u00e4\u00e4 \u00e4\u00e4\u00e4", 7) ==
      "\u00e4\u00e4\u00e4 \u00e4\u00e4\u00e4\n"
  );
  CHECK(broken("longer-than-it-all is", 5) == "longer-than-it-all\n  is\n");
  CHECK(broken("", 5) == "\n");
}

}  // namespace
