// The figures of a report, from pasts of one connection per attempt.
#include "verify/report.hpp"

#include "journal/account.hpp"
#include "support/catch.hpp"
#include "verify/judge.hpp"
#include "verify/render.hpp"
#include "verify/timeline.hpp"

namespace {

using base::Stage;
using journal::Event;
using journal::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using verify::Figures;
using verify::Report;
using Counts = std::map<std::string, std::uint64_t>;

// Every attempt takes 1 s of real time; the judge clock goes `scale` times as fast.
class Past {
 public:
  explicit Past(double scale = 1, milliseconds slack = milliseconds(250)) : scale_(scale) {
    journal::Setup setup{.scenario = "full-twice", .seed = 7, .scale = scale, .slack = slack};
    Event event{.kind = Kind::receiver};
    event.setup = std::make_shared<const journal::Setup>(setup);
    add(event);
  }

  void wait(base::Micros time) { now_ += time; }

  // A connection of its own: "250" at RCPT takes the message.
  void attempt(std::string sender, std::string recipient, int code, std::string enhanced = "") {
    ++connection_;
    add({.kind = Kind::connected, .subject = "192.0.2.1"});
    reply(Stage::connect, 220);
    add({.kind = Kind::command, .stage = Stage::mail, .began = now_, .subject = sender});
    reply(Stage::mail, 250);
    add({.kind = Kind::command, .stage = Stage::rcpt, .began = now_, .subject = recipient});
    now_ += seconds(1);
    reply(Stage::rcpt, code, std::move(enhanced));
    if (code == 250) message();
    add({.kind = Kind::ended, .ending = journal::Ending::quit});
  }

  // Turned away at the greeting.
  void greeting(int code) {
    ++connection_;
    add({.kind = Kind::connected, .subject = "192.0.2.1"});
    reply(Stage::connect, code);
    add({.kind = Kind::ended, .ending = journal::Ending::closed});
  }

  void lose(std::uint64_t count) { add({.kind = Kind::dropped, .count = count}); }

  [[nodiscard]] Report report(const verify::Judgement& judgement = {}) const {
    const auto& last = account_.marks.last();
    const verify::Timeline timeline(
        account_, verify::Now{.at = last.at, .judge = last.judge, .over = true}
    );
    return verify::make_report(timeline, judgement, "mx", base::WallTime(seconds(1000)), "tests");
  }

 private:
  void message() {
    add({.kind = Kind::command, .stage = Stage::data, .began = now_});
    reply(Stage::data, 354);
    Event event{.kind = Kind::message, .stage = Stage::message};
    event.message = std::make_shared<const journal::MessageFacts>(journal::MessageFacts{
        .size = 9, .message_id = "", .body_hash = "h", .key_fields = {}});
    add(event);
    add({.kind = Kind::stored});
    reply(Stage::message, 250);
  }

  void reply(Stage stage, int code, std::string enhanced = "") {
    add(
        {.kind = Kind::reply,
         .stage = stage,
         .code = static_cast<std::uint16_t>(code),
         .enhanced = std::move(enhanced)}
    );
  }

  void add(Event event) {
    event.seq = ++seq_;
    event.at = now_;
    event.judge =
        base::Micros(static_cast<std::int64_t>(static_cast<double>(now_.count()) * scale_));
    event.receiver = base::Name("mx");
    event.connection =
        event.kind == Kind::receiver || event.kind == Kind::dropped ? 0 : connection_;
    account_.add(event);
  }

