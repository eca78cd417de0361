// Query parameters: what is read, and that everything wrong is reported at once.
#include "control/query.hpp"

#include <array>

#include "support/catch.hpp"

namespace control {

namespace {

constexpr std::array kKnown = {
    ParameterDoc{"limit", "N", ""},
    ParameterDoc{"kind", "KIND", ""},
    ParameterDoc{"wait", "D", ""}};

Request asked(std::string_view query) {
  Request request;
  REQUIRE(read_target("/x?" + std::string(query), request));
  return request;
}

}  // namespace

TEST_CASE("A parameter that is left out has its default") {
  const auto request = asked("");
  Query query(request, kKnown);
  CHECK(query.number("limit", 1000, 1, 10) == 1000);
  CHECK(query.duration("wait", std::chrono::seconds(60)).count() == 0);
  CHECK_FALSE(query.text("kind"));
  CHECK_FALSE(query.error());
}

TEST_CASE("Lists are repeated or separated by commas") {
  const auto request = asked("kind=a,c&kind=b&limit=1,2&limit=3");
  Query query(request, kKnown);
  CHECK(query.choices("kind", {"a", "b", "c"}) == std::vector<std::size_t>{0, 2, 1});
  CHECK(query.numbers("limit", 10) == std::vector<std::uint64_t>{1, 2, 3});
  CHECK_FALSE(query.error());
}

TEST_CASE("Every wrong parameter is reported with a hint") {
  const auto request = asked("limt=3&limit=0&kind=reply,replay&wait=2h");
  Query query(request, kKnown);
  (void)query.number("limit", 1000, 1, 10);
  (void)query.choices("kind", {"reply", "command"});
  (void)query.duration("wait", std::chrono::seconds(60));
  const auto error = query.error();
  REQUIRE(error);
  CHECK(error->fault == Fault::invalid);
  const std::vector<Problem> expected = {
      {"?limt", "unknown query parameter 'limt'", "did you mean 'limit'?"},
      {"?limit", "'0' is not a number from 1 to 10", "the default is 1000"},
      {"?kind", "'replay' is no kind", "did you mean 'reply'?"},
      {"?wait", "'2h' is longer than 1m", "ask again when it is over"},
  };
  CHECK(error->problems == expected);
}

TEST_CASE("A number is nothing but digits within its range") {
  const auto text =
      GENERATE(as<std::string>{}, "", "-1", "1x", "%2B1", "0x1", "11", "99999999999999999999999");
  CAPTURE(text);
  const auto request = asked("limit=" + text);
  Query query(request, kKnown);
  CHECK(query.number("limit", 7, 1, 10) == 7);
  CHECK(query.error());
}

TEST_CASE("A single parameter given twice is refused") {
  const auto request = asked("limit=1&limit=2");
  Query query(request, kKnown);
  (void)query.number("limit", 7, 1, 10);
  REQUIRE(query.error());
  CHECK(query.error()->problems.front().message == "'limit' is given twice");
}

}  // namespace control
