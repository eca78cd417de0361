// Who may ask: Host header and bearer token.
#include "control/admission.hpp"

#include "support/catch.hpp"

namespace control {

TEST_CASE("The Host header must name this server", "[label:security]") {
  const Admission admission{.token = "", .hostname = "box", .hosts = {"failmx.test"}};
  using Row = std::pair<std::string, bool>;
  const auto row = GENERATE(
      Row{"127.0.0.1:8025", true},
      Row{"127.0.0.1", true},
      Row{"192.0.2.7:80", true},
      Row{"[::1]:8025", true},
      Row{"[::1]", true},
      Row{"localhost:8025", true},
      Row{"LOCALHOST", true},
      Row{"box:8025", true},
      Row{"failmx.test:8025", true},
      Row{"evil.example:8025", false},
      Row{"localhost.evil.example", false},
      Row{"127.0.0.1.evil.example:80", false},
      Row{"[evil]:80", false},
      Row{"[::1", false},
      Row{"[::1]evil.example", false},
      Row{"[::1]:1@evil.example", false},
      Row{"localhost:1@evil.example", false},
      Row{"localhost:80:evil.example", false},
      Row{"localhost:", true},
      Row{"", false},
      Row{":8025", false}
  );
  CAPTURE(row.first);
  CHECK(allows_host(admission, row.first) == row.second);
}

TEST_CASE("A server without a name of its own allows no empty host", "[label:security]") {
  CHECK_FALSE(allows_host({}, ""));
}

TEST_CASE("A request for another host is misdirected", "[label:security]") {
  const Request evil{.headers = {{"Host", "evil.example"}}};
  const auto error = turn_away({}, evil, false);
  REQUIRE(error);
  CHECK(error->fault == Fault::misdirected);
  CHECK(turn_away({}, Request{}, false)->fault == Fault::misdirected);
  CHECK_FALSE(turn_away({}, Request{.headers = {{"Host", "localhost"}}}, true));
}

TEST_CASE("Two Host headers are a bad request", "[label:security]") {
  const Request request{.headers = {{"Host", "localhost"}, {"host", "localhost"}}};
  const auto error = turn_away({}, request, false);
  REQUIRE(error);
  CHECK(error->fault == Fault::malformed);
}

TEST_CASE("A token must be borne where one is needed", "[label:security]") {
  const Admission admission{.token = "s3cret", .hostname = "", .hosts = {}};
  using Row = std::pair<std::string, bool>;
  const auto row = GENERATE(
      Row{"Bearer s3cret", true},
      Row{"bearer s3cret", true},
      Row{"Bearer s3cre", false},
      Row{"Bearer s3cretx", false},
      Row{"Bearer S3cret", false},
      Row{"Bearer ", false},
      Row{"s3cret", false},
      Row{"Basic s3cret", false},
      Row{"Digest s3cret", false},  // as long a word as Bearer
      Row{"", false}
  );
  CAPTURE(row.first);
  const Request request{.headers = {{"Host", "localhost"}, {"Authorization", row.first}}};
  CHECK(turn_away(admission, request, true).has_value() != row.second);
  CHECK_FALSE(turn_away(admission, request, false));
  if (!row.second) {
    const auto error = turn_away(admission, request, true);
    CHECK(error->fault == Fault::unauthorized);
    CHECK(error->headers.front().name == "WWW-Authenticate");
  }
}

TEST_CASE("A page of another site is turned away", "[label:security]") {
  const auto asked = [](Field header) {
    return turn_away(
        {}, Request{.headers = {{"Host", "localhost:8025"}, std::move(header)}}, false
    );
  };
  for (const auto* origin :
       {"http://evil.example", "null", "http://localhost", "http://192.0.2.7:8025"}) {
    CAPTURE(origin);
    const auto error = asked({"Origin", origin});
    REQUIRE(error);
    CHECK(error->fault == Fault::forbidden);
  }
  CHECK(asked({"Sec-Fetch-Site", "cross-site"}));
  CHECK_FALSE(asked({"Origin", "http://localhost:8025"}));
  CHECK_FALSE(asked({"Sec-Fetch-Site", "same-origin"}));
  CHECK_FALSE(asked({"Sec-Fetch-Site", "none"}));
}

}  // namespace control
