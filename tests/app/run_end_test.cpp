// When a run is over, and with which exit status.
#include "app/run_end.hpp"

#include <string>
#include <string_view>

#include "document/parse.hpp"
#include "journal/account.hpp"
#include "support/catch.hpp"

namespace app {

namespace {

using namespace std::chrono_literals;
using verify::Expectation;

std::vector<Expectation> read(std::string_view toml) {
  document::Diagnostics sink("test.toml");
  const auto root = document::parse_toml(toml, sink);
  REQUIRE(root);
  auto policy = verify::read_policy(*root, "test", sink);
  REQUIRE(policy);
  return std::move(policy->expectations);
}

// A past of recipients that are refused or accepted, one connection each.
class Past {
 public:
  Past() {
    journal::Event event;
    event.kind = journal::Kind::receiver;
    event.setup = std::make_shared<journal::Setup>();
    add(std::move(event));
  }

  void attempt(const std::string& sender, const std::string& recipient, std::uint16_t code) {
    ++connection_;
    journal::Event connected;
    connected.kind = journal::Kind::connected;
    connected.subject = "127.0.0.1";
    add(std::move(connected));
    ask(base::Stage::mail, sender, 250);
    ask(base::Stage::rcpt, recipient, code == 250 ? 250 : code);
    if (code == 250) {
      ask(base::Stage::data, "", 354);
      journal::Event message;
      message.kind = journal::Kind::message;
      message.message = std::make_shared<journal::MessageFacts>();
      add(std::move(message));
      reply(base::Stage::message, 250);
    }
    ask(base::Stage::quit, "", 221);
    journal::Event ended;
    ended.kind = journal::Kind::ended;
    ended.ending = journal::Ending::quit;
    add(std::move(ended));
  }

  [[nodiscard]] Standing standing(const std::vector<Expectation>& expectations) const {
    const auto& last = account_.marks.last();
    const verify::Timeline timeline(account_, {.at = last.at, .judge = last.judge});
    return standing_of(timeline, verify::judge(timeline, expectations));
  }

 private:
  void add(journal::Event event) {
    event.seq = ++seq_;
    event.at = event.judge = event.clock = event.began = now_ += 10ms;
    event.receiver = base::Name("default");
    if (seq_ > 1) event.connection = connection_;
    account_.add(event);
  }

  void ask(base::Stage stage, const std::string& subject, std::uint16_t code) {
    journal::Event command;
    command.kind = journal::Kind::command;
    command.stage = stage;
    command.subject = subject;
    add(std::move(command));
    reply(stage, code);
  }

  void reply(base::Stage stage, std::uint16_t code) {
    journal::Event event;
    event.kind = journal::Kind::reply;
    event.stage = stage;
    event.code = code;
    add(std::move(event));
  }

