// Replies: writing, reading, what is odd about one, and the registry of enhanced codes.
#include "smtp/reply.hpp"

#include <string>
#include <vector>

#include "smtp/registry.hpp"
#include "support/catch.hpp"

using smtp::make_reply;
using smtp::parse_reply;

namespace {

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a reply is written with code and enhanced code and text") {
  CHECK(make_reply(452, "4.3.1", "Mail system full").wire == "452 4.3.1 Mail system full\r\n");
  CHECK(make_reply(250, "", "Ok").wire == "250 Ok\r\n");
  CHECK(make_reply(354, "", "").wire == "354\r\n");
  CHECK(make_reply(250, "2.0.0", "").wire == "250 2.0.0\r\n");
}

TEST_CASE("a reply is positive below 400 and permanent from 500") {
  CHECK(make_reply(354, "", "").positive());
  CHECK_FALSE(make_reply(421, "", "").positive());
  CHECK_FALSE(make_reply(452, "", "").permanent());
  CHECK(make_reply(500, "", "").permanent());
}

TEST_CASE("a written reply is read") {
  struct Row {
    const char* name;
    Lines lines;
    std::uint16_t code;
    std::string enhanced;
    std::string wire;
  };

  const std::vector<Row> rows = {
      {"one line", {"452 4.3.1 Mail system full"}, 452, "4.3.1", "452 4.3.1 Mail system full\r\n"},
      {"no enhanced code", {"431 Mail system full."}, 431, "", "431 Mail system full.\r\n"},
      {"just the code", {"452"}, 452, "", "452\r\n"},
      {"code and space", {"452 "}, 452, "", "452 \r\n"},
      {"several lines",
       {"431-mx.test ESMTP", "431 full"},
       431,
       "",
       "431-mx.test ESMTP\r\n431 full\r\n"},
      {"a bare code before others",
       {"250", "250 2.0.0 Ok"},
       250,
       "2.0.0",
       "250-\r\n250 2.0.0 Ok\r\n"},
      {"the last line gives the code",
       {"452-4.3.1 a", "550 5.1.1 b"},
       550,
       "5.1.1",
       "452-4.3.1 a\r\n550 5.1.1 b\r\n"},
      {"an earlier line gives the enhanced code",
       {"431-4.3.1 a", "431 b"},
       431,
       "4.3.1",
       "431-4.3.1 a\r\n431 b\r\n"},
      {"a number that is no enhanced code",
       {"452 #4.3.1 queue full"},
       452,
       "",
       "452 #4.3.1 queue full\r\n"},
      {"class 3 is no enhanced code", {"452 3.3.1 x"}, 452, "", "452 3.3.1 x\r\n"},
      {"four digits are no enhanced code", {"452 4.3.1234 x"}, 452, "", "452 4.3.1234 x\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto reply = parse_reply(row.lines);
    REQUIRE(reply);
    CHECK(reply->code == row.code);
    CHECK(reply->enhanced == row.enhanced);
    CHECK(reply->wire == row.wire);
  }
}

TEST_CASE("a reply that cannot be sent is an error that quotes it") {
  struct Row {
    const char* name;
    Lines lines;
    std::string message;
  };

  const std::vector<Row> rows = {
      {"no lines", {}, "no lines"},
      {"empty", {""}, "does not start with a code"},
      {"a word", {"banana"}, "'banana'"},
      {"two digits", {"45 x"}, "does not start with a code"},
      {"first digit 1", {"150 x"}, "does not start with a code"},
      {"first digit 6", {"650 x"}, "does not start with a code"},
      {"a letter in the code", {"4x2 full"}, "does not start with a code"},
      {"four digits", {"4521 x"}, "has '1' behind its code"},
      {"a colon", {"452: x"}, "has ':' behind its code"},
      {"open end", {"452-full"}, "the last line"},
      {"end in the middle", {"452 full", "452 really"}, "is not the last one"},
      {"LF inside", {"452 a\nb"}, "'452 a\\nb' contains CR, LF or NUL"},
      {"CR inside", {"452 a\rb"}, "contains CR, LF or NUL"},
      {"NUL inside", {std::string("452 a\0b", 7)}, "contains CR, LF or NUL"},
      {"long", {"452 " + std::string(4093, 'x')}, "longer than 4096"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto reply = parse_reply(row.lines);
    REQUIRE_FALSE(reply);
    CAPTURE(reply.error().message);
    CHECK(reply.error().message.find(row.message) != std::string::npos);
  }
  CHECK(parse_reply(Lines{"452 " + std::string(4092, 'x')}));
}

TEST_CASE("odd replies are legal but told") {
  struct Row {
    const char* name;
    Lines lines;
    std::vector<std::string> notes;  // a part of each
  };

  const std::vector<Row> rows = {
      {"nothing odd", {"452 4.3.1 Mail system full"}, {}},
      {"no enhanced code", {"550 no"}, {}},
      {"any code goes with X.0.0", {"554 5.0.0 no"}, {}},
      {"the registry leaves X.2.1 open", {"550 5.2.1 disabled"}, {}},
      {"any 5yz goes with X.7.17", {"550 5.7.17 new owner"}, {}},
      {"unlisted pair", {"455 4.2.2 full"}, {"does not list 455 with 4.2.2 (it has 552)"}},
      {"unlisted but seen", {"452 4.2.2 full"}, {}},
      {"not registered but seen", {"451 4.7.500 busy"}, {}},
      {"seen with the other class", {"452 5.2.2 full"}, {"classes of 452 and 5.2.2 differ"}},
      {"unregistered enhanced code", {"421 4.7.500 busy"}, {"4.7.500 is not an enhanced code"}},
      {"classes differ", {"550 4.3.1 full"}, {"classes of 550 and 4.3.1 differ"}},
      {"permanent system full",
       {"554 5.3.1 full"},
       {"5.3.1 is permanent", "does not list 554 with 5.3.1"}},
      {"permanent system full as seen", {"550 5.3.1 full"}, {}},
      {"441", {"441 full"}, {"441 is not a code of RFC 5321"}},
      {"431 is seen", {"431-4.3.1 full", "431 full"}, {}},
      {"mixed codes", {"452-a", "550 b"}, {"different codes"}},
      {"long line", {"452 " + std::string(507, 'x')}, {"513 octets"}},
      {"longest line", {"452 " + std::string(506, 'x')}, {}},
      {"not ASCII", {"452 voll\xC3\xA9"}, {"outside ASCII"}},
      {"a code of an extension", {"556 5.1.10 null MX"}, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto reply = parse_reply(row.lines);
    REQUIRE(reply);
    const auto notes = smtp::oddities(*reply);
    CAPTURE(notes);
    REQUIRE(notes.size() == row.notes.size());
    for (std::size_t i = 0; i < notes.size(); ++i)
      CHECK(notes[i].find(row.notes[i]) != std::string::npos);
  }
}

TEST_CASE("the text of a reply is its lines joined by LF") {
  CHECK(smtp::text_of(make_reply(452, "4.3.1", "full")) == "452 4.3.1 full");
  CHECK(smtp::text_of(*parse_reply(Lines{"431-a", "431 b"})) == "431-a\n431 b");
}

TEST_CASE("registered pairs follow class and code") {
  CHECK(smtp::is_registered_pair(452, "4.3.1"));
  CHECK(smtp::is_registered_pair(451, "4.7.24"));
  CHECK(smtp::is_registered_pair(471, "4.7.15"));
  CHECK(smtp::is_registered_pair(250, "2.1.0"));
  CHECK_FALSE(smtp::is_registered_pair(452, "5.3.1"));
  CHECK_FALSE(smtp::is_registered_pair(451, "4.3.1"));
  CHECK_FALSE(smtp::is_registered_pair(550, "5.99.1"));
  CHECK_FALSE(smtp::is_registered_pair(450, "4.7.17"));
  CHECK_FALSE(smtp::is_registered_pair(550, "nonsense"));
}
