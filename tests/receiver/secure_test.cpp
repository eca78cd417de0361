// Conversations that become encrypted, or should have, and logins, in virtual time: what the
// journal says of them and what it makes of them.
#include "journal/conduct.hpp"
#include "support/catch.hpp"
#include "support/virtual_receiver.hpp"

using journal::Kind;
using journal::Outcome;
using receiver::TlsMode;
using test_support::VirtualClient;
using test_support::VirtualReceiver;

namespace {

constexpr const char* kOffering = "server = { extensions = ['STARTTLS'] }\n";
constexpr const char* kLogins =
    "server = { extensions = ['AUTH PLAIN LOGIN'], auth = { users = { alice = 'secret' } } }\n";

// One more recipient in a transaction of its own, refused.
void try_rcpt(VirtualClient& client) {
  client.say("EHLO c.test");
  client.say("MAIL FROM:<a@x.test>");
  client.say("RCPT TO:<b@y.test");
  client.say("RCPT TO:<b@y.test>");
  client.say("RSET");
}

// What became of TLS with the one client there is.
journal::TlsHistory history_of(VirtualReceiver& world) {
  journal::TlsHistory found;
  world.receiver().look([&](const journal::Account& account) {
    const auto& tls = account.conduct.so_far().tls;
    REQUIRE(tls.size() == 1);
    found = tls.begin()->second;
  });
  return found;
}

}  // namespace

TEST_CASE("a connection that goes on after a reset says whether it is encrypted") {
  VirtualReceiver world(kOffering);
  auto clear = world.connect();
  auto secure = world.connect();
  for (const auto& client : {clear, secure}) client->say("EHLO c.test");
  secure->say("STARTTLS");
  world.receiver().reset(world.now());
  try_rcpt(*clear);
  try_rcpt(*secure);
  clear->say("EHLO c.test");
  clear->say("STARTTLS");
  try_rcpt(*clear);
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 3);
  CHECK_FALSE(attempts[0].tls);
  CHECK(attempts[1].tls);
  CHECK(attempts[2].tls);
  // And after one more reset.
  world.receiver().reset(world.now());
  try_rcpt(*clear);
  CHECK(world.attempts().at(0).tls);
}

TEST_CASE("implicit TLS that a rule breaks is a lost attempt and trouble with TLS") {
  const auto* how = GENERATE(
      "do = [{ close = true }]",
      "do = [{ reset = true }]",
      "do = [{ alert = 'handshake_failure' }]",
      "do = [{ text = 'hello' }, { close = true }]"
  );
  CAPTURE(how);
  VirtualReceiver world(
      std::string(kOffering) + "[[rule]]\nname = 'no TLS today'\nat = 'starttls'\n" + how + "\n"
  );
  auto client = world.connect("192.0.2.1", TlsMode::implicit);
  client->send("\x16\x03\x01");
  CHECK_FALSE(client->open());
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].scope == journal::Scope::client);
  CHECK(attempts[0].stage == base::Stage::starttls);
  CHECK(attempts[0].outcome == Outcome::lost);
  CHECK(attempts[0].rule == "no TLS today");
  const auto told = world.events(Kind::tls);
  REQUIRE(told.size() == 1);
  CHECK(told[0]->flag);
  CHECK(told[0]->held);
  const auto history = history_of(world);
  CHECK(history.established == 0);
  REQUIRE(history.incidents.size() == 1);
  CHECK(history.incidents[0].trouble == journal::TlsTrouble::failed);
}

TEST_CASE("implicit TLS that works is no attempt, and no trouble with TLS") {
  VirtualReceiver world(kOffering);
  auto client = world.connect("192.0.2.1", TlsMode::implicit);
  CHECK(client->open());
  CHECK(client->say("EHLO c.test").starts_with("220"));
  CHECK(history_of(world).established == 1);
  CHECK(history_of(world).upgrades == 0);
  client->say("QUIT");
  CHECK(world.attempts().empty());
  CHECK(history_of(world).incidents.empty());
}

TEST_CASE("a client that refuses a healthy handshake has made no attempt") {
  VirtualReceiver world(kOffering);
  auto client = world.connect();
  client->refuse_tls("the client refused the certificate");
  client->say("EHLO c.test");
  client->say("STARTTLS");
  REQUIRE(world.events(Kind::tls).size() == 1);
  CHECK_FALSE(world.events(Kind::tls)[0]->held);
  CHECK(world.attempts().empty());
  // It has had trouble all the same.
  CHECK(history_of(world).incidents.size() == 1);
}

TEST_CASE("a certificate of the scenario's is to blame for a handshake that fails") {
  VirtualReceiver world(
      "server = { extensions = ['STARTTLS'], tls = { certificate = 'expired' } }\n"
  );
  auto client = world.connect();
  client->refuse_tls("the client refused the certificate");
  client->say("EHLO c.test");
  client->say("STARTTLS");
  REQUIRE(world.events(Kind::tls).size() == 1);
  CHECK(world.events(Kind::tls)[0]->held);
  REQUIRE(world.attempts().size() == 1);
  CHECK(world.attempts()[0].outcome == Outcome::lost);
  CHECK(world.attempts()[0].stage == base::Stage::starttls);
}

TEST_CASE("how connections end is no reason to refuse a handshake") {
  VirtualReceiver world("server = { extensions = ['STARTTLS'], tls = { close_notify = false } }\n");
  auto client = world.connect();
  client->refuse_tls("the client refused the certificate");
  client->say("EHLO c.test");
  client->say("STARTTLS");
  REQUIRE(world.events(Kind::tls).size() == 1);
  CHECK_FALSE(world.events(Kind::tls)[0]->held);
  CHECK(world.attempts().empty());
}

TEST_CASE("a rule that agrees to STARTTLS and then breaks the connection is named") {
  VirtualReceiver world(
      std::string(kOffering) +
      "[[rule]]\nname = 'yes and no'\nat = 'starttls'\n"
      "do = [{ reply = '220 2.0.0 Go' }, { reset = true }]\n"
  );
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(client->say("STARTTLS").starts_with("220"));
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].outcome == Outcome::lost);
  CHECK(attempts[0].stage == base::Stage::starttls);
  CHECK(attempts[0].rule == "yes and no");
}

TEST_CASE("a login that was refused stays so when the next one is given up") {
  VirtualReceiver world(kLogins);
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(client->say("AUTH PLAIN AGFsaWNlAHdyb25n").starts_with("535"));
  CHECK(client->say("AUTH NONSENSE").starts_with("504"));
  CHECK(client->say("AUTH PLAIN").starts_with("334"));
  CHECK(client->say("*").starts_with("501"));
  client->say("QUIT");
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].stage == base::Stage::auth);
  CHECK(attempts[0].outcome == Outcome::rejected);
  CHECK(attempts[0].code == 535);
  CHECK(world.events(Kind::login).empty());
}

TEST_CASE("a login that is cut off in the middle of a reply is lost, whatever came before") {
  VirtualReceiver world(
      std::string(kLogins) +
      "[[rule]]\nname = 'cut'\nat = 'auth'\nearly = true\nafter = 1\n"
      "do = [{ truncate = 4 }]\n"
  );
  auto client = world.connect();
  client->say("EHLO c.test");
  CHECK(client->say("AUTH PLAIN AGFsaWNlAHdyb25n").starts_with("535"));
  client->say("AUTH LOGIN");
  CHECK_FALSE(client->open());
  const auto attempts = world.attempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].outcome == Outcome::lost);
  CHECK(attempts[0].rule == "cut");
}
