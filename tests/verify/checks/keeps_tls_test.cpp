// keeps-tls: senders that would rather not send than send in clear, senders that fall back, and
// those whose TLS was never tried.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

constexpr const char* kOffering = "[server]\nextensions = ['STARTTLS', 'PIPELINING']\n";
constexpr const char* kRefusal = "at = 'starttls'\nreply = '454 4.7.0 no'";

// A world that offers TLS, with one rule.
std::string offering(std::string_view keys = "") {
  std::string toml = "name = 't'\n" + std::string(kOffering);
  if (!keys.empty()) toml += "[[rule]]\n" + std::string(keys);
  return toml;
}

// One message, without TLS.
void send_in_clear(World& world, const Habits& habits = {}) {
  Line line(world, habits);
  line.greeting();
  line.hello();
  line.mail({});
  line.rcpt("r@receiver.test");
  line.leave(Goodbye::quit);
}

// STARTTLS is asked for, and what follows depends on the answer: a strict client gives up.
enum class Manner : std::uint8_t { strict, falls_back };

void send_over_tls(
    World& world, Manner manner, std::string_view refusal = "", const Habits& habits = {}
) {
  Line line(world, habits);
  line.greeting();
  line.hello();
  const int code = line.starttls(refusal);
  if (!line.open()) return;
  if (code == 220) line.hello();
  if (code == 220 || manner == Manner::falls_back) {
    line.mail({});
    line.rcpt("r@receiver.test");
  }
  line.leave(Goodbye::quit);
}

}  // namespace

TEST_CASE("a client that sends nothing after a refused STARTTLS keeps TLS") {
  World world(offering(kRefusal));
  send_over_tls(world, Manner::strict);
  world.wait(30s);
  const auto answer = world.judged("keeps-tls");
  CHECK(answer == "pass: 1 client: no mail in clear text in the 30 s since TLS did not work");
  CHECK(answer.verdict.provisional);
}

TEST_CASE("a rule that does not know STARTTLS refuses it") {
  World world(offering("at = 'starttls'\nreply = '502 5.5.1 what?'"));
  send_over_tls(world, Manner::falls_back);
  CHECK(world.judged("keeps-tls") == "fail: *after STARTTLS was refused*");
}

TEST_CASE("a client that goes on in clear after a refused STARTTLS does not") {
  World world(offering(kRefusal));
  send_over_tls(world, Manner::falls_back);
  const auto answer = world.judged("keeps-tls");
  CHECK(
      answer ==
      "fail: client 192.0.2.1 sent mail from a@sender.test in clear text 1 ms after STARTTLS was "
      "refused (*no)"
  );
  // The offer, the refusal, and the attempt.
  CHECK(answer.verdict.evidence.size() >= 4);
}

TEST_CASE("a client that comes back in clear after a broken handshake does not keep TLS") {
  World world(offering());
  send_over_tls(world, Manner::strict, "the client refused the certificate: unknown ca (alert 48)");
  CHECK(world.so_far("keeps-tls") == "open: *sent no mail in clear text*");
  world.wait(5s);
  send_in_clear(world);
  CHECK(
      world.judged("keeps-tls") ==
      "fail: *in clear text 5 s after a TLS handshake failed (*unknown ca (alert 48))"
  );
}

TEST_CASE("a client that comes back with TLS after a broken handshake keeps it") {
  World world(offering());
  send_over_tls(world, Manner::strict, "no reason given");
  world.wait(5s);
  send_over_tls(world, Manner::strict);
  world.wait(20s);
  CHECK(world.judged("keeps-tls") == "pass");
}

TEST_CASE("a connection that broke at STARTTLS is trouble with TLS") {
  const auto* how = GENERATE(
      "do = [{ close = true }]",
      "do = [{ reset = true }]",
      "do = [{ healthy = true }, { close = true }]"
  );
  CAPTURE(how);
  World world(offering("at = 'starttls'\n" + std::string(how)));
  send_over_tls(world, Manner::strict);
  world.wait(5s);
  CHECK(world.judged("keeps-tls") == "pass");
  send_in_clear(world);
  CHECK(world.judged("keeps-tls") == "fail");
}

TEST_CASE("an offer that is taken back is trouble with TLS") {
  const std::string once =
      "at = 'ehlo'\nper = 'client'\nafter = 1\ndo = [{ withhold = 'STARTTLS' }]";
  World world(offering(once));
  send_over_tls(world, Manner::strict);
  world.wait(5s);
  Line line(world);
  line.greeting();
  line.hello();
  world.wait(1s);
  CHECK(world.judged("keeps-tls") == "pass");
  line.mail({});
  line.rcpt("r@receiver.test");
  CHECK(
      world.judged("keeps-tls") == "fail: *in clear text 1 s after STARTTLS was no longer offered"
  );
}

TEST_CASE("a client that does not even ask for TLS does not keep it") {
  World world(offering());
  send_in_clear(world);
  CHECK(world.judged("keeps-tls") == "fail: *in clear text though TLS was offered");
}

TEST_CASE("a MAIL in clear counts, whatever the reply to it is") {
  World world("name = 't'\n[server]\nextensions = ['STARTTLS']\ntls = { required = true }\n");
  send_in_clear(world);
  CHECK(world.judged("keeps-tls") == "fail: *though TLS was offered");
}

