// Which events a ring has dropped, and what a reader that follows the journal is told of it.
#include "journal/losses.hpp"

#include <set>

#include <rapidcheck.h>

#include "journal/journal.hpp"
#include "support/catch.hpp"

namespace journal {

namespace {

Event event(std::string_view receiver) {
  Event out;
  out.receiver = base::Name(receiver);
  return out;
}

std::vector<std::uint64_t> numbers(const Stretch& stretch) {
  std::vector<std::uint64_t> out;
  for (const auto& one : stretch.events) out.push_back(one->seq);
  return out;
}

}  // namespace

TEST_CASE("what was dropped between two numbers is counted exactly") {
  CHECK(rc::check([] {
    const auto numbers =
        *rc::gen::container<std::set<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 40));
    Losses losses;
    for (const auto number : numbers) losses.add(number);
    const auto after = *rc::gen::inRange<std::uint64_t>(0, 45);
    const auto until = *rc::gen::inRange<std::uint64_t>(0, 45);
    std::uint64_t expected = 0;
    for (const auto number : numbers) {
      if (number > after && number <= until) ++expected;
    }
    const auto count = losses.between(after, until);
    RC_ASSERT(count.events == expected);
    RC_ASSERT_FALSE(count.at_least);
  }));
}

TEST_CASE("beyond the runs that are kept a count is a lower bound and says so") {
  Losses losses(2);
  for (const std::uint64_t number : {1, 3, 4, 6, 8}) losses.add(number);
  CHECK(losses.between(0, 8).events == 5);
  CHECK_FALSE(losses.between(0, 8).at_least);
  CHECK(losses.between(2, 8).events == 2);
  CHECK(losses.between(2, 8).at_least);
  CHECK(losses.between(4, 8).events == 2);
  CHECK_FALSE(losses.between(4, 8).at_least);
}

TEST_CASE("a reader that follows gets every event once and in order") {
  Journal journal(base::WallTime{});
  for (int i = 0; i < 10; ++i) journal.add(event(i % 3 == 0 ? "a" : "b"));
  const auto first = journal.follow({}, 0, 4);
  CHECK(numbers(first) == std::vector<std::uint64_t>{1, 2, 3, 4});
  CHECK(first.seen == 4);
  CHECK(first.more);
  const auto rest = journal.follow({}, 4, 100);
  CHECK(numbers(rest) == std::vector<std::uint64_t>{5, 6, 7, 8, 9, 10});
  CHECK_FALSE(rest.more);
  const auto of_a = journal.follow({.receivers = {"a"}}, 1, 2);
  CHECK(numbers(of_a) == std::vector<std::uint64_t>{4, 7});
  CHECK(of_a.seen == 7);
  CHECK(journal.follow({}, 10, 100).seen == 10);
}

TEST_CASE("a reader that follows is told of every event that it did not get") {
  CHECK(rc::check([] {
    Journal journal(base::WallTime{}, {.events = 5, .octets = 1 << 20});
    const auto wanted = *rc::gen::element<std::string>("", "a", "b");
    Filter filter;
    if (!wanted.empty()) filter.receivers = {wanted};
    std::uint64_t after = 0, added = 0, got = 0, lost = 0;
    const auto look = [&](std::size_t most) {
      const auto stretch = journal.follow(filter, after, most);
      for (const auto& one : stretch.events) RC_ASSERT(one->seq > after);
      after = stretch.seen;
      got += stretch.events.size();
      lost += stretch.lost;
      return stretch.more;
    };
    for (const auto step : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12))) {
      if (step >= 8) {
        look(static_cast<std::size_t>(step - 7));
        continue;
      }
      const std::string receiver = step < 5 ? "a" : "b";
      journal.add(event(receiver));
      if (wanted.empty() || wanted == receiver) ++added;
    }
    while (look(3)) {
    }
    RC_ASSERT(got + lost == added);
  }));
}

}  // namespace journal
