// The HTTP server over real sockets on a free port: what only sockets can show. Handlers are tested
// without them.
#include "control/server.hpp"

#include <chrono>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "control/mail.hpp"
#include "control/world.hpp"
#include "support/catch.hpp"

namespace control {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Running {
  // The server goes by the clock of the machine.
  World world{.now = std::chrono::steady_clock::now()};
  Server server;

  explicit Running(ServerOptions options = {})
      : server((options.address = "127.0.0.1:0", std::move(options)), world.api) {
    world.journal.set_waker([this] { server.journal_grew(); });
    REQUIRE(world.put("default", R"({"scenario":"healthy"})").status == 200);
    const auto address = server.start();
    REQUIRE(address);
    port = static_cast<std::uint16_t>(std::stoi(address->substr(address->rfind(':') + 1)));
  }

  std::uint16_t port = 0;
};

// A connection that says what it is told and reads to its end.
struct Client {
  asio::io_context io;
  tcp::socket socket{io};

  explicit Client(const Running& running) {
    socket.connect({asio::ip::make_address("127.0.0.1"), running.port});
  }

  void say(std::string_view text) {
    boost::system::error_code ignored;  // the server may have closed already
    asio::write(socket, asio::buffer(text.data(), text.size()), ignored);
  }

  std::string read_all() {
    std::string text;
    boost::system::error_code ended;
    asio::read(socket, asio::dynamic_buffer(text), ended);
    return text;
  }

