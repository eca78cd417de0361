// Nothing that may be a credential is shown, wherever a client puts it.
#include "smtp/credentials.hpp"

#include <string_view>

#include "smtp/session.hpp"
#include "support/catch.hpp"

namespace {

struct Row {
  std::string_view line, shown;
};

}  // namespace

TEST_CASE("the credentials of AUTH are masked wherever they stand") {
  using namespace std::string_view_literals;
  const auto row = GENERATE(values<Row>({
      {"AUTH PLAIN AGEAYg==", "AUTH PLAIN ***"},
      {"auth  plain  AGEAYg== more", "auth plain ***"},
      {"AUTH\tPLAIN\tAGEAYg==", "AUTH PLAIN ***"},
      {" AUTH PLAIN AGEAYg==", "AUTH PLAIN ***"},
      {"AUTH LOGIN", "AUTH LOGIN"},
      {"AUTH LOGIN ", "AUTH LOGIN"},
      {"AUTH", "AUTH"},
      {"AUTH c2VjcmV0", "AUTH ***"},
      {"AUTH=PLAIN AGEAYg==", "AUTH***"},
      {"AUTHPLAIN AGEAYg==", "AUTH***"},
      {"AUTH PLAIN\0AGEAYg=="sv, "AUTH ***"},
      {"MAIL FROM:<a@b.test> AUTH=<>", "MAIL FROM:<a@b.test> AUTH=<>"},
      {"NOOP", "NOOP"},
      {"", ""},
  }));
  CAPTURE(row.line);
  CHECK(smtp::masked(row.line) == row.shown);
}

TEST_CASE("lines behind AUTH are masked until a command comes") {
  smtp::Session session{smtp::Profile{}};
  session.received("EHLO c.test\r\nAUTH LOGIN\r\ndXNlcg==\r\nc2VjcmV0\r\nNOOP\r\nc2VjcmV0\r\n");
  std::string shown;
  while (const auto question = session.next()) {
    shown += question->line + "|";
    session.answer(question->stage != base::Stage::auth);
  }
  CHECK(shown == "|EHLO c.test|AUTH LOGIN|***|***|NOOP|***|");
}
