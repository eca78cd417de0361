// Why rules acted or did not, in words; and that asking counts nothing.
#include "scenario/explain.hpp"

#include "scenario/asking.hpp"

using namespace std::chrono_literals;
using asking::Asked;

namespace {

using scenario::Considerations;

using Reasons = std::vector<std::string>;

// "full: fired: number 1" and so on; rules that act have a star.
Reasons reasons(const scenario::Scenario& s, const Asked& asked, const Considerations& considered) {
  Reasons out;
  const auto query = asking::query_of(asked);
  for (const auto& reason : scenario::explain(s, scenario::facts_of(query), considered)) {
    out.push_back((reason.acts ? "*" : "") + reason.rule + ": " + reason.why);
  }
  return out;
}

Reasons why(const scenario::Scenario& s, scenario::Counters& counters, const Asked& asked) {
  Considerations considered;
  (void)scenario::decide(s, asking::query_of(asked), counters, &considered);
  return reasons(s, asked, considered);
}

Reasons why(std::string_view toml, const Asked& asked) {
  const auto s = asking::loaded(toml);
  scenario::Counters counters;
  return why(s, counters, asked);
}

std::string rule(std::string_view more) {
  return "[[rule]]\nname='r'\nat='rcpt'\nreply='452 4.3.1 full'\n" + std::string(more) + "\n";
}

}  // namespace

TEST_CASE("each thing that keeps a rule from matching is said with what was asked") {
  struct Row {
    std::string name, toml;
    Asked asked;
    std::string why;
  };

  const std::string phases = "[[phase]]\nname='full'\nfor='1h'\n[[phase]]\nname='healthy'\n";
  const Row rows[] = {
      {"recipient",
       rule("match={recipient='*@full.test'}"),
       {},
       "recipient r@receiver.test does not match *@full.test"},
      {"several recipients",
       "[[rule]]\nname='r'\nat='data'\nreply='452 4.3.1 full'\nmatch={recipient='*@full.test'}\n",
       {.stage = base::Stage::data, .recipients = {"a@x.test", "b@x.test"}},
       "none of 2 recipients, such as a@x.test, matches *@full.test"},
      {"domain",
       rule("match={recipient_domain=['a.test','b.test']}"),
       {},
       "recipient domain receiver.test does not match a.test or b.test"},
      {"sender", rule("match={sender='a@*'}"), {}, "sender s@sender.test does not match a@*"},
      {"null sender",
       rule(""),
       {.sender = ""},
       "the sender is <>, which only a rule that names it matches"},
      {"client", rule("match={client='10.0.0.0/8'}"), {}, "client 192.0.2.1 is not in 10.0.0.0/8"},
      {"ehlo", rule("match={ehlo='a.test'}"), {}, "ehlo 'client.test' does not match a.test"},
      {"not encrypted", rule("match={tls=true}"), {}, "the connection is not encrypted"},
      {"encrypted", rule("match={tls=false}"), {.tls = true}, "it is encrypted"},
      {"nobody", rule("match={auth_user='bob'}"), {}, "nobody has logged in, so not bob"},
      {"other user",
       rule("match={auth_user='bob'}"),
       {.auth_user = "alice"},
       "user 'alice' does not match bob"},
      {"before the credentials",
       "[[rule]]\nname='r'\nat='auth'\nreply='454 4.7.0 later'\n",
       {.stage = base::Stage::auth, .auth_ends = false},
       "it acts when the credentials are complete; with early it would act now"},
      {"after the command",
       "[[rule]]\nname='r'\nat='auth'\nearly=true\nreply='454 4.7.0 later'\n",
       {.stage = base::Stage::auth, .auth_begins = false},
       "it acts early, and the AUTH command has been answered"},
      {"attempt", rule("match={attempt=2}"), {}, "attempt 1 of the delivery is not 2"},
      {"param", rule("match={param.ENVID='x'}"), {}, "no parameter ENVID matches x"},
      {"not", rule("match={not={recipient='r@*'}}"), {}, "excluded by 'not': r@*"},
      {"phase",
       phases + rule("during='full'"),
       {.phase = 1},
       "only during 'full', the phase is 'healthy'"},
      {"window",
       rule("from='10m'\nuntil='20m'"),
       {.receiver_time = 25min},
       "only from 10m until 20m, the clock shows 25m"},
      {"alternatives",
       rule("match={recipient=['a@*','b@*','c@*','d@*','e@*']}"),
       {},
       "recipient r@receiver.test does not match a@*, b@*, c@* or 2 more"},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(why(row.toml, row.asked) == Reasons{"r: " + row.why});
  }
}