  journal::Account account_{};
  double scale_;
  base::Micros now_{seconds(100)};
  std::uint64_t seq_ = 0, connection_ = 0;
};

const Figures& of(const Report& report, const std::string& domain) {
  return report.domains.at(domain);
}

TEST_CASE("a report of no attempt has no figures") {
  const Report report = Past().report();
  CHECK(report.all.attempts == 0);
  CHECK(report.all.deliveries == 0);
  CHECK(report.domains.empty());
  CHECK_FALSE(report.all.retry_success());
  CHECK_FALSE(report.all.median_resolution);
  CHECK_FALSE(report.all.worst_resolution);
}

TEST_CASE("a report says what was set up and how long it looked since the first event") {
  Past past(60, milliseconds(500));
  past.wait(seconds(28));
  past.lose(3);
  const Report report = past.report();
  CHECK(report.receiver == "mx");
  CHECK(report.source == "tests");
  CHECK(report.scenario == "full-twice");
  CHECK(report.seed == 7);
  CHECK(report.scale == 60);
  CHECK(report.slack == milliseconds(500));
  CHECK(report.start == base::WallTime(seconds(1100)));
  CHECK(report.observed.real == seconds(28));
  CHECK(report.observed.judge == seconds(28 * 60));
  CHECK(report.missing == "3 events were lost");
}

TEST_CASE("attempts count by outcome and code in their domain and over all") {
  Past past;
  past.attempt("a@x", "r@One.test", 452, "4.3.1");
  past.attempt("a@x", "r@one.test", 452, "4.3.1");
  past.attempt("a@x", "s@two.test", 550);
  past.greeting(421);
  const Report report = past.report();
  CHECK(report.all.attempts == 4);
  CHECK(report.all.attempts_by_code == Counts{{"421", 1}, {"452 4.3.1", 2}, {"550", 1}});
  CHECK(report.all.attempts_by_outcome == Counts{{"deferred", 3}, {"rejected", 1}});
  REQUIRE(report.domains.size() == 2);
  CHECK(of(report, "one.test").attempts == 2);
  CHECK(of(report, "one.test").attempts_by_code == Counts{{"452 4.3.1", 2}});
  CHECK(of(report, "two.test").attempts_by_outcome == Counts{{"rejected", 1}});
  CHECK(report.more_domains == 0);
}

TEST_CASE("deliveries count by state with what came of those that failed first") {
  Past past;
  past.attempt("a@x", "recovered@y", 452);
  past.attempt("a@x", "still-open@y", 452);
  past.attempt("a@x", "never-again@y", 452);
  past.wait(seconds(5));
  past.attempt("a@x", "recovered@y", 250);
  past.attempt("a@x", "still-open@y", 452);
  past.attempt("a@x", "at-once@y", 250);
  past.attempt("a@x", "rejected@y", 550);
  const Report report = past.report();
  const Figures& all = of(report, "y");
  CHECK(all.deliveries == 5);
  CHECK(all.deliveries_by_state == Counts{{"accepted", 2}, {"deferred", 2}, {"rejected", 1}});
  CHECK(all.failed_first == 3);
  CHECK(all.retried == 2);
  CHECK(all.retried_accepted == 1);
  CHECK(all.unresolved == 2);
  CHECK(all.copies == 2);
  REQUIRE(all.retry_success());
  CHECK(*all.retry_success() == Approx(1.0 / 3));
}

TEST_CASE("what was on its way when the failure was told is no retry") {
  Past past(1, milliseconds(10'000));
  past.attempt("a@x", "r@y", 452);
  past.wait(seconds(5));
  past.attempt("a@x", "r@y", 452);
  CHECK(past.report().all.retried == 0);
  past.wait(seconds(11));
  past.attempt("a@x", "r@y", 452);
  CHECK(past.report().all.retried == 1);
}

TEST_CASE("the null sender counts in the figures") {
  Past past;
  past.attempt("", "r@y", 250);
  CHECK(past.report().all.deliveries == 1);
}

TEST_CASE("resolution runs from the first attempt to acceptance or the last rejection") {
  Past past(60);
  past.attempt("a@x", "accepted@y", 452);
  past.wait(seconds(8));
  past.attempt("a@x", "accepted@y", 250);
  const Report once = past.report();
  REQUIRE(once.all.worst_resolution);
  CHECK(once.all.worst_resolution->real == seconds(10));
  CHECK(once.all.worst_resolution->judge == seconds(600));

  past.attempt("a@x", "rejected@z", 550);
  past.wait(seconds(18));
  past.attempt("a@x", "rejected@z", 550);
  past.attempt("a@x", "open@z", 452);
  const Report both = past.report();
  REQUIRE(of(both, "z").worst_resolution);
  CHECK(of(both, "z").worst_resolution->real == seconds(20));
  CHECK(both.all.worst_resolution->real == seconds(20));
}

TEST_CASE("the median of an even number is the lower of the middle two") {
  Past past;
  for (int i = 0; i < 4; ++i) {
    const std::string recipient = std::to_string(i) + "@y";
    past.attempt("a@x", recipient, 452);
    past.wait(seconds(10 * (4 - i)));
    past.attempt("a@x", recipient, 250);
  }
  const Report report = past.report();
  REQUIRE(report.all.median_resolution);
  CHECK(report.all.median_resolution->real == seconds(22));
  CHECK(report.all.worst_resolution->real == seconds(42));
}

TEST_CASE("beyond the bound the domains with the fewest attempts are in the total only") {
  Past past;
  for (std::size_t i = 0; i < Report::kMostDomains + 2; ++i) {
    past.attempt("a@x", "r@" + std::to_string(i), 452);
  }
  past.attempt("a@x", "r@99999", 452);
  past.attempt("a@x", "r@99999", 452);
  const Report report = past.report();
  CHECK(report.domains.size() == Report::kMostDomains);
  CHECK(report.more_domains == 3);
  CHECK(report.all.deliveries == Report::kMostDomains + 3);
  CHECK(of(report, "99999").attempts == 2);
}

TEST_CASE("the same past gives the same report") {
  Past past;
  for (const std::string domain : {"b", "a", "c"}) past.attempt("a@x", "r@" + domain, 452);
  CHECK(verify::to_json(past.report()) == verify::to_json(past.report()));
}

TEST_CASE("a judgement goes into the report check by check") {
  const verify::Check* check = verify::find_check("retried");
  REQUIRE(check != nullptr);
  const verify::Expectation expectation{
      .name = "comes back", .check = check, .params = {}, .advice = true, .policy = "mta"};
  verify::Judged judged{.expectation = &expectation, .verdict = {}, .result = verify::Result::fail};
  judged.verdict.observed = "it did not";
  verify::Judgement judgement{.result = verify::Result::fail};
  judgement.checks.push_back(judged);
  const Report report = Past().report(judgement);
  CHECK(report.result == verify::Result::fail);
  REQUIRE(report.checks.size() == 1);
  CHECK(report.checks[0].name == "comes back");
  CHECK(report.checks[0].check == "retried");
  CHECK(report.checks[0].policy == "mta");
  CHECK(report.checks[0].advice);
  CHECK(report.checks[0].result == verify::Result::fail);
  CHECK(report.checks[0].verdict.observed == "it did not");
}

}  // namespace
