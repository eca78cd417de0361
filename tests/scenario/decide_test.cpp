// Which rule decides: order, phases, windows, counting, chance, the null sender.
#include <array>

#include "asking.hpp"

using asking::Asked;
using asking::decide;
using asking::fired;
using asking::loaded;
using base::Stage;
using scenario::Counters;
using namespace std::chrono_literals;

namespace {

std::string rule(std::string_view name, std::string_view lines) {
  return fmt::format(
      "[[rule]]\nname = '{}'\nat = 'rcpt'\nreply = '451 4.3.0 No'\n{}\n", name, lines
  );
}

// Which of `times` equal questions the rule fires at: "--xx-".
std::string pattern(
    const scenario::Scenario& s, Counters& counters, const Asked& asked, int times
) {
  std::string out;
  for (int i = 0; i < times; ++i) out += fired(decide(s, counters, asked)).empty() ? '-' : 'x';
  return out;
}

}  // namespace

TEST_CASE("no rule means the healthy server") {
  const auto s = loaded("");
  Counters counters;
  const auto decision = decide(s, counters, {});
  CHECK(decision.fired.empty());
  CHECK(decision.deciding() == nullptr);
}

TEST_CASE("the first rule in file order that applies decides") {
  const auto s = loaded(
      rule("other", "match = { recipient = '*@other.test' }") + rule("first", "times = 1") +
      rule("second", "")
  );
  Counters counters;
  const auto decision = decide(s, counters, {});
  CHECK(fired(decision) == "first");
  REQUIRE(decision.deciding() != nullptr);
  CHECK(decision.deciding()->index == 1);
  CHECK(decision.deciding()->nth == 1);
  CHECK(fired(decide(s, counters, {})) == "second");
}

TEST_CASE("a rule acts at its own stage only") {
  const auto s = loaded(rule("r", ""));
  Counters counters;
  CHECK(fired(decide(s, counters, {.stage = Stage::mail})).empty());
  CHECK(fired(decide(s, counters, {.stage = Stage::data})).empty());
  CHECK(fired(decide(s, counters, {.stage = Stage::rcpt})) == "r");
}

TEST_CASE("adding rules collect and the first deciding one ends the search") {
  const auto s = loaded(
      "[[rule]]\nname = 'slow'\nat = 'rcpt'\ndelay = '1s'\n"
      "[[rule]]\nname = 'noted'\nat = 'rcpt'\ndo = [{ note = 'n' }]\n" +
      rule("full", "times = 1") + "[[rule]]\nname = 'late'\nat = 'rcpt'\ndelay = '5s'\n"
  );
  Counters counters;
  CHECK(fired(decide(s, counters, {})) == "slow, noted, full");
  const auto healthy = decide(s, counters, {});
  CHECK(fired(healthy) == "slow, noted, late");
  CHECK(healthy.deciding() == nullptr);
}

TEST_CASE("healthy = true excepts some recipients from a later rule") {
  const auto s = loaded(
      "[[rule]]\nname = 'vip'\nat = 'rcpt'\nmatch = { recipient = 'vip@*' }\ndo = [{ healthy = "
      "true }]\n" +
      rule("full", "")
  );
  Counters counters;
  CHECK(fired(decide(s, counters, {.recipients = {"vip@a.test"}})) == "vip");
  CHECK(fired(decide(s, counters, {.recipients = {"bob@a.test"}})) == "full");
}

TEST_CASE("a rule applies during its phases only") {
  const auto s = loaded(
      "[[phase]]\nname = 'a'\n[[phase]]\nname = 'b'\n[[phase]]\nname = 'c'\n" +
      rule("r", "during = ['a', 'c']")
  );
  Counters counters;
  CHECK(fired(decide(s, counters, {.phase = 0})) == "r");
  CHECK(fired(decide(s, counters, {.phase = 1})).empty());
  CHECK(fired(decide(s, counters, {.phase = 2})) == "r");
}

TEST_CASE("a question outside phase or window claims no number") {
  const auto s = loaded(
      "[[phase]]\nname = 'a'\n[[phase]]\nname = 'b'\n" +
      rule("r", "during = 'b'\nfrom = '10s'\ntimes = 1")
  );
  Counters counters;
  CHECK(fired(decide(s, counters, {.receiver_time = 20s, .phase = 0})).empty());
  CHECK(fired(decide(s, counters, {.receiver_time = 5s, .phase = 1})).empty());
  const auto decision = decide(s, counters, {.receiver_time = 10s, .phase = 1});
  REQUIRE(decision.deciding() != nullptr);
  CHECK(decision.deciding()->nth == 1);
}

