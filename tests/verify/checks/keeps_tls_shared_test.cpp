// keeps-tls of a receiver that shares a port, and hears of a connection only at its first RCPT.
#include "support/catch.hpp"
#include "support/shared_port.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;

namespace {

// The greeter offers TLS, or does not; the recipient is that of receiver `a`.
enum class Offer : std::uint8_t { none, starttls };

struct Shared {
  explicit Shared(Offer offer)
      : port({.greeter = offer == Offer::none ? "" : "[server]\nextensions = ['STARTTLS']\n"}),
        client((port.advance(1s), port.connect())) {
    client->say("EHLO c.test");
  }

  // One message, a millisecond for each command.
  void send() {
    for (const auto* said : {"EHLO c.test", "MAIL FROM:<a@c.test>", "RCPT TO:<x@a.test>", "QUIT"}) {
      port.advance(1ms);
      client->say(said);
    }
    port.advance(1s);
  }

  [[nodiscard]] Answer verdict() const {
    Past past;
    for (const auto& event : port.events("a")) past.push_back(*event);
    return judged(past, "keeps-tls");
  }

  test_support::SharedPort port;
  std::shared_ptr<test_support::VirtualClient> client;
};

}  // namespace

TEST_CASE("a receiver met at RCPT knows that TLS had been offered") {
  Shared offered(Offer::starttls);
  offered.send();
  CHECK(offered.verdict() == "fail: *in clear text though TLS was offered");
  Shared never(Offer::none);
  never.send();
  CHECK(never.verdict() == "empty: no client was offered TLS");
}

TEST_CASE("a receiver met at RCPT inside TLS was sent nothing in clear text") {
  Shared shared(Offer::starttls);
  shared.client->say("STARTTLS");
  shared.send();
  REQUIRE(shared.port.attempts("a").size() == 1);
  CHECK(shared.port.attempts("a")[0].tls);
  CHECK(shared.verdict() == "empty: *there was no trouble with it");
}
