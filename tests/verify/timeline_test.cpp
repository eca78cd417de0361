// The snapshot that checks look at: order, gaps, excuses, clocks, and what is missing.
#include "verify/timeline.hpp"

#include "support/catch.hpp"
#include "verify/senders.hpp"

using namespace std::chrono_literals;
using namespace verify::testing;
using base::Micros;
using verify::Clock;
using verify::Timeline;

namespace {

class Snapshot {
 public:
  explicit Snapshot(World& world, bool over = true) {
    for (const auto& event : world.past()) account_.add(event);
    const auto& last = account_.marks.last();
    timeline_.emplace(account_, verify::Now{.at = last.at, .judge = last.judge, .over = over});
  }

  const Timeline* operator->() const { return &*timeline_; }

  const Timeline& operator*() const { return *timeline_; }

 private:
  journal::Account account_{};
  std::optional<Timeline> timeline_{};
};

std::vector<std::int64_t> gaps_in_seconds(const Timeline& timeline) {
  std::vector<std::int64_t> seconds;
  for (const auto& gap : timeline.gaps(timeline.stories()[0])) {
    seconds.push_back(
        std::chrono::round<std::chrono::seconds>(gap.to->begin - gap.from->end).count()
    );
  }
  return seconds;
}

}  // namespace

TEST_CASE("gaps are those behind failures") {
  World world(rule("at = 'rcpt'\ntimes = 2\nper = 'receiver'\nreply = '452 4.3.1 no'"));
  Sender(world).deliver({}, {5s, 7s});
  world.wait(9s);
  Sender(world).attempt({});  // a copy, behind an acceptance
  const Snapshot timeline(world);
  REQUIRE(timeline->stories().size() == 1);
  CHECK(gaps_in_seconds(*timeline) == std::vector<std::int64_t>{5, 7});
  const auto gaps = timeline->gaps(timeline->stories()[0]);
  CHECK(gaps[0].number == 1);
  CHECK(gaps[1].number == 2);
  CHECK(timeline->stories()[0].resolved());
}

TEST_CASE("attempts that overlap have no gap between them") {
  World world(deferring(9));
  Line open(world);
  open.greeting();
  open.hello();
  open.mail({});
  world.wait(5s);
  Sender(world).attempt({});  // begins and ends while the first one is open
  world.wait(5s);
  open.rcpt("r@receiver.test");
  open.leave(Goodbye::quit);
  world.wait(3s);
  Sender(world).attempt({});
  const Snapshot timeline(world);
  CHECK(gaps_in_seconds(*timeline) == std::vector<std::int64_t>{3});
}

TEST_CASE("an attempt still open begins no gap") {
  World world(deferring(1));
  Sender(world).attempt({});
  world.wait(5s);
  Line open(world);
  open.greeting();
  open.hello();
  open.mail({});
  open.rcpt("r@receiver.test");
  const Snapshot timeline(world);
  CHECK(timeline->anything_open());
  CHECK(gaps_in_seconds(*timeline) == std::vector<std::int64_t>{5});
  CHECK_FALSE(timeline->stories()[0].resolved());
}

TEST_CASE("a gap is excused by 452 4.5.3 and by no other 452") {
  for (const bool excused : {true, false}) {
    World world(deferring(1, excused ? "452 4.5.3" : "452 4.5.1"));
    Sender(world).deliver({}, {5s});
    world.wait(5s);
    const Snapshot timeline(world);
    const auto gap = timeline->gaps(timeline->stories()[0]).at(0);
    CHECK(timeline->excuse(gap) == (excused ? "it followed 452 4.5.3" : ""));
  }
}

TEST_CASE("a gap is excused by a failed connection of the same client inside") {
  const std::string client = GENERATE(as<std::string>{}, "192.0.2.1", "192.0.2.9");
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'down'\nat = 'connect'\nafter = 1\ntimes = 1\nper = 'receiver'\n"
      "reply = '421 4.3.2 no'\n"
      "[[rule]]\nname = 'full'\nat = 'rcpt'\ntimes = 1\nreply = '452 4.3.1 no'\n"
  );
  Sender sender(world);
  sender.attempt({});
  world.wait(2s);
  Sender(world, {.client = client}).attempt({});
  world.wait(2s);
  CHECK(sender.attempt({}) == 250);
  const Snapshot timeline(world);
  const auto gap = timeline->gaps(timeline->stories()[0]).at(0);
  CHECK(timeline->excuse(gap).empty() == (client != "192.0.2.1"));
}

TEST_CASE("a gap is excused by an injection within a second of its end") {
  struct Row {
    const char* name;
    base::Duration before;  // from the deferral to the injection
    base::Duration after;   // and on to the retry
    const char* client;
    bool excused;
  };

  const auto row = GENERATE(
      Row{"just before", 3s, 500ms, "192.0.2.1", true},
      Row{"a second and more before", 3s, 1100ms, "192.0.2.1", false},
      Row{"from another client", 3s, 500ms, "192.0.2.2", false}
  );
  INFO(row.name);
  World world(rule("at = 'rcpt'\ntimes = 1\nmatch = { recipient = 'r@*' }\nreply = '452 4.3.1 no'")
  );
  Sender(world).attempt({});
  world.wait(row.before);
  Sender(world, {.client = row.client}).attempt({.to = {"new@x.test"}});
  world.wait(row.after);
  CHECK(Sender(world).attempt({}) == 250);
  const Snapshot timeline(world);
  const auto gap = timeline->gaps(timeline->stories()[0]).at(0);
  CHECK(timeline->excuse(gap).empty() != row.excused);
}