TEST_CASE("after and times and chance count what the rule reached") {
  const auto [lines, expected] = GENERATE(table<std::string, std::string>({
      {"", "xxxxxx"},
      {"times = 2", "xx----"},
      {"after = 3", "---xxx"},
      {"after = 1\ntimes = 2", "-xx---"},
      {"next = 3", "xxx---"},
      {"chance = 0", "------"},
      {"chance = 1\ntimes = 1", "x-----"},
  }));
  const auto s = loaded(rule("r", lines));
  Counters counters;
  CHECK(pattern(s, counters, {}, 6) == expected);
}

TEST_CASE("times counts firings and not the questions that chance spared") {
  const auto s = loaded(rule("r", "chance = 0.5\ntimes = 3"));
  Counters counters;
  const auto seen = pattern(s, counters, {}, 200);
  CHECK(std::count(seen.begin(), seen.end(), 'x') == 3);
  CHECK(seen.substr(0, 3) != "xxx");
}

TEST_CASE("a spared question still claims its number") {
  const auto s = loaded("seed = 3\n" + rule("r", "chance = 0.3"));
  Counters counters;
  std::uint64_t nth = 0;
  for (int i = 1; i <= 50; ++i) {
    const auto decision = decide(s, counters, {});
    if (decision.deciding() == nullptr) continue;
    nth = decision.deciding()->nth;
    CHECK(nth == static_cast<std::uint64_t>(i));
  }
  CHECK(nth > 0);
}

TEST_CASE("chance is near its probability and depends on the seed") {
  const auto half = loaded("seed = 1\n" + rule("r", "chance = 0.5"));
  const auto other = loaded("seed = 2\n" + rule("r", "chance = 0.5"));
  Counters first;
  Counters again;
  Counters second;
  const auto seen = pattern(half, first, {}, 2000);
  const auto hits = std::count(seen.begin(), seen.end(), 'x');
  CHECK(hits > 900);
  CHECK(hits < 1100);
  CHECK(pattern(half, again, {}, 2000) == seen);
  CHECK(pattern(other, second, {}, 2000) != seen);
}

TEST_CASE("the firing count advances replies for each key by itself") {
  const auto s = loaded(
      "[[rule]]\nat = 'rcpt'\nafter = 1\nreplies = ['451 4.3.0 a', '452 4.3.1 b', '550 5.1.1 c']\n"
  );
  Counters counters;
  const auto code = [&](const std::string& recipient) {
    return asking::act(decide(s, counters, {.recipients = {recipient}}), Stage::rcpt).reply.code;
  };
  CHECK(code("a@x.test") == 250);
  CHECK(code("a@x.test") == 451);
  CHECK(code("b@x.test") == 250);
  CHECK(code("a@x.test") == 452);
  CHECK(code("b@x.test") == 451);
  CHECK(code("a@x.test") == 550);
  CHECK(code("a@x.test") == 550);
}

TEST_CASE("per decides which questions share a count") {
  struct Case {
    std::string per;
    Asked same;   // shares the count of the default question
    Asked other;  // does not
  };

  // clang-format off
  const std::vector<Case> cases{
      {"delivery", {.sender = "t@else.test"}, {.recipients = {"q@receiver.test"}}},
      {"recipient", {.recipients = {"r@RECEIVER.test"}}, {.recipients = {"q@receiver.test"}}},
      {"recipient_domain", {.recipients = {"q@Receiver.test"}}, {.recipients = {"r@else.test"}}},
      {"sender", {.sender = "s@Sender.test"}, {.sender = "t@sender.test"}},
      {"sender_domain", {.sender = "t@sender.test"}, {.sender = "s@else.test"}},
      {"client", {.connection = 2}, {.client = "192.0.2.2"}},
      {"client/24", {.client = "192.0.2.99"}, {.client = "192.0.3.1"}},
      {"connection", {.client = "192.0.2.2"}, {.connection = 2}},
  };
  // clang-format on
  for (const auto& c : cases) {
    CAPTURE(c.per);
    const auto s = loaded(rule("r", "times = 1\nper = '" + c.per + "'"));
    Counters counters;
    CHECK(fired(decide(s, counters, {})) == "r");
    CHECK(fired(decide(s, counters, c.same)).empty());
    CHECK(fired(decide(s, counters, c.other)) == "r");
  }
}

