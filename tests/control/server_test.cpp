// The HTTP server over real sockets on a free port: what only sockets can show. Handlers are tested
// without them.
#include "control/server.hpp"

#include <chrono>
#include <thread>

#include "control/mail.hpp"
#include "control/running.hpp"
#include "support/catch.hpp"

namespace control {

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
