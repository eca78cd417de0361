// The store of received messages: its limits, what is found again, and what is complete.
#include "receiver/messages.hpp"

#include <string>

#include "support/catch.hpp"

namespace {

using receiver::KeptMessage;
using receiver::Messages;

KeptMessage message(std::uint64_t id, std::string content, std::uint64_t size) {
  smtp::Message arrived;
  arrived.size = size;
  arrived.content = std::move(content);
  return {
      .id = id,
      .connection = 1,
      .sender = "a@sender.test",
      .recipients = {"b@one.test", "c@two.test"},
      .message = std::make_shared<const smtp::Message>(std::move(arrived))};
}

KeptMessage message(std::uint64_t id, std::size_t octets = 10) {
  return message(id, std::string(octets, 'x'), octets);
}

std::vector<std::uint64_t> ids(const Messages::Page& page) {
  std::vector<std::uint64_t> out;
  for (const auto& one : page.messages) out.push_back(one.id);
  return out;
}

}  // namespace

TEST_CASE("messages are read page by page, by rising id") {
  Messages messages;
  for (const std::uint64_t id : {3, 7, 9}) messages.add(message(id));
  const auto first = messages.page(0, 2);
  CHECK(ids(first) == std::vector<std::uint64_t>{3, 7});
  CHECK(first.more);
  const auto second = messages.page(7, 2);
  CHECK(ids(second) == std::vector<std::uint64_t>{9});
  CHECK_FALSE(second.more);
  CHECK(messages.find(7)->sender == "a@sender.test");
  CHECK_FALSE(messages.find(8));
  CHECK_FALSE(messages.find(0));
}

TEST_CASE("the oldest messages make room and are counted") {
  SECTION("by number") {
    Messages messages({.messages = 2});
    for (const std::uint64_t id : {1, 2, 3}) messages.add(message(id));
    CHECK(ids(messages.page(0, 10)) == std::vector<std::uint64_t>{2, 3});
    CHECK(messages.counts().kept == 2);
    CHECK(messages.counts().dropped == 1);
  }
  SECTION("by octets") {
    Messages messages({.octets = 5000});
    for (const std::uint64_t id : {1, 2, 3, 4}) messages.add(message(id, 2000));
    CHECK(ids(messages.page(0, 10)) == std::vector<std::uint64_t>{3, 4});
    CHECK(messages.counts().dropped == 2);
    CHECK(messages.counts().octets <= 5000);
  }
  SECTION("a message larger than all room is kept alone") {
    Messages messages({.octets = 5000});
    messages.add(message(1));
    messages.add(message(2, 6000));
    CHECK(ids(messages.page(0, 10)) == std::vector<std::uint64_t>{2});
    messages.add(message(3));
    CHECK(ids(messages.page(0, 10)) == std::vector<std::uint64_t>{3});
  }
}

TEST_CASE("a message is stored only once it is said to be") {
  Messages messages;
  messages.add(message(5));
  CHECK_FALSE(messages.find(5)->stored);
  messages.mark_stored(4);
  messages.mark_stored(5);
  messages.mark_stored(6);
  CHECK(messages.find(5)->stored);
}

TEST_CASE("a message is complete when all of its content was captured") {
  Messages messages;
  messages.add(message(1, "whole", 5));
  messages.add(message(2, "cut", 5));
  auto headers_only = message(3, "", 5);
  messages.add(std::move(headers_only));
  CHECK(messages.find(1)->complete);
  CHECK_FALSE(messages.find(2)->complete);
  CHECK_FALSE(messages.find(3)->complete);
}

TEST_CASE("without content the header section is what is there") {
  KeptMessage kept;
  CHECK(kept.captured().empty());
  smtp::Message arrived;
  arrived.headers = "Subject: a\r\n";
  kept.message = std::make_shared<const smtp::Message>(arrived);
  CHECK(kept.captured() == "Subject: a\r\n");
  arrived.content = "Subject: a\r\n\r\nbody";
  kept.message = std::make_shared<const smtp::Message>(arrived);
  CHECK(kept.captured() == "Subject: a\r\n\r\nbody");
}

TEST_CASE("messages are found by sender and recipient") {
  Messages messages;
  messages.add(message(1));
  auto bounce = message(2);
  bounce.sender.clear();
  bounce.recipients = {"d@three.test"};
  messages.add(std::move(bounce));

  struct Row {
    const char* name;
    Messages::Filter filter;
    std::vector<std::uint64_t> found;
  };

  const Row rows[] = {
      {"all", {}, {1, 2}},
      {"sender", {.sender = "*@sender.test"}, {1}},
      {"null sender", {.sender = "<>"}, {2}},
      {"any recipient", {.recipient = "*@two.test"}, {1}},
      {"both", {.sender = "<>", .recipient = "b@*"}, {}},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(ids(messages.page(0, 10, row.filter)) == row.found);
  }
  const auto first = messages.page(0, 1, {.recipient = "*.test"});
  CHECK(first.more);
}

TEST_CASE("clearing forgets messages and what was dropped") {
  Messages messages({.messages = 1});
  messages.add(message(1));
  messages.add(message(2));
  messages.clear();
  CHECK(messages.page(0, 10).messages.empty());
  CHECK(messages.counts().kept == 0);
  CHECK(messages.counts().octets == 0);
  CHECK(messages.counts().dropped == 0);
}
