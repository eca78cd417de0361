// What a scenario says about logging in and TLS: the server it makes, and the rules at starttls and
// auth.
#include "asking.hpp"

#include "wire/handshake.hpp"

using asking::loaded;
using base::Stage;
using scenario::Counters;
using scenario::Step;
using smtp::StartTls;
using wire::TlsVersion;

namespace {

constexpr std::string_view kOffer =
    "[server]\nextensions = ['STARTTLS', 'AUTH PLAIN LOGIN', 'SIZE']\n";

// A rule with one more line, which is line 5, at a server that offers everything.
std::string rule(std::string_view stage, std::string_view line) {
  return fmt::format("{}[[rule]]\nat = '{}'\n{}\n", kOffer, stage, line);
}

std::string plan_of(std::string_view stage, std::string_view line) {
  const auto s = loaded(rule(stage, line));
  Counters counters;
  const auto at = base::stage_named(stage).value();
  return asking::shown(asking::act(asking::decide(s, counters, {.stage = at}), at).plan);
}

}  // namespace

TEST_CASE("extensions are offered as listed") {
  const auto s = loaded("[server]\nextensions = ['chunking', 'BINARYMIME', 'DSN', 'Auth login']\n");
  CHECK(s.profile.chunking);
  CHECK(s.profile.binary_mime);
  CHECK(s.profile.dsn);
  CHECK(s.profile.auth.mechanisms == std::vector<std::string>{"LOGIN"});
  CHECK_FALSE(s.profile.auth.users);
  CHECK(s.profile.starttls == StartTls::never);
  CHECK_FALSE(s.profile.pipelining);
}

TEST_CASE("by default neither TLS nor AUTH nor any of their kind is offered") {
  const auto s = loaded("");
  CHECK(s.profile.auth == smtp::Authentication{});
  CHECK(s.profile.starttls == StartTls::never);
  CHECK_FALSE(s.profile.chunking);
  CHECK_FALSE(s.profile.binary_mime);
  CHECK_FALSE(s.profile.dsn);
  CHECK(s.handshake == wire::Handshake{});
  CHECK(s.xclient_from.empty());
}

TEST_CASE("what AUTH and TLS are told does not depend on where extensions stand") {
  const std::string extensions = "extensions = ['STARTTLS', 'AUTH PLAIN']\n";
  const std::string tables =
      "auth = { users = { alice = 'secret', 'bob@any.test' = 'b' }, required = true, needs_tls = "
      "true }\ntls = { required = true }\n";
  for (const auto& toml :
       {"[server]\n" + extensions + tables, "[server]\n" + tables + extensions}) {
    CAPTURE(toml);
    const auto s = loaded(toml);
    CHECK(s.profile.starttls == StartTls::required);
    const auto& auth = s.profile.auth;
    CHECK(auth.mechanisms == std::vector<std::string>{"PLAIN"});
    REQUIRE(auth.users);
    CHECK(
        *auth.users ==
        std::vector<std::pair<std::string, std::string>>{{"alice", "secret"}, {"bob@any.test", "b"}}
    );
    CHECK(auth.required);
    CHECK(auth.needs_tls);
  }
}

TEST_CASE("users offer AUTH even where extensions do not name it") {
  const auto s = loaded("[server]\nextensions = ['SIZE']\n[server.auth]\nusers = {}\n");
  CHECK(s.profile.auth.mechanisms == std::vector<std::string>{"PLAIN", "LOGIN"});
  REQUIRE(s.profile.auth.users);
  CHECK(s.profile.auth.users->empty());
}

TEST_CASE("a handshake is as [server.tls] says") {
  const auto s = loaded(
      "[server]\nextensions = ['STARTTLS']\nxclient = ['127.0.0.0/8', '::1']\n[server.tls]\n"
      "certificate = 'self-signed'\nmin_version = 'TLSv1.1'\nmax_version = 'TLSv1.2'\n"
      "ciphers = 'ECDHE+AESGCM'\nclose_notify = false\n"
  );
  CHECK(s.profile.starttls == StartTls::offered);
  CHECK(s.handshake.certificate == "self-signed");
  CHECK(s.handshake.least == TlsVersion::tls1_1);
  CHECK(s.handshake.most == TlsVersion::tls1_2);
  CHECK(s.handshake.ciphers == "ECDHE+AESGCM");
  CHECK_FALSE(s.handshake.close_notify);
  CHECK(s.xclient_from.size() == 2);
}

