// A good scenario becomes what it says.
#include <algorithm>

#include "asking.hpp"

#include "document/parse.hpp"

using asking::loaded;
using namespace std::chrono_literals;

TEST_CASE("every key of a scenario reaches the model") {
  const auto s = loaded(R"(
name = "n"
summary = "s"
source = "RFC 3463 X.3.1"
tags = ["storage", "4.3.1"]
seed = 42

[server]
hostname = "mx.full.test"
extensions = ["pipelining", "SIZE 1000", "ENHANCEDSTATUSCODES"]
end_of_data = "lax"
max_recipients = 5
idle_timeout = "30s"
triggers = true

[time]
scale = 60
wire = "scaled"
slack = "1s"

[delivery]
key = ["sender", "recipient", "header.X-Id", "param.ENVID"]
unique = true

[[phase]]
name = "full"
for = "30m"
[[phase]]
name = "healthy"

[[rule]]
name = "r"
at = "rcpt"
during = ["healthy", "full"]
times = 3
after = 2
per = "client/24"
chance = 0.5
from = "1m"
until = "2m"
every = "1h"
delay = ["1s", "2s"]
reply = ["451-4.3.0 a", "451 4.3.0 b"]
close = true
)");
  CHECK(s.name == "n");
  CHECK(s.summary == "s");
  CHECK(s.source == "RFC 3463 X.3.1");
  CHECK(s.tags == std::vector<std::string>{"storage", "4.3.1"});
  CHECK(s.seed == 42);
  CHECK(s.profile.hostname == "mx.full.test");
  CHECK(s.profile.pipelining);
  CHECK(s.profile.size == 1000U);
  CHECK(s.profile.enhanced_status_codes);
  CHECK_FALSE(s.profile.eight_bit_mime);
  CHECK_FALSE(s.profile.smtputf8);
  CHECK(s.profile.end_of_data == smtp::EndOfData::lax);
  CHECK(s.profile.max_recipients == 5);
  CHECK(s.idle_timeout == 30s);
  CHECK(s.triggers);
  CHECK(s.scale == 60.0);
  CHECK(s.wire_scaled);
  CHECK(s.slack == 1s);
  CHECK(s.delivery_key.size() == 4);
  CHECK(s.delivery_unique);
  REQUIRE(s.phases.size() == 2);
  CHECK(s.phases[0].lasts == 30min);
  CHECK_FALSE(s.phases[1].lasts);
  REQUIRE(s.rules.size() == 1);
  const auto& rule = s.rules.front();
  CHECK(rule.name == "r");
  CHECK(rule.during == std::vector<std::size_t>{1, 0});
  CHECK(rule.times == 3U);
  CHECK(rule.after == 2);
  CHECK(rule.per == scenario::Key::client_24);
  CHECK(rule.chance == 0.5);
  CHECK(rule.window.from == 1min);
  CHECK(rule.window.until == 2min);
  CHECK(rule.window.every == 1h);
  CHECK(rule.decides);
  CHECK(s.rules_at[static_cast<std::size_t>(base::Stage::rcpt)] == std::vector<std::size_t>{0});
}

TEST_CASE("an empty scenario is the healthy server named after its file") {
  const auto s = loaded("");
  CHECK(s.name == "x");
  CHECK(s.phases.size() == 1);
  CHECK(s.rules.empty());
  CHECK(s.profile.pipelining);
  CHECK(s.profile.size == 10485760U);
}

TEST_CASE("unnamed rules are called by their place in the file") {
  const auto s = loaded(
      "[[rule]]\nat = 'mail'\ntimes = 1\nreply = '451 4.3.0 No'\n"
      "[[rule]]\nname = 'n'\nat = 'rcpt'\ntimes = 1\nreply = '451 4.3.0 No'\n"
      "[[rule]]\nat = 'rcpt'\nreply = '451 4.3.0 No'\n"
  );
  REQUIRE(s.rules.size() == 3);
  CHECK(s.rules[0].name == "rule-1");
  CHECK(s.rules[1].name == "n");
  CHECK(s.rules[2].name == "rule-3");
}

