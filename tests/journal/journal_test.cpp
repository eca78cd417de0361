#include "journal/journal.hpp"

#include <atomic>
#include <thread>

#include "support/catch.hpp"

namespace {

using journal::Event;
using journal::Filter;
using journal::Journal;
using journal::Kind;

constexpr base::WallTime kStart{};

Event event_of(std::string_view receiver, std::string text = {}) {
  Event event{.receiver = base::Name(receiver), .kind = Kind::note};
  event.text = std::move(text);
  return event;
}

std::vector<std::uint64_t> seqs(const journal::Page& page) {
  std::vector<std::uint64_t> out;
  for (const auto& event : page.events) out.push_back(event->seq);
  return out;
}

using Seqs = std::vector<std::uint64_t>;

TEST_CASE("sequence numbers count over all receivers and a read merges them") {
  Journal journal(kStart);
  for (const char* receiver : {"a", "b", "a", "c", "b", "a"}) journal.add(event_of(receiver));
  CHECK(seqs(journal.read({}, 0, 100)) == Seqs{1, 2, 3, 4, 5, 6});
  CHECK(seqs(journal.read({.receivers = {"a"}}, 0, 100)) == Seqs{1, 3, 6});
  CHECK(seqs(journal.read({.receivers = {"a", "c"}}, 1, 100)) == Seqs{3, 4, 6});
  CHECK(journal.last_seq() == 6);
}

TEST_CASE("a page says whether there is more and where to go on") {
  Journal journal(kStart);
  for (int i = 0; i < 5; ++i) journal.add(event_of(i % 2 == 0 ? "a" : "b"));
  const Filter a{.receivers = {"a"}};
  const auto first = journal.read(a, 0, 2);
  CHECK(seqs(first) == Seqs{1, 3});
  CHECK(first.more);
  const auto second = journal.read(a, first.last_seen, 2);
  CHECK(seqs(second) == Seqs{5});
  CHECK_FALSE(second.more);
  CHECK(second.last_seen == 5);
}

TEST_CASE("a read that finds nothing has still seen everything") {
  Journal journal(kStart);
  for (int i = 0; i < 5; ++i) journal.add(event_of("a"));
  const auto page = journal.read({.kinds = {Kind::reply}}, 2, 10);
  CHECK(page.events.empty());
  CHECK(page.last_seen == 5);
  CHECK(journal.read({}, 9, 10).last_seen == 9);
}

TEST_CASE("a read goes on beyond what one hold of the lock copies") {
  Journal journal(kStart);
  constexpr std::uint64_t many = 10'000;
  for (std::uint64_t i = 0; i < many; ++i) journal.add(event_of(i % 3 == 0 ? "a" : "b"));
  CHECK(journal.read({}, 0, many).events.size() == many);
  const auto last = journal.read({}, many - 1, 10);
  CHECK(seqs(last) == Seqs{many});
  CHECK(journal.read({.rules = {"none"}}, 0, 1).last_seen == many);
}

TEST_CASE("each member of a filter narrows and each item of a list widens") {
  Journal journal(kStart);
  Event reply = event_of("mx");
  reply.kind = Kind::reply;
  reply.stage = base::Stage::rcpt;
  reply.connection = 7;
  reply.code = 452;
  reply.rule = base::Name("full");
  reply.subject = "Joe@Example.test";
  journal.add(reply);
  journal.add(event_of("mx"));

  const struct {
    const char* name;
    Filter filter;
    std::size_t found;
  } rows[] = {
      {"everything", {}, 2},
      {"kind", {.kinds = {Kind::command, Kind::reply}}, 1},
      {"stage", {.stages = {base::Stage::rcpt}}, 1},
      {"another stage", {.stages = {base::Stage::mail}}, 0},
      {"connection", {.connections = {6, 7}}, 1},
      {"code", {.codes = {452}}, 1},
      {"rule", {.rules = {"full"}}, 1},
      {"glob", {.subject = "*@example.TEST"}, 1},
      {"glob of another", {.subject = "*@example.com"}, 0},
      {"both hold", {.kinds = {Kind::reply}, .codes = {452}}, 1},
      {"one does not hold", {.kinds = {Kind::reply}, .codes = {550}}, 0},
      {"no such receiver", {.receivers = {"other"}}, 0},
  };

  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(journal.read(row.filter, 0, 10).events.size() == row.found);
  }
}