  journal::Account account_;
  std::uint64_t seq_ = 0, connection_ = 0;
  base::Micros now_{0};
};

const Standing kSettled{.deliveries = 1, .certain = true, .command_ended = true};

Standing but(void (*change)(Standing&)) {
  Standing standing = kSettled;
  change(standing);
  return standing;
}

}  // namespace

TEST_CASE("A run ends when nothing could change the verdict") {
  struct Row {
    std::string name;
    Standing standing;
    std::uint64_t messages;
    Until until;
    End expected;
  };

  const auto row = GENERATE(
      Row{"all is settled", kSettled, 1, Until::verdict, End::settled},
      Row{"the command runs",
          but([](auto& s) { s.command_ended = false; }),
          1,
          Until::verdict,
          End::not_yet},
      Row{"a check is undecided",
          but([](auto& s) { s.certain = false; }),
          1,
          Until::verdict,
          End::not_yet},
      Row{"a check has selected nothing",
          but([](auto& s) { s.waiting_for_selection = true; }),
          1,
          Until::verdict,
          End::not_yet},
      Row{"a delivery is on its way",
          but([](auto& s) { s.awaited = 1; }),
          1,
          Until::verdict,
          End::not_yet},
      Row{"an open delivery that no check waits for",
          but([](auto& s) { s.open = 1; }),
          1,
          Until::verdict,
          End::settled},
      Row{"more messages are expected", kSettled, 2, Until::verdict, End::not_yet},
      Row{"no message is expected",
          but([](auto& s) { s.deliveries = 0; }),
          0,
          Until::verdict,
          End::settled},
      Row{"a check has failed while the command runs",
          Standing{.failed = true, .certain = true},
          9,
          Until::verdict,
          End::failed},
      Row{"the end of the command is awaited and nothing else",
          Standing{.command_ended = true},
          9,
          Until::exit,
          End::settled},
      Row{"a failure does not end what awaits the command",
          Standing{.failed = true, .certain = true},
          1,
          Until::exit,
          End::not_yet}
  );
  CAPTURE(row.name);
  CHECK(end_of(row.standing, row.messages, row.until) == row.expected);
}

TEST_CASE("What must not happen is watched for the longest within of the run") {
  struct Row {
    std::string name;
    std::string toml;
    double scale;
    std::vector<std::optional<base::Micros>> quiet;
  };

  const auto row = GENERATE(
      Row{"longest within",
          "[[expect]]\ncheck='not-retried'\n[[expect]]\ncheck='retried'\nwithin='1m'\n"
          "[[expect]]\ncheck='delivered-once'\nwithin='2m'\n",
          1,
          {2min, std::nullopt, std::nullopt}},
      Row{"its own window", "[[expect]]\ncheck='not-retried'\nquiet='7s'\n", 1, {7s}},
      Row{"30 s of real time",
          "[[expect]]\ncheck='suppressed'\n[[expect]]\ncheck='retried'\n",
          60,
          {30min, std::nullopt}},
      Row{"gives-up has a window by itself",
          "[[expect]]\ncheck='gives-up'\nafter=['1m','2m']\n",
          1,
          {std::nullopt}}
  );
  CAPTURE(row.name);
  const auto watched = with_windows(read(row.toml), row.scale);
  REQUIRE(watched.size() == row.quiet.size());
  for (std::size_t i = 0; i < watched.size(); ++i) CHECK(watched[i].params.quiet == row.quiet[i]);
}

TEST_CASE("The last deadline is that of the slowest check in real time") {
  struct Row {
    std::string name;
    std::string toml;
    double scale;
    base::Duration expected;
  };

  const auto row = GENERATE(
      Row{"nothing", "expect=[]\n", 1, 0s},
      Row{"retried has a default", "[[expect]]\ncheck='retried'\n", 60, 1min},
      Row{"at least twice", "[[expect]]\ncheck='retried'\nwithin='10s'\nat_least=2\n", 1, 20s},
      Row{"a window after it",
          "[[expect]]\ncheck='delivered-once'\nwithin='2m'\nquiet='1m'\n",
          1,
          3min},
      Row{"a window as long as the largest gap",
          "[[expect]]\ncheck='delivered-once'\nwithin='2m'\n",
          60,
          4s},
      Row{"a range", "[[expect]]\ncheck='gives-up'\nafter=['1m','2m']\nquiet='1m'\n", 1, 3min},
      Row{"a schedule",
          "[[expect]]\ncheck='backs-off'\nschedule=['1m','2m','4m']\nquiet='1s'\n",
          1,
          421s},
      Row{"the slowest",
          "[[expect]]\ncheck='not-retried'\nquiet='3s'\n[[expect]]\ncheck='retried'\nwithin='5s'\n",
          1,
          5s}
  );
  CAPTURE(row.name);
  CHECK(last_deadline(read(row.toml), row.scale) == row.expected);
}

TEST_CASE("A deadline farther than any clock is bounded") {
  CHECK(last_deadline(read("[[expect]]\ncheck='retried'\nwithin='3000d'\n"), 1e-9) > 24h);
}

TEST_CASE("A run stands as its deliveries do") {
  const auto expectations = read("[[expect]]\ncheck='retried'\n[[expect]]\ncheck='not-retried'\n");
  Past past;
  const auto nothing = past.standing(expectations);
  CHECK(nothing.deliveries == 0);
  CHECK(nothing.waiting_for_selection);
  CHECK(nothing.checks == 2);
  CHECK(nothing.done == 0);

  past.attempt("a@s.test", "later@r.test", 452);
  past.attempt("a@s.test", "gone@r.test", 550);
  past.attempt("a@s.test", "fine@r.test", 250);
  const auto standing = past.standing(expectations);
  CHECK(standing.attempts == 3);
  CHECK(standing.deliveries == 3);
  CHECK(standing.open == 1);
  CHECK(standing.awaited == 1);
  CHECK(standing.accepted == 1);
  CHECK(standing.rejected == 1);
  CHECK_FALSE(standing.failed);
  CHECK_FALSE(standing.certain);
}

TEST_CASE("A delivery that no check has selected is not awaited") {
  Past past;
  past.attempt("a@s.test", "later@r.test", 452);
  const auto standing =
      past.standing(read("[[expect]]\ncheck='retried'\nselect={recipient='*@other.test'}\n"));
  CHECK(standing.open == 1);
  CHECK(standing.awaited == 0);
}

TEST_CASE("A delivery is not awaited where giving up is expected") {
  Past past;
  past.attempt("a@s.test", "later@r.test", 452);
  const auto standing = past.standing(
      read("[[expect]]\ncheck='gives-up'\nafter=['1m','2m']\n[[expect]]\ncheck='retried'\n")
  );
  CHECK(standing.open == 1);
  CHECK(standing.awaited == 0);
}

TEST_CASE("Notifications of the sender itself are no deliveries of the run") {
  const auto expectations = read("[[expect]]\ncheck='retried'\n");
  Past past;
  past.attempt("", "postmaster@r.test", 452);
  CHECK(past.standing(expectations).deliveries == 0);
  CHECK(past.standing(read("[[expect]]\ncheck='retried'\nselect={sender='<>'}\n")).deliveries == 1);
}

TEST_CASE("The exit status tells the worst") {
  struct Row {
    std::string name;
    verify::Result result;
    bool command_failed;
    int expected;
  };

  const auto row = GENERATE(
      Row{"pass", verify::Result::pass, false, 0},
      Row{"fail", verify::Result::fail, false, 1},
      Row{"inconclusive", verify::Result::inconclusive, false, 3},
      Row{"the command failed", verify::Result::pass, true, 4},
      Row{"a failed check counts more than the command", verify::Result::fail, true, 1},
      Row{"the command counts more than not knowing", verify::Result::inconclusive, true, 4}
  );
  CAPTURE(row.name);
  CHECK(exit_status(row.result, row.command_failed) == row.expected);
}

}  // namespace app