TEST_CASE("what is counted by follows from the stage") {
  const auto [stage, key] = GENERATE(table<std::string, std::string>({
      {"connect", "client"},
      {"ehlo", "client"},
      {"auth", "client"},
      {"mail", "sender"},
      {"rcpt", "delivery"},
      {"data", "delivery"},
      {"message", "delivery"},
      {"rset", "connection"},
      {"noop", "connection"},
      {"vrfy", "connection"},
      {"quit", "connection"},
  }));
  const auto s = loaded("[[rule]]\nat = '" + stage + "'\nreply = '450 4.3.2 No'\n");
  CHECK(scenario::name_of(s.rules.front().per) == key);
}

TEST_CASE("next counts for the whole receiver") {
  const auto s = loaded("[[rule]]\nat = 'rcpt'\nnext = 4\nreply = '451 4.3.0 No'\n");
  CHECK(s.rules.front().times == 4U);
  CHECK(s.rules.front().per == scenario::Key::receiver);
}

TEST_CASE("SIZE without an argument offers SIZE without a maximum") {
  CHECK(loaded("[server]\nextensions = ['SIZE']").profile.size == 0U);
}

TEST_CASE("a scenario inside a larger document keeps its places") {
  document::Diagnostics sink("body");
  const auto root =
      document::parse_json(R"({"scenario": {"rule": [{"at": "rcpt", "reply": "354 Go"}]}})", sink);
  REQUIRE(root);
  CHECK_FALSE(scenario::load_node(*root->find("scenario"), "inline", sink));
  const auto found = sink.take();
  REQUIRE(found.size() == 1);
  CHECK(found[0].pointer == "/scenario/rule/0/reply");
}

TEST_CASE("TOML and JSON of the same scenario load alike") {
  const auto json = scenario::load_json(
      R"({"rule": [{"at": "message", "match": {"header.X-Id": "a*", "header": {"Subject": "b"}},
                    "do": [{"delay": "2s"}, {"accept": true}, {"reset": true}]}]})",
      "j"
  );
  REQUIRE(json.ok());
  const auto s = loaded(
      "[[rule]]\nat = 'message'\nmatch = { 'header.X-Id' = 'a*', header.Subject = 'b' }\n"
      "do = [{ delay = '2s' }, { accept = true }, { reset = true }]\n"
  );
  CHECK(json.value->name == "j");
  const auto& a = json.value->rules.front();
  const auto& b = s.rules.front();
  REQUIRE(a.steps.size() == b.steps.size());
  CHECK(a.steps[0].op == b.steps[0].op);
  CHECK(a.match.all.size() == 2);
  CHECK(b.match.all.size() == 2);
}

TEST_CASE("phases follow one another and the last one stays") {
  const auto s = loaded(
      "[[phase]]\nname = 'a'\nfor = '10m'\n[[phase]]\nname = 'b'\nfor = '5m'\n[[phase]]\nname = "
      "'c'\n"
  );

  struct Case {
    base::Duration t;
    std::size_t index;
    base::Duration began;
    std::optional<base::Duration> ends;
  };

  // clang-format off
  const std::vector<Case> cases{
      {0s, 0, 0s, 10min},
      {10min - 1ns, 0, 0s, 10min},
      {10min, 1, 10min, 15min},
      {15min, 2, 15min, std::nullopt},
      {24h, 2, 15min, std::nullopt},
  };
  // clang-format on
  for (const auto& c : cases) {
    CAPTURE(c.t.count());
    const auto at = scenario::phase_at(s, c.t);
    CHECK(at.index == c.index);
    CHECK(at.began == c.began);
    CHECK(at.ends == c.ends);
  }
}

TEST_CASE("a phase without an end stays until told otherwise") {
  const auto s = loaded("[[phase]]\nname = 'a'\n[[phase]]\nname = 'b'\n");
  CHECK(scenario::phase_at(s, 100h).index == 0);
  CHECK_FALSE(scenario::phase_at(s, 100h).ends);
}

TEST_CASE("windows open and close on the receiver clock") {
  using scenario::Window;
  const Window once{.from = 10s, .until = 20s, .every = {}};
  const Window nightly{.from = 10s, .until = 20s, .every = 60s};
  const Window open{.from = 10s, .until = {}, .every = {}};
  CHECK_FALSE(once.contains(9s));
  CHECK(once.contains(10s));
  CHECK(once.contains(19s));
  CHECK_FALSE(once.contains(20s));
  CHECK(once.left(12s) == 8s);
  CHECK(nightly.contains(70s));
  CHECK_FALSE(nightly.contains(80s));
  CHECK(nightly.left(75s) == 5s);
  CHECK(open.contains(100h));
  CHECK_FALSE(open.left(12s));
}