TEST_CASE("a rule changes the keys of the handshake that it names and no others") {
  const auto s = loaded(
      "[server]\nextensions = ['STARTTLS']\n[server.tls]\nciphers = 'ALL'\ncertificate = 'weak'\n"
      "[[rule]]\nat = 'starttls'\ndo = [{ tls = { certificate = 'expired' } }]\n"
  );
  Counters counters;
  const auto decision = asking::decide(s, counters, {.stage = Stage::starttls});
  const auto action = asking::act(decision, Stage::starttls);
  REQUIRE(action.handshake);
  CHECK(action.handshake->certificate == "expired");
  CHECK(action.handshake->ciphers == "ALL");
  CHECK(asking::shown(action.plan) == "*; say 220 2.0.0 Go ahead\\r\\n");
  CHECK(action.positive);
  CHECK(decision.deciding() == nullptr);
  CHECK(s.handshake.certificate == "weak");
}

TEST_CASE("a broken STARTTLS becomes the plan that is written") {
  const std::string ready = "*; say 220 2.0.0 Go ahead\\r\\n";
  const std::string alert = "say \\x15\\x03\\x03\\x00\\x02\\x02(; close";
  // clang-format off
  const std::vector<std::array<std::string, 2>> cases{
      {"do = [{ healthy = true }, { close = true }]", ready + "; close"},
      {"do = [{ healthy = true }, { text = \"hello\\r\\n\" }, { close = true }]", ready + "; say hello\\r\\n; close"},
      {"do = [{ healthy = true }, { await_input = true }, { text = 'x' }, { reset = true }]", ready + "; await; say x; reset"},
      {"do = [{ healthy = true }, { stall = true }]", ready + "; stall"},
      {"do = [{ alert = 'handshake_failure' }]", ready + "; await; " + alert},
      {"do = [{ reply = '220 Go' }, { alert = 'handshake_failure' }]", "*; say 220 Go\\r\\n; await; " + alert},
      // The client begins while the server waits: its octets count from the reply on.
      {"do = [{ healthy = true }, { delay = '2s' }, { alert = 'handshake_failure' }]", ready + "; await; wait 2s; " + alert},
      {"do = [{ healthy = true }, { await_input = true }, { delay = '2s' }, { alert = 'handshake_failure' }]", ready + "; await; wait 2s; " + alert},
      {"do = [{ delay = '2s' }, { alert = 'handshake_failure' }, { note = 'n' }]", "wait 2s; " + ready + "; await; " + alert},
      {"do = [{ drip = '10ms' }, { alert = 'handshake_failure' }]", "pace 1 10ms; " + ready + "; await; " + alert},
      {"do = [{ delay = '2s' }, { text = 'x' }, { healthy = true }]", "wait 2s; say x; " + ready},
      {"do = [{ reply = '454 4.7.0 TLS not available' }, { delay = '1s' }, { text = 'x' }]", "say 454 4.7.0 TLS not available\\r\\n; wait 1s; say x"},
      {"do = [{ reply = '220 Go' }, { accept = false }, { text = 'x' }]", "say 220 Go\\r\\n; say x"},
  };
  // clang-format on
  for (const auto& [line, plan] : cases) {
    CAPTURE(line);
    CHECK(plan_of("starttls", line) == plan);
  }
}

TEST_CASE("an alert where nothing is said before the handshake waits for the client first") {
  const auto s = loaded(rule("starttls", "do = [{ alert = 'internal_error' }]"));
  Counters counters;
  const auto decision = asking::decide(s, counters, {.stage = Stage::starttls});
  const smtp::Reply implicit{.code = 220};
  const auto action = scenario::act(decision, implicit, Stage::starttls, {}, 1);
  CHECK(asking::shown(action.plan) == "*; say ; await; say \\x15\\x03\\x03\\x00\\x02\\x02P; close");
}

