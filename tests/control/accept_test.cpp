// The Accept header: which form of an answer a client gets.
#include "control/accept.hpp"

#include <array>

#include "support/catch.hpp"

namespace control {

TEST_CASE("Accept chooses the form that is liked best") {
  constexpr std::array<std::string_view, 3> kForms = {
      "application/json", "text/plain", "application/xml"};

  struct Row {
    std::string accept;
    int form;  // -1: none
  };

  const auto row = GENERATE(
      Row{"", 0},
      Row{"*/*", 0},
      Row{"text/plain", 1},
      Row{"TEXT/Plain; charset=utf-8", 1},
      Row{"text/*", 1},
      Row{"application/*", 0},
      Row{"application/xml, text/plain;q=0.5", 2},
      Row{"text/plain;q=0.5, application/xml;q=0.51", 2},
      Row{"text/plain ; q=0.9 , */*;q=0.1", 1},
      Row{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 2},
      Row{"application/json;q=0, */*", 1},
      Row{"*/*;q=0", -1},
      Row{"text/plain;q=0", -1},
      Row{"image/png", -1},
      Row{"*/*;q=1, text/*;q=0.2, application/*;q=0.3", 0},
      Row{"text/plain;title=\"a,b;q=0\"", 1},
      Row{"text/plain;q=2", 1},
      Row{"text/plain;q=x", 1},
      Row{",,;;,text/plain", 1},
      Row{"nonsense", 0},
      Row{"\"", 0},
      Row{"text/plain;q=0.5;q=\"", 1}
  );
  CAPTURE(row.accept);
  Request request;
  if (!row.accept.empty()) request.headers = {{"accept", row.accept}};
  const auto found = preferred(request, kForms);
  CHECK((found ? static_cast<int>(*found) : -1) == row.form);
}

TEST_CASE("Several Accept headers count as one list") {
  constexpr std::array<std::string_view, 2> kForms = {"application/json", "text/plain"};
  Request request;
  request.headers = {{"Accept", "application/json;q=0.1"}, {"Accept", "text/plain"}};
  CHECK(preferred(request, kForms) == 1U);
}

}  // namespace control
