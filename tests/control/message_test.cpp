// Answers as bytes: what cannot be in them.
#include "control/message.hpp"

#include <sstream>
#include <string>

#include "support/catch.hpp"

namespace control {

namespace {

std::string bytes_of(const Response& response) {
  std::ostringstream out;
  out << to_message(response, Verb::get, 11, true);
  return out.str();
}

}  // namespace

TEST_CASE("A header value of several lines is no header", "[label:security]") {
  for (const std::string& end : {std::string("\r\n"), std::string("\n"), std::string("\r")}) {
    Response response;
    response.headers = {
        {"Allow", "GET"}, {"Location", "/x" + end + "Set-Cookie: a=b" + end + end + "<html>"}};
    const auto text = bytes_of(response);
    CAPTURE(text);
    CHECK(text.find("Allow: GET\r\n") != std::string::npos);
    CHECK(text.find("Set-Cookie") == std::string::npos);
    CHECK(text.find("<html>") == std::string::npos);
  }
}

TEST_CASE("An answer without content says nothing of it") {
  const auto text = bytes_of({.status = 204, .headers = {{"Allow", "GET, HEAD, OPTIONS"}}});
  CHECK(text.starts_with("HTTP/1.1 204 No Content\r\n"));
  CHECK(text.ends_with("\r\n\r\n"));
  CHECK(text.find("Content-") == std::string::npos);
}

TEST_CASE("No answer gives leave to other origins", "[label:security]") {
  const auto text = bytes_of({});
  CHECK(text.find("Access-Control") == std::string::npos);
  CHECK(text.find("Cache-Control: no-store\r\n") != std::string::npos);
}

}  // namespace control
