// The server on real loopback sockets: what only sockets can show. What is said on them is the
// conversation's business and tested there, in virtual time.
#include "net/smtp_server.hpp"

#include <chrono>
#include <future>

#include <boost/asio/ip/tcp.hpp>

#include "net/address.hpp"
#include "support/catch.hpp"
#include "support/virtual_receiver.hpp"

using namespace std::chrono_literals;

namespace {

constexpr const char* kHealthy = "name = 'healthy'\n";

// A client whose every operation fails after a generous time instead of hanging.
class Client {
 public:
  explicit Client(const std::string& address) {
    stream_.expires_after(30s);
    stream_.connect(*net::parse_address(address));
  }

  [[nodiscard]] bool connected() const { return !stream_.fail(); }

  // The code of the next reply's last line; "" when the server has left.
  std::string reply() {
    std::string line;
    do {
      if (!std::getline(stream_, line)) return "";
    } while (line.size() > 3 && line[3] == '-');
    return line.substr(0, 3);
  }

  std::string say(const std::string& line) {
    stream_ << line << "\r\n" << std::flush;
    return reply();
  }

 private:
  boost::asio::ip::tcp::iostream stream_;
};

struct World {
  explicit World(net::ServerOptions options = {})
      : start(std::chrono::steady_clock::now()),
        journal(base::WallTime{}),
        receiver(made("default")),
        server(options, registry, directory, authority) {}

  std::shared_ptr<receiver::Receiver> made(
      const std::string& name, std::string_view scenario = kHealthy
  ) {
    auto made = std::make_shared<receiver::Receiver>(
        name, test_support::scenario_of(scenario), journal, start, start
    );
    registry.add(made);
    return made;
  }

  // A receiver without a listener.
  std::shared_ptr<receiver::Receiver> owner_of(
      const std::string& domain, std::string_view scenario = kHealthy
  ) {
    auto owner = made("owner", scenario);
    REQUIRE_FALSE(directory.add(domain, owner));
    return owner;
  }

  std::string listen(const std::string& address = "127.0.0.1:0") {
    auto bound = server.listen(receiver, {{.address = address, .service = {.shared = true}}});
    REQUIRE(bound.has_value());
    return bound->front().address;
  }

  [[nodiscard]] std::size_t count(journal::Kind kind, const std::string& of = "") const {
    journal::Filter filter;
    filter.kinds = {kind};
    if (!of.empty()) filter.receivers = {of};
    return journal.read(filter, 0, 1000).events.size();
  }

  base::TimePoint start;
  journal::Journal journal;
  receiver::Registry registry;
  receiver::Directory directory;
  tls::Authority authority = tls::Authority::create(base::WallTime{}).value();
  std::shared_ptr<receiver::Receiver> receiver;
  net::SmtpServer server;
};

}  // namespace

TEST_CASE("a listener on port 0 keeps the port it got when it is wished again") {
  World world;
  const std::string address = world.listen();
  CHECK(address != "127.0.0.1:0");
  CHECK(Client(address).reply() == "220");
  CHECK(world.listen() == address);
  CHECK(world.listen(address) == address);
  CHECK(world.listen() == address);
  REQUIRE(world.server.bound("default").size() == 1);
  CHECK(world.server.bound("default")[0].address == address);
}

TEST_CASE("two wishes for any free port get two ports") {
  World world;
  const auto bound = world.server.listen(world.receiver, {{"127.0.0.1:0"}, {"127.0.0.1:0"}});
  REQUIRE(bound.has_value());
  CHECK((*bound)[0].address != (*bound)[1].address);
  CHECK(Client((*bound)[1].address).reply() == "220");
}

TEST_CASE("a wish that cannot be met changes nothing") {
  World world;
  const std::string address = world.listen();
  const auto other = world.made("other");
  const auto taken = world.server.listen(other, {{"127.0.0.1:0"}, {address}});
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().message == "cannot listen on " + address + ": another program listens there");
  CHECK(taken.error().hint.ends_with("or choose another port, or 0 for any free one"));
  CHECK(world.server.bound("other").empty());

  CHECK_FALSE(world.server.listen(world.receiver, {{"127.0.0.1:0"}, {"nowhere"}}).has_value());
  CHECK(world.server.bound("default")[0].address == address);
  CHECK(Client(address).reply() == "220");
}

TEST_CASE("an address that is no longer wished refuses connections and keeps those it has") {
  World world;
  const std::string address = world.listen();
  Client early(address);
  CHECK(early.reply() == "220");
  REQUIRE(world.server.listen(world.receiver, {}).has_value());
  CHECK_FALSE(Client(address).connected());
  CHECK(early.say("NOOP") == "250");
}