TEST_CASE("where TLS works nothing shows what a client would do without") {
  World world(offering());
  send_over_tls(world, Manner::strict);
  world.wait(30s);
  CHECK(world.judged("keeps-tls") == "empty: client 192.0.2.1 was offered TLS, and there was no *");
}

TEST_CASE("where TLS is not offered there is nothing to keep") {
  World world(kHealthy);
  send_in_clear(world);
  world.wait(30s);
  CHECK(world.judged("keeps-tls") == "empty: no client was offered TLS");
}

TEST_CASE("asking for what was not offered is no trouble with TLS") {
  World world(kHealthy);
  send_over_tls(world, Manner::falls_back);
  world.wait(5s);
  CHECK(world.judged("keeps-tls") == "empty: no client was offered TLS");
}

TEST_CASE("a STARTTLS that was out of place or ill-formed is no trouble with TLS") {
  World world(offering());
  Line line(world);
  line.greeting();
  CHECK(line.say("STARTTLS") == 503);
  line.hello();
  CHECK(line.say("STARTTLS now") == 501);
  line.leave(Goodbye::quit);
  world.wait(5s);
  CHECK(world.judged("keeps-tls") == "empty: *was offered TLS, and there was no trouble with it");
}

TEST_CASE("a client that comes back and leaves again without a word keeps TLS") {
  World world(offering(kRefusal));
  for (int i = 0; i < 3; ++i) {
    send_over_tls(world, Manner::strict);
    world.wait(5s);
  }
  CHECK(world.judged("keeps-tls") == "pass");
}

TEST_CASE("mail in clear from before the offer in the same connection proves nothing") {
  World world(offering("at = 'ehlo'\ntimes = 1\ndo = [{ withhold = 'STARTTLS' }]"));
  Line line(world);
  line.greeting();
  line.hello();
  line.mail({});
  line.rcpt("r@receiver.test");
  line.say("RSET");
  line.hello();
  line.starttls("no");
  world.wait(5s);
  CHECK(world.judged("keeps-tls") == "pass");
}

TEST_CASE("mail in clear from before the offer proves nothing") {
  World world(offering("at = 'ehlo'\ntimes = 1\ndo = [{ withhold = 'STARTTLS' }]"));
  send_in_clear(world);
  world.wait(5s);
  send_over_tls(world, Manner::strict, "no");
  world.wait(5s);
  CHECK(world.judged("keeps-tls") == "pass");
}

TEST_CASE("what was on its way in another connection at the offer proves nothing") {
  const bool in_flight = GENERATE(true, false);
  World world(offering("at = 'ehlo'\ntimes = 1\ndo = [{ withhold = 'STARTTLS' }]"));
  Line early(world);
  early.greeting();
  early.hello();
  Line late(world);
  late.greeting();
  late.hello();
  late.starttls("no");
  if (!in_flight) world.wait(1s);
  early.mail({});
  early.rcpt("r@receiver.test");
  world.wait(5s);
  CHECK(world.judged("keeps-tls") == (in_flight ? "pass" : "fail"));
}

TEST_CASE("clients are told apart by their address") {
  World world(offering(kRefusal));
  send_over_tls(world, Manner::strict, "", {.client = "192.0.2.1"});
  send_over_tls(world, Manner::falls_back, "", {.client = "192.0.2.2"});
  world.wait(5s);
  const auto answer = world.judged("keeps-tls");
  CHECK(answer == "fail: client 192.0.2.2*");
  CHECK(answer.verdict.passed == 1);
  CHECK(answer.verdict.failed == 1);
  const auto selected = world.judged("keeps-tls", "select = { client = '192.0.2.1' }");
  CHECK(selected == "pass");
  CHECK(selected.verdict.selected == 1);
}

TEST_CASE("a window of its own ends the waiting") {
  World world(offering(kRefusal));
  send_over_tls(world, Manner::strict);
  world.wait(4s);
  const auto waiting = world.so_far("keeps-tls", "quiet = '5s'");
  CHECK(waiting == "open");
  CHECK(waiting.verdict.deadline);
  world.wait(2s);
  const auto passed = world.so_far("keeps-tls", "quiet = '5s'");
  CHECK(passed == "pass");
  CHECK_FALSE(passed.verdict.provisional);
  CHECK(world.so_far("keeps-tls") == "open");
}

TEST_CASE("the null sender's mail counts only if it is named") {
  World world(offering());
  Line line(world);
  line.greeting();
  line.hello();
  line.mail({.from = ""});
  line.rcpt("r@receiver.test");
  line.leave(Goodbye::quit);
  CHECK(world.judged("keeps-tls") == "empty");
  CHECK(world.judged("keeps-tls", "select = { sender = '<>' }") == "fail: *from <> in clear*");
}

TEST_CASE("a handshake that may have been lost from the journal is no proof") {
  World world(offering());
  send_in_clear(world);
  auto past = world.past();
  journal::Event lost;
  lost.seq = past.back().seq + 1;
  lost.at = past.back().at;
  lost.judge = past.back().judge;
  lost.kind = journal::Kind::dropped;
  lost.count = 3;
  past.push_back(lost);
  CHECK(judged(past, "keeps-tls") == "blind: *3 events were lost*");
}
