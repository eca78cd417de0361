// Messages: header fields, body hash, captured content, octets that need an extension.
#include "smtp/intake.hpp"

#include <string>
#include <vector>

#include <rapidcheck.h>

#include "smtp/headers.hpp"
#include "support/catch.hpp"

using smtp::Intake;
using smtp::Message;
using namespace std::string_literals;

namespace {

std::shared_ptr<const Message> take(
    std::string_view content, std::size_t piece, std::size_t capture = 1000, std::uint64_t limit = 0
) {
  Intake intake;
  intake.begin(capture, limit);
  while (!content.empty()) {
    intake.add(content.substr(0, piece));
    content.remove_prefix(std::min(piece, content.size()));
  }
  return intake.finish();
}

std::string hash_of(std::string_view content) {
  return take(content, 1 << 20)->body_hash;
}

}  // namespace

TEST_CASE("header fields are found and unfolded") {
  const Message message{
      .headers =
          "Received: one\r\nsubject:  folded\r\n  over \r\n\tlines \r\nX-A : "
          "spaced\r\nX-A:\r\nreceived: two\r\n"
          "not a field\r\nX-Bare: lf\nX-B: b\n"};
  CHECK(message.header("Received") == std::vector<std::string>{"one", "two"});
  CHECK(message.header("SUBJECT") == std::vector<std::string>{"folded  over \tlines"});
  CHECK(message.header("x-a") == std::vector<std::string>{"spaced", ""});
  CHECK(message.header("x-bare") == std::vector<std::string>{"lf"});
  CHECK(message.header("x-b") == std::vector<std::string>{"b"});
  CHECK(message.header("none").empty());
  CHECK(message.header("").empty());
}

TEST_CASE("a header search stops at the empty line and at its maximum") {
  std::string section;
  for (int i = 0; i < 150; ++i) section += "X: y\r\n more\r\n";
  CHECK(Message{.headers = section}.header("X").size() == 100);
  CHECK(Message{.headers = section}.header("X").back() == "y more");
  CHECK(smtp::header_values("A: 1\r\n\r\nA: 2\r\n", "A").size() == 1);
}

TEST_CASE("the message identifier is what stands in brackets") {
  CHECK(smtp::message_id_of("Message-ID: <1@b.test>\r\n") == "1@b.test");
  CHECK(smtp::message_id_of("MESSAGE-id:\r\n <1@b.test> (comment)\r\n") == "1@b.test");
  CHECK(smtp::message_id_of("Message-ID: bare@b.test\r\n") == "bare@b.test");
  CHECK(smtp::message_id_of("Message-ID: <open@b.test\r\n") == "open@b.test");
  CHECK(smtp::message_id_of("Subject: x\r\n").empty());
}

TEST_CASE("the body begins behind the first empty line") {
  struct Row {
    const char* name;
    std::string content;
    std::string headers;
    std::string body;  // what is hashed
  };

  const std::vector<Row> rows = {
      {"header and body", "A: b\r\n\r\nbody\r\n", "A: b\r\n", "body\r\n"},
      {"no body", "A: b\r\n\r\n", "A: b\r\n", ""},
      {"no empty line", "A: b\r\nC: d\r\n", "A: b\r\nC: d\r\n", "A: b\r\nC: d\r\n"},
      {"no header", "\r\nbody\r\n", "", "body\r\n"},
      {"bare LF", "A: b\n\nbody\n", "A: b\n", "body\n"},
      {"empty lines in the body", "A: b\r\n\r\n\r\nx\r\n\r\n", "A: b\r\n", "\r\nx\r\n\r\n"},
      {"CR CR LF is not empty",
       "A: b\r\n\r\r\nx\r\n",
       "A: b\r\n\r\r\nx\r\n",
       "A: b\r\n\r\r\nx\r\n"},
      {"nothing", "", "", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    for (const std::size_t piece : {1U, 2U, 3U, 1000U}) {
      const auto message = take(row.content, piece);
      CHECK(message->headers == row.headers);
      // A body alone is hashed as it is: it has no empty line in front of it.
      CHECK(message->body_hash == take("\r\n" + row.body, 1000)->body_hash);
      CHECK(message->size == row.content.size());
      CHECK(message->content == row.content);
    }
  }
}

TEST_CASE("the body hash is XXH3-128 in canonical hexadecimal") {
  // The published value for no input.
  CHECK(hash_of("A: b\r\n\r\n") == "xxh3:99aa06d3014798d86001c324468d497f");
  CHECK(hash_of("A: b\r\n\r\nx") != hash_of("A: b\r\n\r\ny"));
  CHECK(hash_of("A: b\r\n\r\nx") == hash_of("A: c\r\nD: e\r\n\r\nx"));
}

TEST_CASE("captured content and headers are bounded") {
  const std::string content = "A: b\r\n\r\n" + std::string(100, 'x');
  CHECK(take(content, 7, 20)->content == content.substr(0, 20));
  CHECK(take(content, 7, 0)->content.empty());
  const auto long_header = "A: " + std::string(100000, 'h');
  for (const std::size_t piece : {5000U, 200000U}) {
    const auto message = take(long_header + "\r\n\r\nbody", piece);
    CHECK((message->headers == long_header.substr(0, Message::kMaxHeaders)));
    CHECK(message->body_hash == hash_of("\r\nbody"));
  }
}

TEST_CASE("headers of exactly the maximum keep their last line end") {
  for (const std::size_t beyond : {0U, 1U, 2U, 3U, 4U}) {
    auto header = "A: " + std::string(Message::kMaxHeaders - 3 - 4 + beyond, 'h') + "\r\n";
    const auto expected = header.substr(0, Message::kMaxHeaders);
    for (const std::size_t piece : {1000U, 200000U}) {
      CHECK((take(header + "\r\nbody", piece)->headers == expected));
    }
  }
}

TEST_CASE("a message over its limit is counted and hashed but not kept") {
  const std::string content = "A: b\r\n\r\n" + std::string(100, 'x');
  const auto over = take(content, 7, 1000, content.size() - 1);
  CHECK(over->over_size);
  CHECK(over->content.empty());
  CHECK(over->size == content.size());
  CHECK(over->body_hash == hash_of(content));
  CHECK_FALSE(take(content, 7, 1000, content.size())->over_size);
}

TEST_CASE("NUL and 8-bit octets are counted wherever they stand") {
  const bool holds = rc::check([] {
    const auto octet = rc::gen::weightedElement<char>(
        {{20, 'a'}, {1, '\0'}, {1, '\x01'}, {1, '\x7F'}, {1, '\x80'}, {1, '\xFF'}, {1, '\x81'}}
    );
    const auto body = *rc::gen::container<std::string>(octet);
    const auto header = *rc::gen::container<std::string>(octet);
    const auto piece = *rc::gen::inRange<std::size_t>(1, 40);
    const auto content = "H" + header + "\r\n\r\n" + body;
    Intake intake;
    intake.begin(0, 0);
    for (std::size_t i = 0; i < content.size(); i += piece)
      intake.add(std::string_view(content).substr(i, piece));
    const auto eight_bit = [](const std::string& text) {
      return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x80;
      }));
    };
    RC_ASSERT(
        intake.nuls() ==
        static_cast<std::uint64_t>(std::count(content.begin(), content.end(), '\0'))
    );
    RC_ASSERT(intake.eight_bit().headers == eight_bit(header));
    RC_ASSERT(intake.eight_bit().body == eight_bit(body));
  });
  REQUIRE(holds);
}
