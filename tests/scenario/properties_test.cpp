// What must hold whatever the interleaving: the same seed and the same questions per key give the
// same outcomes.
#include <map>
#include <thread>

#include "asking.hpp"
#include <rapidcheck.h>

using asking::Asked;
using asking::loaded;
using scenario::Counters;

namespace {

constexpr std::string_view kRules = R"(
seed = 7
[[rule]]
name = "flaky"
at = "rcpt"
chance = 0.4
after = 1
times = 5
replies = ["451 4.3.0 a", "452 4.3.1 b"]
[[rule]]
name = "slow"
at = "rcpt"
per = "sender"
chance = 0.5
delay = ["1s", "5s"]
[[rule]]
name = "last"
at = "rcpt"
chance = 0.2
reply = "550 5.1.1 c"
)";

// One key's story: its questions, and what each was answered. Sender and recipient are the key's
// own.
std::string story(const scenario::Scenario& s, Counters& counters, int key) {
  const Asked asked{
      .sender = fmt::format("s{}@sender.test", key),
      .recipients = {fmt::format("r{}@receiver.test", key)},
  };
  const auto decision = asking::decide(s, counters, asked);
  std::string out;
  for (const auto& f : decision.fired) {
    out += fmt::format("{}#{}/{}:{:x} ", f.rule->name, f.nth, f.firing, f.draw);
  }
  const auto action = asking::act(decision, base::Stage::rcpt);
  return out + asking::shown(action.plan) + fmt::format(" {:x}\n", action.draw);
}

constexpr int kKeys = 24;
constexpr int kQuestions = 40;

using Stories = std::map<int, std::string>;

// Key k belongs to thread k % threads.
Stories stories_with(int threads) {
  const auto s = loaded(kRules);
  Counters counters;
  std::vector<Stories> parts(static_cast<std::size_t>(threads));
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (int i = 0; i < kQuestions; ++i) {
        for (int key = t; key < kKeys; key += threads) {
          parts[static_cast<std::size_t>(t)][key] += story(s, counters, key);
        }
      }
    });
  }
  for (auto& thread : running) thread.join();
  Stories all;
  for (auto& part : parts) all.merge(part);
  return all;
}

}  // namespace

TEST_CASE("one thread and eight make the same decisions") {
  const auto one = stories_with(1);
  CHECK(one.size() == kKeys);
  CHECK(stories_with(8) == one);
}

TEST_CASE("threads that share a key never get the same number") {
  Counters counters;
  std::vector<std::vector<std::uint64_t>> seen(4);
  std::vector<std::thread> running;
  for (auto& mine : seen) {
    running.emplace_back([&] {
      const std::vector<std::string> keys{"k"};
      for (int i = 0; i < 1000; ++i)
        mine.push_back(counters.claim({.rule = 0, .name = "r"}, keys).nth);
    });
  }
  for (auto& thread : running) thread.join();
  std::vector<std::uint64_t> all;
  for (const auto& mine : seen) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(all[i] == i + 1);
}

TEST_CASE("the interleaving of keys does not change any outcome") {
  const auto s = loaded(kRules);
  Stories alone;
  {
    Counters counters;
    for (int key = 0; key < 4; ++key) {
      for (int i = 0; i < kQuestions; ++i) alone[key] += story(s, counters, key);
    }
  }
  REQUIRE(rc::check("any order", [&](const std::vector<std::uint8_t>& order) {
    Counters counters;
    Stories mixed;
    for (const auto choice : order) mixed[choice % 4] += story(s, counters, choice % 4);
    for (const auto& [key, text] : mixed) {
      const auto& whole = alone[key];
      RC_ASSERT(text.size() > whole.size() || whole.substr(0, text.size()) == text);
    }
  }));
}