TEST_CASE("over the limit a client gets 421 and is counted and another gets in later") {
  World world(net::ServerOptions{.max_connections = 1});
  const std::string address = world.listen();
  {
    Client first(address);
    CHECK(first.reply() == "220");
    Client second(address);
    CHECK(second.reply() == "421");
    CHECK(second.reply().empty());
    CHECK(world.server.counts().refused == 1);
    CHECK(world.server.counts().open == 1);
    CHECK(world.count(journal::Kind::refused) == 1);
    CHECK(first.say("QUIT") == "221");
    CHECK(first.reply().empty());
  }
  // The place is free once the server has seen the client's FIN: ask until it has.
  std::string greeting;
  while (greeting != "220") greeting = Client(address).reply();
  CHECK(world.server.counts().accepted == 2);
}

TEST_CASE("draining turns idle clients away and lets a transaction finish") {
  World world;
  const std::string address = world.listen();
  Client idle(address);
  Client busy(address);
  CHECK(idle.reply() == "220");
  CHECK(busy.reply() == "220");
  CHECK(busy.say("EHLO c.test") == "250");
  CHECK(busy.say("MAIL FROM:<a@c.test>") == "250");

  auto drained = std::async(std::launch::async, [&] { world.server.drain(); });
  CHECK(idle.reply() == "421");
  CHECK(idle.reply().empty());
  CHECK_FALSE(Client(address).connected());
  CHECK(busy.say("RCPT TO:<b@r.test>") == "250");
  CHECK(busy.say("DATA") == "354");
  CHECK(busy.say("Subject: last\r\n\r\none\r\n.") == "250");
  CHECK(busy.reply() == "421");
  CHECK(busy.reply().empty());
  drained.get();
  CHECK(world.server.counts().open == 0);
  CHECK(world.count(journal::Kind::stored) == 1);
  CHECK(world.count(journal::Kind::ended) == 2);
  CHECK_FALSE(world.server.listen(world.receiver, {{"127.0.0.1:0"}}).has_value());
}

TEST_CASE("draining ends when its time is over") {
  World world(net::ServerOptions{.drain = 0s});
  Client busy(world.listen());
  CHECK(busy.reply() == "220");
  CHECK(busy.say("EHLO c.test") == "250");
  CHECK(busy.say("MAIL FROM:<a@c.test>") == "250");
  world.server.drain();
  CHECK(world.server.counts().open == 0);
  CHECK(world.count(journal::Kind::ended) == 1);
  CHECK(busy.reply().empty());
}

TEST_CASE("a server that goes away records the end of what was open") {
  base::TimePoint start = std::chrono::steady_clock::now();
  journal::Journal journal{base::WallTime{}};
  auto receiver = std::make_shared<receiver::Receiver>(
      "default", test_support::scenario_of(kHealthy), journal, start, start
  );
  {
    const receiver::Registry registry;
    const receiver::Directory directory;
    auto authority = tls::Authority::create(base::WallTime{}).value();
    net::SmtpServer server({}, registry, directory, authority);
    Client client(server.listen(receiver, {{"127.0.0.1:0"}})->front().address);
    CHECK(client.reply() == "220");
  }
  CHECK(receiver->status(std::chrono::steady_clock::now()).open_connections == 0);
}

namespace {

// Everything up to the reply to RCPT.
std::string code_of_rcpt(Client& client, const std::string& recipient) {
  CHECK(client.reply() == "220");
  CHECK(client.say("EHLO c.test") == "250");
  CHECK(client.say("MAIL FROM:<a@c.test>") == "250");
  return client.say("RCPT TO:<" + recipient + ">");
}

constexpr const char* kRefuses =
    "name = 'refuses'\n[[rule]]\nat = 'rcpt'\nreply = '550 5.1.1 Not here'\n";

}  // namespace

TEST_CASE("only a shared listener hands recipients to those who own their domain") {
  World world;
  const auto owner = world.owner_of("own.test", kRefuses);
  const auto bound = world.server.listen(
      world.receiver,
      {{.address = "127.0.0.1:0", .service = {.shared = true}},
       {.address = "127.0.0.1:0", .service = {.shared = false}}}
  );
  REQUIRE(bound.has_value());
  CHECK((*bound)[0].service.shared);
  CHECK_FALSE((*bound)[1].service.shared);
  Client shared((*bound)[0].address);
  CHECK(code_of_rcpt(shared, "r@own.test") == "550");
  Client alone((*bound)[1].address);
  CHECK(code_of_rcpt(alone, "r@own.test") == "250");
  CHECK(world.count(journal::Kind::connected, "owner") == 1);
}