TEST_CASE("an injection after the gap's end excuses it for a second") {
  World world(rule("at = 'rcpt'\ntimes = 1\nmatch = { recipient = 'r@*' }\nreply = '452 4.3.1 no'")
  );
  Sender(world).deliver({}, {3s});
  const bool in_time = GENERATE(true, false);
  {
    const Snapshot early(world);
    CHECK_FALSE(early->excuse_settled(early->gaps(early->stories()[0]).at(0)));
  }
  world.wait(in_time ? 900ms : 1100ms);
  Sender(world).attempt({.to = {"new@x.test"}});
  const Snapshot timeline(world);
  const auto gap = timeline->gaps(timeline->stories()[0]).at(0);
  CHECK(timeline->excuse(gap).empty() != in_time);
  world.wait(1s);
  const Snapshot late(world);
  CHECK(late->excuse_settled(late->gaps(late->stories()[0]).at(0)));
}

TEST_CASE("an injection before the failure excuses nothing") {
  World world(rule("at = 'rcpt'\ntimes = 1\nmatch = { recipient = 'r@*' }\nreply = '452 4.3.1 no'")
  );
  Sender(world).attempt({.to = {"new@x.test"}});
  Sender(world).deliver({}, {300ms});
  const Snapshot timeline(world);
  for (const auto& story : timeline->stories()) {
    for (const auto& gap : timeline->gaps(story)) CHECK(timeline->excuse(gap).empty());
  }
}

TEST_CASE("rows of attempts are found by client and sender and recipient and domain") {
  World world(
      "name = 't'\n"
      "[[rule]]\nname = 'down'\nat = 'connect'\ntimes = 1\nreply = '421 4.3.2 no'\n"
      "[[rule]]\nname = 'mail'\nat = 'mail'\ntimes = 1\nreply = '451 4.3.2 no'\n"
  );
  Sender sender(world);
  sender.attempt({});
  sender.attempt({});
  sender.attempt({.to = {"R@Receiver.TEST"}});
  const Snapshot timeline(world);
  CHECK(timeline->attempts().size() == 3);
  CHECK(timeline->of_client("192.0.2.1").size() == 3);
  CHECK(timeline->host_failures("192.0.2.1").size() == 1);
  CHECK(timeline->of_sender("a@sender.test").size() == 2);
  CHECK(timeline->to_recipient("R@receiver.test").size() == 1);
  CHECK(timeline->to_domain("receiver.TEST").size() == 1);
  CHECK(timeline->of_client("192.0.2.9").empty());
  CHECK(timeline->of_sender("b@sender.test").empty());
  CHECK(timeline->to_recipient("other@receiver.test").empty());
}

TEST_CASE("on the receiver clock a time has its advances in it") {
  World world(deferring(9));
  Sender(world).attempt({});
  world.wait(10s);
  world.advance(1h);
  world.wait(10s);
  world.advance(2h);
  world.wait(10s);
  const Snapshot timeline(world);
  const Micros now = timeline->now().judge;
  CHECK(timeline->time(Clock::judge, now) == now);
  CHECK(timeline->time(Clock::receiver, now) == now + 3h);
  CHECK(timeline->time(Clock::receiver, now - Micros(15s)) == now - Micros(15s) + 1h);
  CHECK(timeline->time(Clock::receiver, now - Micros(25s)) == now - Micros(25s));
  CHECK(timeline->judge_time(Clock::receiver, now + 3h) == now);
  CHECK(timeline->judge_time(Clock::judge, now) == now);
}

TEST_CASE("an advance between two instants is seen") {
  World world(deferring(9));
  Sender(world).attempt({});
  world.wait(10s);
  world.advance(1h);
  world.wait(10s);
  const Snapshot timeline(world);
  const Micros now = timeline->now().judge;
  CHECK(timeline->advanced_between(now - Micros(11s), now));
  CHECK_FALSE(timeline->advanced_between(now - Micros(9s), now));
  CHECK_FALSE(timeline->advanced_between(Micros(0), now - Micros(11s)));
}

TEST_CASE("slack and real times follow the scale on the judge clock") {
  World world("name = 't'\n[time]\nscale = 60\nslack = '500ms'\n");
  const Snapshot timeline(world);
  CHECK(timeline->scale() == 60);
  CHECK(timeline->slack(Micros(0)) == 500ms);
  CHECK(timeline->judge_slack(Micros(0), Micros(0)) == 30s);
  CHECK(timeline->judged(1s, Micros(0)) == 60s);
}

TEST_CASE("an offer is found by recipient or domain and not before its time") {
  World world(kHealthy);
  world.wait(5s);
  world.offered("R@X.test");
  const Snapshot timeline(world);
  CHECK(timeline->offer("R@x.TEST", false, Micros(0)) != nullptr);
  CHECK(timeline->offer("other@x.test", false, Micros(0)) == nullptr);
  CHECK(timeline->offer("other@x.test", true, Micros(0)) != nullptr);
  CHECK(timeline->offer("R@x.test", false, Micros(6s)) == nullptr);
}

TEST_CASE("the same message is proven by Message-ID or ENVID or promise") {
  using verify::Attempt;
  const verify::Story plain;
  const verify::Story promised{.unique = true};
  Attempt a, b;
  CHECK_FALSE(plain.proven_same(a, b));
  CHECK(promised.proven_same(a, b));
  a.body_hash = b.body_hash = "same";
  CHECK_FALSE(plain.proven_same(a, b));
  a.message_id = b.message_id = "<1@s>";
  CHECK(plain.proven_same(a, b));
  b.message_id = "<2@s>";
  CHECK_FALSE(plain.proven_same(a, b));
  a.envid = b.envid = "Q1";
  CHECK(plain.proven_same(a, b));
}