TEST_CASE("at data every accepted recipient claims and the smallest number rules") {
  const auto s = loaded(
      "[[rule]]\nname = 'r'\nat = 'data'\nafter = 1\nmatch = { recipient = '*@a.test' }\n"
      "reply = '451 4.3.0 No'\n"
  );
  Counters counters;
  const auto ask = [&](std::vector<std::string> recipients) {
    return decide(s, counters, {.stage = Stage::data, .recipients = std::move(recipients)});
  };
  CHECK(fired(ask({"x@a.test"})).empty());
  // x is at 2, y at 1: y rules, so the rule stays silent, but both have claimed.
  CHECK(fired(ask({"x@a.test", "y@a.test"})).empty());
  CHECK(ask({"x@a.test"}).deciding()->nth == 3);
  CHECK(ask({"y@a.test", "z@b.test"}).deciding()->nth == 2);
  CHECK(fired(ask({"z@b.test"})).empty());
}

TEST_CASE("a null sender is met only by a rule that names it and uses up no count") {
  const auto s = loaded(
      rule("plain", "times = 1") + rule("star", "match = { sender = '*' }\ntimes = 1") +
      rule("not", "match = { not = { sender = '<>' } }\ntimes = 1") +
      rule("null", "match = { sender = ['<>', 'x@y.test'] }")
  );
  Counters counters;
  CHECK(fired(decide(s, counters, {.sender = ""})) == "null");
  CHECK(fired(decide(s, counters, {})) == "plain");
  CHECK(fired(decide(s, counters, {})) == "star");
  CHECK(fired(decide(s, counters, {})) == "not");
  CHECK(fired(decide(s, counters, {})).empty());
  CHECK(fired(decide(s, counters, {.sender = "x@y.test"})) == "null");
}

TEST_CASE("outside a transaction the sender does not matter") {
  const auto s = loaded("[[rule]]\nname = 'r'\nat = 'noop'\nreply = '450 4.3.2 No'\n");
  Counters counters;
  CHECK(fired(decide(s, counters, {.stage = Stage::noop, .sender = ""})) == "r");
}

TEST_CASE("the time until a retry helps is that of the window or the phase") {
  const auto s = loaded(
      "[[phase]]\nname = 'a'\nfor = '1h'\n[[phase]]\nname = 'b'\n"
      "[[rule]]\nat = 'mail'\nduring = 'a'\nreply = '451 4.3.0 No'\n"
      "[[rule]]\nat = 'rcpt'\nuntil = '10m'\nreply = '451 4.3.0 No'\n"
      "[[rule]]\nat = 'data'\nreply = '451 4.3.0 No'\n"
      "[[rule]]\nat = 'message'\nduring = 'a'\nuntil = '10m'\nreply = '451 4.3.0 No'\n"
  );
  const auto at = [&](Stage stage, base::Duration t) {
    Counters counters;
    return decide(s, counters, {.stage = stage, .receiver_time = t, .phase_left = 1h - t})
        .retry_after;
  };
  CHECK(at(Stage::mail, 20min) == 40min);
  CHECK(at(Stage::rcpt, 4min) == 6min);
  CHECK_FALSE(at(Stage::data, 4min));
  CHECK(at(Stage::message, 4min) == 6min);
}

TEST_CASE("counters forget the keys longest unused and say how many") {
  Counters counters(3);
  const Counters::Terms terms{.rule = 0, .name = "r"};
  const auto claim = [&](const std::string& key) {
    return counters.claim(terms, std::array{key}).nth;
  };
  CHECK(claim("a") == 1);
  CHECK(claim("b") == 1);
  CHECK(claim("c") == 1);
  CHECK(claim("a") == 2);
  CHECK(counters.forgotten() == 0);
  CHECK(claim("d") == 1);
  CHECK(counters.forgotten() == 1);
  CHECK(claim("a") == 3);
  CHECK(claim("b") == 1);
  counters.clear();
  CHECK(claim("a") == 1);
  CHECK(counters.forgotten() == 0);
}

TEST_CASE("more keys at once than counters remember are still claimed") {
  Counters counters(2);
  const std::vector<std::string> keys{"a", "b", "c", "d"};
  const auto claim = counters.claim({.rule = 0, .name = "r"}, keys);
  CHECK(claim.nth == 1);
  CHECK(claim.fires);
}