TEST_CASE("a listener that is wished with another sharing keeps its socket") {
  World world;
  const auto owner = world.owner_of("own.test", kRefuses);
  const auto address = world.listen();
  Client early(address);
  CHECK(early.reply() == "220");
  const auto bound =
      world.server.listen(world.receiver, {{.address = address, .service = {.shared = false}}});
  REQUIRE(bound.has_value());
  CHECK((*bound)[0].address == address);
  CHECK_FALSE(world.server.bound("default")[0].service.shared);
  Client alone(address);
  CHECK(code_of_rcpt(alone, "r@own.test") == "250");
  // What was accepted before stays shared.
  CHECK(early.say("EHLO c.test") == "250");
  CHECK(early.say("MAIL FROM:<a@c.test>") == "250");
  CHECK(early.say("RCPT TO:<r@own.test>") == "550");
}

TEST_CASE("a receiver without a listener goes through its phases while nothing reaches it") {
  World world;
  const auto owner = world.owner_of(
      "own.test",
      "name='p'\n[time]\nscale=1000000\n[[phase]]\nname='a'\nfor='1h'\n[[phase]]\nname='b'\n"
  );
  const auto address = world.listen();
  Client client(address);
  CHECK(code_of_rcpt(client, "r@own.test") == "250");
  Client other(address);
  CHECK(other.reply() == "220");
  while (world.count(journal::Kind::phase, "owner") == 0) REQUIRE(other.say("NOOP") == "250");
}

TEST_CASE("closing a receiver's ports drains the connections that it greeted and no others") {
  World world;
  const auto address = world.listen();
  const auto other = world.made("other");
  const auto others = world.server.listen(other, {{"127.0.0.1:0"}});
  REQUIRE(others.has_value());
  Client idle(address);
  CHECK(idle.reply() == "220");
  Client busy(address);
  CHECK(code_of_rcpt(busy, "r@x.test") == "250");
  Client stranger(others->front().address);
  CHECK(stranger.reply() == "220");

  world.server.close("default");
  CHECK(idle.reply() == "421");
  CHECK(idle.reply().empty());
  CHECK_FALSE(Client(address).connected());
  CHECK(world.server.bound("default").empty());
  CHECK(world.receiver->status(std::chrono::steady_clock::now()).open_connections == 1);
  CHECK(busy.say("DATA") == "354");
  CHECK(busy.say("x\r\n.") == "250");
  CHECK(busy.reply() == "421");
  CHECK(busy.reply().empty());
  CHECK(world.receiver->status(std::chrono::steady_clock::now()).open_connections == 0);
  CHECK(stranger.say("NOOP") == "250");
  CHECK(world.server.bound("other").size() == 1);
}

TEST_CASE("aborting ends what closing has left") {
  World world;
  Client busy(world.listen());
  CHECK(code_of_rcpt(busy, "r@x.test") == "250");
  world.server.close("default");
  world.server.abort("default");
  CHECK(world.receiver->status(std::chrono::steady_clock::now()).open_connections == 0);
  CHECK(world.count(journal::Kind::ended) == 1);
  CHECK(busy.reply().empty());
}

TEST_CASE("a receiver reached by domain leaves after its transaction and the connection goes on") {
  World world;
  const auto owner = world.owner_of("own.test");
  const auto address = world.listen();
  Client before(address);
  CHECK(code_of_rcpt(before, "r@own.test") == "250");
  CHECK(before.say("RSET") == "250");
  Client busy(address);
  CHECK(code_of_rcpt(busy, "r@own.test") == "250");

  world.directory.remove("owner");
  world.server.close("owner");
  CHECK(owner->status(std::chrono::steady_clock::now()).open_connections == 1);
  CHECK(busy.say("RCPT TO:<second@own.test>") == "250");
  CHECK(busy.say("DATA") == "354");
  CHECK(busy.say("x\r\n.") == "250");
  CHECK(busy.say("NOOP") == "250");
  CHECK(before.say("NOOP") == "250");
  CHECK(owner->status(std::chrono::steady_clock::now()).open_connections == 0);
  CHECK(world.count(journal::Kind::ended, "owner") == 2);
  CHECK(world.count(journal::Kind::ended, "default") == 0);
}

TEST_CASE("aborting a receiver ends the transactions that it takes part in") {
  World world;
  const auto owner = world.owner_of("own.test");
  const auto address = world.listen();
  Client busy(address);
  CHECK(code_of_rcpt(busy, "r@own.test") == "250");
  Client other(address);
  CHECK(code_of_rcpt(other, "r@x.test") == "250");
  world.directory.remove("owner");
  world.server.close("owner");
  world.server.abort("owner");
  CHECK(owner->status(std::chrono::steady_clock::now()).open_connections == 0);
  CHECK(busy.reply().empty());
  CHECK(other.say("DATA") == "354");
}
