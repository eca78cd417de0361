// Fallback to clear text after broken TLS: which of them answer a failure, for retried.
#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

const std::string kOffersTls = "server = { extensions = ['PIPELINING', 'STARTTLS'] }\n";

void break_tls(Line& line) {
  line.greeting();
  line.hello();
  CHECK(line.say("STARTTLS") == 0);
}

}  // namespace

TEST_CASE("who goes on in clear text at once after TLS broke has come back") {
  World world(kOffersTls + rule("at = 'starttls'\ntimes = 1\ndo = [{ reset = true }]"));
  Line broken(world);
  break_tls(broken);
  Sender(world).attempt({});
  world.wait(2h);
  CHECK(world.judged("retried") == "pass");
}

TEST_CASE("one fallback does not answer two broken handshakes") {
  World world(kOffersTls + rule("at = 'starttls'\ntimes = 2\ndo = [{ reset = true }]"));
  Line one(world);
  Line two(world);
  break_tls(one);
  break_tls(two);
  Sender(world).attempt({});
  world.wait(2h);
  CHECK(world.judged("retried") == "blind: *nobody can tell*");
}

TEST_CASE("two fallbacks answer two broken handshakes") {
  World world(kOffersTls + rule("at = 'starttls'\ntimes = 2\ndo = [{ reset = true }]"));
  Line one(world);
  Line two(world);
  break_tls(one);
  break_tls(two);
  Sender(world).attempt({});
  Sender(world).attempt({.id = "<2@s>"});
  world.wait(2h);
  CHECK(world.judged("retried") == "pass");
}

TEST_CASE("mail over TLS at once after TLS broke may be another message") {
  World world(kOffersTls + rule("at = 'starttls'\ntimes = 1\ndo = [{ reset = true }]"));
  Line broken(world);
  break_tls(broken);
  Line other(world);
  CHECK(other.greeting() == 220);
  other.hello();
  CHECK(other.starttls() == 220);
  other.hello();
  other.mail({});
  other.rcpt("r@receiver.test");
  other.data();
  CHECK(other.body({}) == 250);
  other.leave(Goodbye::quit);
  world.wait(2h);
  CHECK(world.judged("retried") == "blind: *nobody can tell*");
}

TEST_CASE("mail in clear text over a connection from before TLS broke is no fallback") {
  World world(kOffersTls + rule("at = 'starttls'\ntimes = 1\ndo = [{ reset = true }]"));
  Line other(world);
  other.greeting();
  other.hello();
  Line broken(world);
  break_tls(broken);
  other.mail({});
  other.rcpt("r@receiver.test");
  other.data();
  CHECK(other.body({}) == 250);
  other.leave(Goodbye::quit);
  world.wait(2h);
  CHECK(world.judged("retried") == "blind: *nobody can tell*");
}

TEST_CASE("a fallback hours after TLS broke comes too late") {
  World world(kOffersTls + rule("at = 'starttls'\ntimes = 1\ndo = [{ reset = true }]"));
  Line broken(world);
  break_tls(broken);
  world.wait(3h);
  Sender(world).attempt({});
  world.wait(2h);
  CHECK(world.judged("retried") == "fail: client 192.0.2.1 was not tried again within 1 h*");
}
