// Fallback to clear text after broken TLS: which of them answer a failure, for retried.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

const std::string kOffersTls = "server = { extensions = ['PIPELINING', 'STARTTLS'] }\n";

// So many handshakes are broken; then all is well.
std::string breaking(int times) {
  return kOffersTls +
         rule(fmt::format("at = 'starttls'\ntimes = {}\ndo = [{{ reset = true }}]", times));
}

void break_tls(World& world) {
  Line line(world);
  line.greeting();
  line.hello();
  CHECK(line.say("STARTTLS") == 0);
}

// One message, after what came before it in the connection.
void send(Line& line) {
  line.mail({});
  line.rcpt("r@receiver.test");
  line.data();
  CHECK(line.body({}) == 250);
  line.leave(Goodbye::quit);
}

}  // namespace

TEST_CASE("who goes on in clear text at once after TLS broke has come back") {
  World world(breaking(1));
  break_tls(world);
  Sender(world).attempt({});
  world.wait(2h);
  CHECK(world.judged("retried") == "pass");
}

TEST_CASE("one fallback does not answer two broken handshakes") {
  World world(breaking(2));
  break_tls(world);
  break_tls(world);
  Sender(world).attempt({});
  world.wait(2h);
  CHECK(world.judged("retried") == "blind: *nobody can tell*");
}

TEST_CASE("two fallbacks answer two broken handshakes") {
  World world(breaking(2));
  break_tls(world);
  break_tls(world);
  Sender(world).attempt({});
  Sender(world).attempt({.id = "<2@s>"});
  world.wait(2h);
  CHECK(world.judged("retried") == "pass");
}

TEST_CASE("mail over TLS at once after TLS broke may be another message") {
  World world(breaking(1));
  break_tls(world);
  Line other(world);
  CHECK(other.greeting() == 220);
  other.hello();
  CHECK(other.starttls() == 220);
  other.hello();
  send(other);
  world.wait(2h);
  CHECK(world.judged("retried") == "blind: *nobody can tell*");
}

TEST_CASE("mail in clear text over a connection from before TLS broke is no fallback") {
  World world(breaking(1));
  Line other(world);
  other.greeting();
  other.hello();
  break_tls(world);
  send(other);
  world.wait(2h);
  CHECK(world.judged("retried") == "blind: *nobody can tell*");
}

TEST_CASE("a fallback hours after TLS broke comes too late") {
  World world(breaking(1));
  break_tls(world);
  world.wait(3h);
  Sender(world).attempt({});
  world.wait(2h);
  CHECK(world.judged("retried") == "fail: client 192.0.2.1 was not tried again within 1 h*");
}
