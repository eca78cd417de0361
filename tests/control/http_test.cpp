// Request targets, errors as JSON, and what a hint says.
#include "control/http.hpp"

#include <boost/json.hpp>

#include "support/catch.hpp"

namespace control {

TEST_CASE("A request target is taken apart and decoded") {
  Request request;
  REQUIRE(
      read_target("/v1/receivers/a%20b?rule=two+times&recipient=x%2B452%40a.test&rule=b", request)
  );
  CHECK(request.path == "/v1/receivers/a%20b");
  CHECK(request.segments == std::vector<std::string>{"v1", "receivers", "a b"});
  REQUIRE(request.query.size() == 3);
  CHECK(request.query[0].name == "rule");
  CHECK(request.query[0].value == "two times");
  CHECK(request.query[1].value == "x+452@a.test");
}

TEST_CASE("An empty query has no parameters") {
  Request request;
  REQUIRE(read_target("/livez?", request));
  CHECK(request.query.empty());
  REQUIRE(read_target("/livez?a=1&&b&", request));
  REQUIRE(request.query.size() == 2);
  CHECK(request.query[1].name == "b");
}

TEST_CASE("A request target that is no path is refused") {
  const auto target = GENERATE(
      as<std::string>{}, "", "*", "v1/events", "http://127.0.0.1/v1/events", "/a b", "/%zz"
  );
  CAPTURE(target);
  Request request;
  CHECK_FALSE(read_target(target, request));
}

TEST_CASE("A header is found whatever its letter case") {
  const Request request{.headers = {{"Host", "a"}, {"HOST", "b"}}};
  CHECK(request.header("host") == "a");
  CHECK_FALSE(request.header("accept"));
}

TEST_CASE("An error is answered with its status and every problem") {
  const ApiError error{
      Fault::invalid, {{"/a", "wrong", "mend it"}, {"/b", "\"quoted\"", ""}}, {{"Allow", "GET"}}};
  const auto response = to_response(error);
  CHECK(response.status == 422);
  CHECK(response.content_type == "application/json");
  REQUIRE(response.headers.size() == 1);
  const auto value = boost::json::parse(response.body);
  const auto expected = boost::json::parse(
      R"({"errors":[{"at":"/a","message":"wrong","hint":"mend it"},
          {"at":"/b","message":"\"quoted\"","hint":""}]})"
  );
  CHECK(value == expected);
}

TEST_CASE("A diagnostic says its place as line and column or as a pointer behind the prefix") {
  base::Diagnostic diagnostic;
  diagnostic.file = "x.toml";
  diagnostic.line = 3;
  diagnostic.column = 5;
  diagnostic.message = "m";
  diagnostic.hint = "h";
  CHECK(to_problem(diagnostic, "/scenario") == Problem{"x.toml:3:5", "m", "h"});
  diagnostic.line = 0;
  diagnostic.pointer = "/rule/0";
  CHECK(to_problem(diagnostic, "/scenario") == Problem{"/scenario/rule/0", "m", "h"});
  diagnostic.pointer = "";
  CHECK(to_problem(diagnostic, "") == Problem{"x.toml", "m", "h"});
}

TEST_CASE("A hint names the nearest word or else all") {
  CHECK(hint_for("limt", {"limit", "after"}) == "did you mean 'limit'?");
  CHECK(hint_for("zzz", {"limit", "after"}) == "there is: limit, after");
  CHECK(hint_for("zzz", {}).empty());
}

}  // namespace control