TEST_CASE("a text is sent as it is and is no reply") {
  const auto s = loaded(rule("mail", R"(do = [{ text = "250 {sender}\n" }])"));
  Counters counters;
  const auto decision = asking::decide(s, counters, {.stage = Stage::mail});
  const auto action = asking::act(decision, Stage::mail);
  CHECK(asking::shown(action.plan) == "say 250 {sender}\\n");
  CHECK(action.reply.code == 0);
  CHECK_FALSE(action.positive);
  CHECK(decision.deciding() != nullptr);
}

TEST_CASE("a text takes the place of the reply that accept or truncate stand for") {
  CHECK(plan_of("rcpt", "do = [{ accept = true }, { text = '250' }]") == "*; say 250");
  CHECK(plan_of("rcpt", "do = [{ truncate = 2 }, { text = '250' }]") == "cut 2; say 250; close");
  CHECK(
      plan_of("rcpt", "do = [{ text = 'x' }, { healthy = true }]") ==
      "say x; *; say 250 2.1.5 Ok\\r\\n"
  );
}

TEST_CASE("the greeting may wait for the client to speak") {
  CHECK(plan_of("connect", "do = [{ await_input = true }]") == "await; *; say 220 mx ESMTP\\r\\n");
}

TEST_CASE("what is withheld is handed on with the healthy reply") {
  const auto s = loaded(rule("ehlo", "do = [{ withhold = ['starttls', 'SIZE'] }]"));
  Counters counters;
  const auto decision = asking::decide(s, counters, {.stage = Stage::ehlo});
  const auto action = asking::act(decision, Stage::ehlo);
  CHECK(action.withheld == std::vector<std::string>{"STARTTLS", "SIZE"});
  CHECK(action.positive);
  CHECK(decision.deciding() == nullptr);
  CHECK(asking::act({}, Stage::ehlo).withheld.empty());
}

TEST_CASE("early rules act on the AUTH command and others on the credentials") {
  const auto s = loaded(
      std::string(kOffer) +
      "[[rule]]\nname = 'early'\nat = 'auth'\nearly = true\ntimes = 1\nreply = '454 4.7.0 Later'\n"
      "[[rule]]\nname = 'late'\nat = 'auth'\nreply = '535 5.7.8 No'\n"
  );
  const auto asked = [](bool begins, bool ends) {
    return asking::Asked{.stage = Stage::auth, .auth_begins = begins, .auth_ends = ends};
  };
  Counters counters;
  CHECK(asking::fired(asking::decide(s, counters, asked(false, true))) == "late");
  CHECK(asking::fired(asking::decide(s, counters, asked(true, false))) == "early");
  CHECK(asking::fired(asking::decide(s, counters, asked(true, false))).empty());
  CHECK(asking::fired(asking::decide(s, counters, asked(true, true))) == "late");
  counters.clear();
  CHECK(asking::fired(asking::decide(s, counters, asked(true, true))) == "early");
}

TEST_CASE("a rule that is not asked at its moment uses up no count") {
  const auto s = loaded(rule("auth", "times = 1\nreply = '454 4.7.0 Later'"));
  Counters counters;
  const asking::Asked begins{.stage = Stage::auth, .auth_ends = false};
  CHECK(asking::fired(asking::decide(s, counters, begins)).empty());
  CHECK(asking::fired(asking::decide(s, counters, {.stage = Stage::auth})) == "rule-1");
}

TEST_CASE("who logs in can be named in a reply") {
  CHECK(
      plan_of("auth", "reply = '535 5.7.8 <{auth_user}> No'") == "say 535 5.7.8 <alice> No\\r\\n"
  );
  CHECK(plan_of("auth", "reply = '235 2.7.0 Yes'") == "*; say 235 2.7.0 Yes\\r\\n");
  CHECK(plan_of("auth", "do = [{ accept = true }]") == "*; say 235 2.7.0 Ok\\r\\n");
}
