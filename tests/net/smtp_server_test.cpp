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
        server(options, start) {}

  std::shared_ptr<receiver::Receiver> made(const std::string& name) {
    return std::make_shared<receiver::Receiver>(
        name, test_support::scenario_of(kHealthy), journal, start, start
    );
  }

  std::string listen(const std::string& address = "127.0.0.1:0") {
    auto bound = server.listen(receiver, {address});
    REQUIRE(bound.has_value());
    return bound->front().address;
  }

  [[nodiscard]] std::size_t count(journal::Kind kind) const {
    journal::Filter filter;
    filter.kinds = {kind};
    return journal.read(filter, 0, 1000).events.size();
  }

  base::TimePoint start;
  journal::Journal journal;
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
  const auto bound = world.server.listen(world.receiver, {"127.0.0.1:0", "127.0.0.1:0"});
  REQUIRE(bound.has_value());
  CHECK((*bound)[0].address != (*bound)[1].address);
  CHECK(Client((*bound)[1].address).reply() == "220");
}

TEST_CASE("a wish that cannot be met changes nothing") {
  World world;
  const std::string address = world.listen();
  const auto other = world.made("other");
  const auto taken = world.server.listen(other, {"127.0.0.1:0", address});
  REQUIRE_FALSE(taken.has_value());
  CHECK(taken.error().message == "cannot listen on " + address + ": Address already in use");
  CHECK(taken.error().hint == "choose another port, or 0 for any free one");
  CHECK(world.server.bound("other").empty());

  CHECK_FALSE(world.server.listen(world.receiver, {"127.0.0.1:0", "nowhere"}).has_value());
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
  CHECK_FALSE(world.server.listen(world.receiver, {"127.0.0.1:0"}).has_value());
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
    net::SmtpServer server({}, start);
    Client client(server.listen(receiver, {"127.0.0.1:0"})->front().address);
    CHECK(client.reply() == "220");
  }
  CHECK(receiver->status(std::chrono::steady_clock::now()).open_connections == 0);
}