TEST_CASE("what a rule has counted is said with its number") {
  const auto s = asking::loaded(rule("after=1\ntimes=2"));
  scenario::Counters counters;
  CHECK(why(s, counters, {}) == Reasons{"r: after = 1: this was number 1"});
  CHECK(why(s, counters, {}) == Reasons{"*r: fired: number 1 of 2"});
  CHECK(why(s, counters, {}) == Reasons{"*r: fired: number 2 of 2"});
  CHECK(why(s, counters, {}) == Reasons{"r: attempt 4, times used up (2)"});
}

TEST_CASE("a draw that spares is said with both numbers") {
  const auto found = why(rule("chance=0.000001"), {});
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with("r: chance 1e-06: the draw was 0."));
}

TEST_CASE("rules behind the one that decides were not asked") {
  const auto toml = "[[rule]]\nname='slow'\nat='rcpt'\ndelay='1s'\n" + rule("") +
                    "[[rule]]\nname='last'\nat='rcpt'\nreply='550 5.1.1 no'\n";
  CHECK(
      why(toml, {}) ==
      Reasons{"*slow: fired: number 1", "*r: fired: number 1", "last: not asked: 'r' has decided"}
  );
}

TEST_CASE("an address trigger is among the rules") {
  const auto found = why("[server]\ntriggers=true\n", {.recipients = {"a+452-4.3.1@any.test"}});
  CHECK(found == Reasons{"*+452-4.3.1: fired: number 1"});
}

TEST_CASE("an address that nearly is a trigger is told behind the rules, with why") {
  const auto found =
      why("[server]\ntriggers=true\n" + rule("match={recipient='x@*'}"),
          {.recipients = {"a+drop-foo@any.test"}});
  CHECK(
      found ==
      Reasons{
          "r: recipient a+drop-foo@any.test does not match x@*",
          "+drop-foo: '+drop-foo' is not obeyed: 'foo' is no stage of a trigger; use rcpt, data or "
          "message"}
  );
  CHECK(why(rule("match={recipient='x@*'}"), {.recipients = {"a+drop-foo@any.test"}}).size() == 1);
}

TEST_CASE("of many rules the first ones and those that acted are kept") {
  std::string toml;
  for (int i = 0; i < 200; ++i) {
    toml += "[[rule]]\nname='r" + std::to_string(i) +
            "'\nat='rcpt'\ndelay='1s'\nmatch={recipient='" + (i == 150 ? "*" : "x@y.test") + "'}\n";
  }
  const auto found = why(toml, {});
  REQUIRE(found.size() == 66);
  CHECK(found[63].starts_with("r63: "));
  CHECK(found[64] == "*r150: fired: number 1");
  CHECK(found[65] == ": and 135 more");
}

TEST_CASE("foreseeing says what deciding would, and counts nothing") {
  const auto s = asking::loaded(rule("times=1"));
  scenario::Counters counters;
  const Asked asked;
  for (int i = 0; i < 3; ++i) {
    Considerations considered;
    const auto seen = scenario::foresee(s, asking::query_of(asked), counters, &considered);
    CHECK(asking::fired(seen) == "r");
    CHECK(reasons(s, asked, considered) == Reasons{"*r: fired: number 1 of 1"});
  }
  CHECK(asking::fired(asking::decide(s, counters, asked)) == "r");
  CHECK(asking::fired(scenario::foresee(s, asking::query_of(asked), counters)).empty());
}
