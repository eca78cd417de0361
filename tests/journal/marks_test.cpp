// What Marks remembers of a receiver's past beside its attempts, and how it stays bounded.
#include "journal/marks.hpp"

#include "support/catch.hpp"

namespace {

using journal::Event;
using journal::Kind;
using journal::Marks;
using journal::Moment;

Event event(Kind kind, std::uint64_t seq) {
  Event out;
  out.kind = kind;
  out.seq = seq;
  out.at = std::chrono::seconds(seq);
  out.judge = std::chrono::seconds(seq * 10);
  return out;
}

Moment moment(std::uint64_t seq) {
  return {.at = std::chrono::seconds(seq), .judge = std::chrono::seconds(seq * 10), .seq = seq};
}

TEST_CASE("nothing is marked before the first event") {
  const Marks marks;
  CHECK(marks.first().seq == 0);
  CHECK(marks.last().seq == 0);
  CHECK(marks.setups().empty());
}

TEST_CASE("each mark is found with its moment") {
  Marks marks;
  Event setup = event(Kind::receiver, 3);
  setup.setup = std::make_shared<const journal::Setup>(journal::Setup{.scenario = "s"});
  Event advanced = event(Kind::advanced, 5);
  advanced.by = std::chrono::hours(1);
  Event offered = event(Kind::offered, 6);
  offered.subject = "r@y";
  Event dropped = event(Kind::dropped, 9);
  dropped.count = 4;
  for (const Event& each : {setup, advanced, offered, dropped, event(Kind::observed, 12)}) {
    marks.add(each);
  }
  REQUIRE(marks.setups().size() == 1);
  CHECK(marks.setups()[0].when == moment(3));
  CHECK(marks.setups()[0].setup->scenario == "s");
  REQUIRE(marks.advances().size() == 1);
  CHECK(marks.advances()[0].when == moment(5));
  CHECK(marks.advances()[0].by == std::chrono::hours(1));
  REQUIRE(marks.offers().size() == 1);
  CHECK(marks.offers()[0].when == moment(6));
  CHECK(marks.offers()[0].recipient == "r@y");
  REQUIRE(marks.losses().size() == 1);
  CHECK(marks.losses()[0].when == moment(9));
  CHECK(marks.losses()[0].count == 4);
  CHECK(marks.first() == moment(3));
  CHECK(marks.last() == moment(12));
}

TEST_CASE("beyond the bound the oldest offers go and count as lost") {
  Marks marks;
  for (std::uint64_t seq = 1; seq <= Marks::kMost; ++seq) marks.add(event(Kind::offered, seq));
  CHECK(marks.offers().size() == Marks::kMost);
  CHECK(marks.losses().empty());
  marks.add(event(Kind::offered, Marks::kMost + 1));
  REQUIRE(marks.losses().size() == 1);
  CHECK(marks.losses()[0].when.seq == Marks::kMost + 1);
  CHECK(marks.offers().size() + marks.losses()[0].count == Marks::kMost + 1);
  CHECK(marks.offers().front().when.seq == marks.losses()[0].count + 1);
  CHECK(marks.offers().back().when.seq == Marks::kMost + 1);
}

TEST_CASE("losses beyond the bound are added to the last one") {
  Marks marks;
  Event dropped = event(Kind::dropped, 1);
  dropped.count = 2;
  for (std::uint64_t seq = 1; seq <= Marks::kMost + 3; ++seq) {
    dropped.seq = seq;
    marks.add(dropped);
  }
  CHECK(marks.losses().size() == Marks::kMost);
  CHECK(marks.losses().back().count == 8);
  CHECK(marks.losses().back().when.seq == Marks::kMost + 3);
}

}  // namespace
