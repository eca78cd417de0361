// The HTTP server among clients that mean it harm: none of them gets further than it should, and
// the server goes on.
#include <chrono>
#include <string>
#include <vector>

#include "control/running.hpp"
#include "support/catch.hpp"

namespace control {

TEST_CASE("Hostile requests are refused and the server goes on", "[label:security]") {
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

// Who trickles a request keeps a connection for as long as patience lasts, and gets no answer.
TEST_CASE("A request that does not come is not waited for", "[label:security]") {
  const Running running({.patience = std::chrono::milliseconds(50)});

  struct Row {
    std::string name, begun;
  };

  const auto row = GENERATE(
      Row{"nothing", ""},
      Row{"slow headers", "GET /livez HTTP/1.1\r\nHost: local"},
      Row{"slow body",
          "PUT /v1/receivers/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\n\r\n{\"scen"},
      Row{"a body that is waited for in vain",
          "PUT /v1/receivers/x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
          "Content-Length: 40\r\n\r\n"}
  );
  CAPTURE(row.name);
  const auto text = converse(running, row.begun);
  CHECK((text.empty() || text == "HTTP/1.1 100 Continue\r\n\r\n"));
}

TEST_CASE("A deeply nested body is refused and the server goes on", "[label:security]") {
  const Running running;
  const std::string body(400'000, '[');
  const auto text = converse(running, question(body));
  CHECK(text.starts_with("HTTP/1.1 400"));
  CHECK(has(text, "deep"));
}

TEST_CASE("Another origin gets no leave", "[label:security]") {
  const Running running;
  const auto text = converse(
      running,
      "OPTIONS /v1/receivers/x HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
      "Access-Control-Request-Method: PUT\r\n\r\n"
      "GET /v1/receivers HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
      "Connection: close\r\n\r\n"
  );
  CHECK(text.starts_with("HTTP/1.1 403"));
  CHECK_FALSE(has(text, "HTTP/1.1 2"));
  CHECK_FALSE(has(text, "Access-Control"));
}

TEST_CASE("The token is needed but for probes", "[label:security]") {
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

TEST_CASE("More connections than allowed are turned away", "[label:security]") {
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

TEST_CASE("A spare connection answers a probe and nothing else", "[label:security]") {
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

}  // namespace control