  std::string read_head() {
    std::string text;
    asio::read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n");
    return text;
  }
};

// A POST /v1/verify after which the connection is closed.
std::string question(std::string_view body) {
  return "POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string converse(const Running& running, std::string_view request) {
  Client client(running);
  client.say(request);
  return client.read_all();
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("A request is answered and the connection kept until told otherwise") {
  const Running running;
  const auto text = converse(
      running,
      "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "HEAD /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
  );
  CHECK(text.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(has(text, "Content-Type: application/json"));
  CHECK(has(text, "{\"status\":\"alive\"}\nHTTP/1.1 200 OK"));
  CHECK(has(text, "Content-Length: 19\r\n\r\nHTTP/1.1 404 Not Found"));
}

TEST_CASE("Hostile requests are refused and the server goes on") {
  const Running running;

  struct Row {
    std::string name, request, status;
  };

  const auto row = GENERATE(
      Row{"no HTTP", "EHLO a.test\r\n\r\n", "400"},
      Row{"bad target", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"},
      Row{"wrong host",
          "GET /livez HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
          "421"},
      Row{"two hosts",
          "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n",
          "400"},
      Row{"no host", "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n", "421"},
      Row{"long header",
          "GET /livez HTTP/1.1\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n",
          "431"},
      Row{"announced long body",
          "PUT /v1/receivers/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n",
          "413"},
      Row{"long chunked body",
          "PUT /v1/receivers/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
          "200000\r\n" +
              std::string(0x200000, 'x') + "\r\n0\r\n\r\n",
          "413"}
  );
  CAPTURE(row.name);
  CHECK(converse(running, row.request).starts_with("HTTP/1.1 " + row.status));
  const auto after =
      converse(running, "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(after.starts_with("HTTP/1.1 200"));
}

TEST_CASE("A client that expects to be told to go on is told") {
  const Running running;
  Client client(running);
  client.say(
      "PUT /v1/receivers/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      "Expect: 100-continue\r\nContent-Length: 19\r\n\r\n"
  );
  CHECK(client.read_head().starts_with("HTTP/1.1 100"));
  client.say(R"({"scenario":"full"})");
  CHECK(client.read_all().starts_with("HTTP/1.1 200"));
}

TEST_CASE("The token is needed but for probes") {
  ServerOptions options;
  options.admission.token = "s3cret";
  const Running running(std::move(options));
  const auto ask = [&](const std::string& path, const std::string& more) {
    return converse(
        running,
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + more + "\r\n"
    );
  };
  CHECK(ask("/livez", "").starts_with("HTTP/1.1 200"));
  const auto refused = ask("/v1/receivers", "");
  CHECK(refused.starts_with("HTTP/1.1 401"));
  CHECK(has(refused, "WWW-Authenticate: Bearer"));
  CHECK(ask("/nowhere", "").starts_with("HTTP/1.1 401"));
  CHECK(ask("/v1/receivers", "Authorization: Bearer s3cret\r\n").starts_with("HTTP/1.1 200"));
}

TEST_CASE("A waiting request is answered by the event it waits for") {
  Running running;
  Client client(running);
  client.say(
      "GET /v1/events?kind=note&wait=60s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
  );
  // Events of another kind wake it in vain; the last one is the one.
  for (int i = 0; i < 100; ++i) {
    journal::Event other;
    other.kind = journal::Kind::finding;
    running.world.record("default", other);
  }
  journal::Event note;
  note.kind = journal::Kind::note;
  note.text = "here I am";
  running.world.record("default", note);
  const auto text = client.read_all();
  CHECK(text.starts_with("HTTP/1.1 200"));
  CHECK(has(text, "here I am"));
}

TEST_CASE("A wait that is over is answered with an empty list") {
  const Running running;
  const auto text = converse(
      running,
      "GET /v1/events?kind=note&wait=1ms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
  );
  CHECK(has(text, "\"items\":[]"));
}

TEST_CASE("A waiting verdict is answered by the event that makes it certain") {
  Running running;
  Client client(running);
  client.say(question(R"({"expect":[{"check":"attempt-limit","at_most":1}],"wait":"10m"})"));
  // A later request that is answered: the question waits by now, and has its pauses between looks.
  const auto probe =
      converse(running, "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  REQUIRE(probe.starts_with("HTTP/1.1 200"));
  for (std::uint64_t i = 1; i <= 200; ++i) {
    offer(running.world, i, "r" + std::to_string(i) + "@x.test", 452);
  }
  offer(running.world, 201, "r7@x.test", 452);
  const auto text = client.read_all();
  CHECK(text.starts_with("HTTP/1.1 200"));
  CHECK(has(text, R"({"verdict":"fail")"));
}

TEST_CASE("A waiting verdict is answered when time decides it") {
  Running running;
  offer(running.world, 1, "a@x.test", 452);
  const auto text = converse(
      running, question(R"({"expect":[{"check":"retried","within":"200ms"}],"wait":"10m"})")
  );
  CHECK(has(text, R"({"verdict":"fail")"));
}

TEST_CASE("A verdict is answered as it stands when its wait is over") {
  const Running running;
  const auto text = converse(running, question(R"({"expect":[{"check":"retried"}],"wait":"1ms"})"));
  CHECK(has(text, R"({"verdict":"inconclusive")"));
}

TEST_CASE("Stopping answers a verdict that waits") {
  Running running;
  Client client(running);
  client.say("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.say(question(R"({"expect":[{"check":"retried"}],"wait":"60s"})"));
  CHECK(client.read_head().starts_with("HTTP/1.1 200"));
  running.server.stop();
  const auto answer = client.read_all();
  // Empty: the stop came before the question was read.
  CHECK((answer.find("HTTP/1.1") == std::string::npos || has(answer, "\"inconclusive\"")));
}

TEST_CASE("Stopping answers those who wait and leaves the idle") {
  Running running;
  Client idle(running);
  idle.say("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(idle.read_head().starts_with("HTTP/1.1 200"));
  Client waiting(running);
  // The second request is read only after the first was answered, so its wait has begun or its
  // stop is noticed before.
  waiting.say(
      "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
      "GET /v1/events?kind=note&wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n"
  );
  CHECK(waiting.read_head().starts_with("HTTP/1.1 200"));
  running.server.stop();
  // Both connections end; the one that waited has its answer, if its wait had begun.
  const auto answer = waiting.read_all();
  CHECK((answer.empty() || has(answer, "\"items\":[]")));
  CHECK(idle.read_all().empty());
}

TEST_CASE("More connections than allowed are turned away") {
  ServerOptions options;
  options.max_connections = 1;
  options.spare_connections = 1;
  const Running running(std::move(options));
  Client first(running);
  first.say("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(first.read_head().starts_with("HTTP/1.1 200"));
  {
    // The spare connection is held until the third has been turned away.
    const Client second(running);
    Client third(running);
    const auto text = third.read_all();
    CHECK(text.starts_with("HTTP/1.1 503"));
    CHECK(has(text, "\"too many connections to the control API\""));
  }
}

TEST_CASE("A spare connection answers a probe and nothing else") {
  ServerOptions options;
  options.max_connections = 1;
  const Running running(std::move(options));
  Client first(running);
  first.say("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(first.read_head().starts_with("HTTP/1.1 200"));
  const auto probe = converse(running, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(probe.starts_with("HTTP/1.1 200"));
  CHECK(has(probe, "Connection: close"));
  const auto other = converse(running, "GET /v1/receivers HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(other.starts_with("HTTP/1.1 503"));
  CHECK(has(other, "{\"errors\":[{\"at\":\"connections\""));
}

TEST_CASE("A client that hangs up ends its wait") {
  const Running running;
  Client client(running);
  client.say("GET /v1/events?kind=note&wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.socket.shutdown(tcp::socket::shutdown_send);
  std::string text;
  bool ended = false;
  asio::async_read(client.socket, asio::dynamic_buffer(text), [&ended](auto, std::size_t) {
    ended = true;
  });
  client.io.run_for(std::chrono::seconds(30));  // half the wait: only a failure takes so long
  REQUIRE(ended);
  CHECK(has(text, "\"items\":[]"));
}

TEST_CASE("An unknown method is named in its refusal") {
  const Running running;
  const auto text =
      converse(running, "FOO /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(text.starts_with("HTTP/1.1 405"));
  CHECK(has(text, "\"FOO is not possible here\""));
}

TEST_CASE("A port in use is an error that says so") {
  const Running running;
  World world;
  Server second({.address = "127.0.0.1:" + std::to_string(running.port)}, world.api);
  const auto started = second.start();
  REQUIRE_FALSE(started);
  CHECK(has(started.error().message, "cannot listen on 127.0.0.1:"));
  CHECK_FALSE(started.error().hint.empty());
}

TEST_CASE("Many clients that wait and leave do no harm") {
  Running running;
  for (int i = 0; i < 20; ++i) {
    Client client(running);
    client.say("GET /v1/events?kind=note&wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  const auto text =
      converse(running, "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(text.starts_with("HTTP/1.1 200"));
}

}  // namespace control