TEST_CASE("a noisy receiver pushes out its own events only") {
  Journal journal(kStart, {.events = 3, .octets = 1'000'000});
  journal.add(event_of("quiet"));
  for (int i = 0; i < 10; ++i) journal.add(event_of("noisy"));
  CHECK(seqs(journal.read({}, 0, 100)) == Seqs{1, 9, 10, 11});
  CHECK(journal.dropped("noisy") == 7);
  CHECK(journal.dropped("quiet") == 0);
  CHECK(journal.dropped("unknown") == 0);
  CHECK(journal.read({}, 0, 100).dropped == 7);
  CHECK(journal.read({.receivers = {"quiet"}}, 0, 100).dropped == 0);
}

TEST_CASE("octets bound a ring as events do") {
  const std::size_t one = journal::footprint(event_of("mx", std::string(1000, 'x')));
  Journal journal(kStart, {.events = 1000, .octets = 3 * one});
  for (int i = 0; i < 5; ++i) journal.add(event_of("mx", std::string(1000, 'x')));
  CHECK(seqs(journal.read({}, 0, 10)) == Seqs{3, 4, 5});
  CHECK(journal.dropped("mx") == 2);
}

TEST_CASE("an event larger than all room is kept alone") {
  Journal journal(kStart, {.events = 1000, .octets = 2000});
  journal.add(event_of("mx"));
  journal.add(event_of("mx", std::string(5000, 'x')));
  CHECK(seqs(journal.read({}, 0, 10)) == Seqs{2});
  journal.add(event_of("mx"));
  CHECK(seqs(journal.read({}, 0, 10)) == Seqs{3});
}

TEST_CASE("clearing one receiver leaves the others and the numbers alone") {
  Journal journal(kStart, {.events = 1, .octets = 1'000'000});
  journal.add(event_of("a"));
  journal.add(event_of("a"));
  journal.add(event_of("b"));
  journal.clear("a");
  journal.clear("unknown");
  CHECK(seqs(journal.read({}, 0, 10)) == Seqs{3});
  CHECK(journal.dropped("a") == 0);
  CHECK(journal.add(event_of("a")) == 4);
}

TEST_CASE("the sink gets every event in order and the waker may use the journal") {
  Journal journal(kStart, {.events = 1, .octets = 1'000'000});
  Seqs sunk;
  Seqs woken;
  journal.set_sink([&](const Event& event) { sunk.push_back(event.seq); });
  journal.set_waker([&] { woken.push_back(journal.last_seq()); });
  for (int i = 0; i < 3; ++i) journal.add(event_of("mx"));
  CHECK(sunk == Seqs{1, 2, 3});
  CHECK(woken == Seqs{1, 2, 3});
}

// Catch2's assertions are for one thread only: the threads count what they see.
TEST_CASE("a reader never sees an event before one with a smaller number") {
  constexpr std::uint64_t each = 5'000;
  constexpr int writers = 3;
  Journal journal(kStart);
  std::uint64_t out_of_order = 0;
  journal.set_sink([&, next = std::uint64_t{1}](const Event& event) mutable {
    out_of_order += event.seq == next++ ? 0 : 1;
  });
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w) {
    threads.emplace_back([&journal, w] {
      for (std::uint64_t i = 0; i < each; ++i)
        journal.add(event_of(std::string(1, static_cast<char>('a' + w % 2))));
    });
  }
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&] {
      std::uint64_t after = 0;
      while (after < writers * each) {
        const auto page = journal.read({}, after, 64);
        for (const auto& event : page.events) wrong += event->seq == ++after ? 0 : 1;
        wrong += page.last_seen == after ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(out_of_order == 0);
  CHECK(journal.last_seq() == writers * each);
}

}  // namespace
