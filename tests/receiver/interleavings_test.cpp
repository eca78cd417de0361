// Random interleavings of transactions with everything that changes a receiver meanwhile: each
// reply must be what the rules and scenario as of its MAIL (its accept, before that) say at the
// phase and clock that its event names. Whoever says so here knows the journal alone, and decides
// by a reading of the rules that shares nothing with the program's.
#include <map>
#include <random>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "document/diagnostics.hpp"
#include "document/parse.hpp"
#include "support/catch.hpp"
#include "support/virtual_receiver.hpp"

using namespace std::chrono_literals;
using journal::Kind;
using test_support::VirtualClient;
using test_support::VirtualReceiver;

namespace interleavings {
namespace {

namespace json = boost::json;
using Random = std::mt19937_64;

constexpr std::size_t kWorlds = 1000;
constexpr std::size_t kSteps = 80;
constexpr std::array<std::string_view, 4> kStages = {"mail", "rcpt", "data", "message"};
constexpr std::array<std::string_view, 3> kPhases = {"quiet", "storm", "after"};

std::size_t below(Random& random, std::size_t n) {
  return static_cast<std::size_t>(random() % n);
}

// ---- what there is to play with

json::object random_rule(Random& random, std::string_view name) {
  json::object rule;
  rule["name"] = name;
  const auto stage = below(random, 20) == 0 ? std::string_view("ehlo") : kStages[below(random, 4)];
  rule["at"] = stage;
  rule["reply"] = fmt::format("45{} 4.3.{} {}", below(random, 3), below(random, 3), name);
  if (below(random, 3) == 0) rule["during"] = kPhases[below(random, 3)];
  if (below(random, 4) == 0) {
    const auto from = below(random, 100);
    rule["from"] = fmt::format("{}s", from);
    rule["until"] = fmt::format("{}s", from + 1 + below(random, 200));
  }
  if (below(random, 3) == 0 && stage != "ehlo") {
    rule["match"] = {{"sender", fmt::format("s{}@a.test", below(random, 2))}};
  }
  if (below(random, 3) == 0) rule["after"] = below(random, 3);
  switch (below(random, 3)) {
    case 0: rule["next"] = 1 + below(random, 3); break;
    case 1:
      rule["times"] = 1 + below(random, 2);
      rule["per"] = stage == "ehlo" ? "connection" : "sender";
      break;
    default: break;
  }
  return rule;
}

json::object random_scenario(Random& random, std::string_view name) {
  json::object out;
  out["name"] = name;
  json::array phases;
  const auto shift = below(random, 3);
  for (std::size_t i = 0; i < 1 + below(random, 3); ++i) {
    json::object phase{{"name", kPhases[(i + shift) % 3]}};
    phase["for"] = fmt::format("{}s", 1 + below(random, 120));
    phases.push_back(std::move(phase));
  }
  json::array rules;
  for (std::size_t i = 0; i < below(random, 5); ++i) {
    auto rule = random_rule(random, fmt::format("{}-{}", name, i));
    const auto during = rule.find("during");
    const bool known = during == rule.end() ||
                       std::any_of(phases.begin(), phases.end(), [&](const json::value& phase) {
                         return phase.at("name") == during->value();
                       });
    if (!known) rule.erase(during);
    rules.push_back(std::move(rule));
  }
  out["phase"] = std::move(phases);
  out["rule"] = std::move(rules);
  out["time"] = {{"scale", below(random, 2) == 0 ? 1 : 10}};
  return out;
}

// ---- a client that goes on by one step at a time

class Client {
 public:
  void step(VirtualReceiver& world, Random& random) {
    if (!end_ || !end_->open()) {
      end_ = world.connect();
      at_ = 0;
      return;
    }
    const auto answer = end_->send(next(random));
    const bool yes = answer.starts_with("2") || answer.starts_with("3");
    at_ = yes || at_ == 2 ? at_ + 1 : 1;
    // Refused or done: from MAIL again, mostly.
    if (at_ > 4) at_ = 1;
    if (!yes && at_ != 3) rset_ = true;
  }

 private:
  std::string next(Random& random) {
    if (below(random, 25) == 0) return "QUIT\r\n";
    if (std::exchange(rset_, false)) {
      at_ = 0;
      return "RSET\r\n";
    }
    switch (at_) {
      case 0: return "EHLO c.test\r\n";
      case 1: return fmt::format("MAIL FROM:<s{}@a.test>\r\n", below(random, 3));
      case 2: return fmt::format("RCPT TO:<r{}@b.test>\r\n", below(random, 3));
      case 3: return "DATA\r\n";
      default: return "Subject: x\r\n\r\nhello\r\n.\r\n";
    }
  }

  std::shared_ptr<VirtualClient> end_;
  std::size_t at_ = 0;  // 0 EHLO, 1 MAIL, 2 RCPT, 3 DATA, 4 the message
  bool rset_ = false;
};

// ---- what happened, told from the journal alone

struct Rule {
  std::string name, stage, during, sender, text;
  base::Micros from{0};
  std::optional<base::Micros> until{};
  std::uint64_t after = 0;
  std::optional<std::uint64_t> times{};
  std::string per{};

  explicit Rule(const json::object& written) {
    const auto get = [&](std::string_view key) {
      const auto found = written.find(key);
      return found == written.end() ? std::string() : std::string(found->value().as_string());
    };
    const auto number = [&](std::string_view key) {
      return written.at(key).to_number<std::uint64_t>();
    };
    const auto seconds = [&](std::string_view key) {
      return base::Micros(std::stoll(get(key)) * 1'000'000);
    };
    name = get("name");
    stage = get("at");
    during = get("during");
    text = get("reply");
    if (written.contains("match")) {
      sender = std::string(written.at("match").at("sender").as_string());
    }
    if (written.contains("from")) from = seconds("from");
    if (written.contains("until")) until = seconds("until");
    if (written.contains("after")) after = number("after");
    per = get("per").empty() ? "delivery" : get("per");
    if (stage == "mail" && per == "delivery") per = "sender";
    if (stage == "ehlo" && per == "delivery") per = "client";
    if (written.contains("times")) times = number("times");
    if (written.contains("next")) {
      times = number("next");
      per = "receiver";
    }
  }
};

// The rules in force, newest pushed first, and which counters they share.
struct Version {
  std::vector<Rule> rules;
  std::uint64_t generation = 0;
};

struct Count {
  std::uint64_t reached = 0, fired = 0;
};

class Reader {
 public:
  explicit Reader(const std::map<std::string, json::object>& scenarios) : scenarios_(scenarios) {}

  std::size_t replies = 0, decided = 0;

  void read(const journal::Event& event) {
    const auto kind = event.kind;
    if (kind == Kind::receiver) set_up(*event.setup);
    if (kind == Kind::recount) counts_[now_.generation].clear();
    if (kind == Kind::rule) pushed(event);
    if (kind == Kind::connected) talks_[event.connection].version = now_;
    if (kind == Kind::command && !event.flag) asked(event);
    if (kind == Kind::message) talks_[event.connection].stage = "message";
    if (kind == Kind::reply) replied(event);
  }

 private:
  struct Talk {
    Version version;
    std::string sender, pair, delivery;
    std::optional<std::string> stage;
  };

  // The same set-up with another scale is no new scenario.
  void set_up(const journal::Setup& setup) {
    auto said = setup.scenario;
    if (said == latest_scenario_) return;
    latest_scenario_ = said;
    ++now_.generation;
    now_.rules.clear();
    for (const auto& rule : scenarios_.at(said).at("rule").as_array()) {
      now_.rules.emplace_back(rule.as_object());
    }
  }

  void pushed(const journal::Event& event) {
    if (event.flag) {
      std::erase_if(now_.rules, [&](const Rule& rule) { return rule.name == event.subject; });
    } else {
      now_.rules.insert(now_.rules.begin(), Rule(json::parse(event.text).as_object()));
    }
  }

  void asked(const journal::Event& event) {
    Talk& talk = talks_[event.connection];
    talk.stage = std::string(base::name_of(*event.stage));
    if (*talk.stage == "mail") {
      talk.version = now_;
      talk.sender = event.subject;
    }
    if (*talk.stage != "rcpt") return;
    // Accepted deliveries are over, and the next of the same addresses is another.
    talk.pair = talk.sender + " " + event.subject;
    talk.delivery = talk.pair + " #" + std::to_string(accepted_[talk.pair]);
  }

  void replied(const journal::Event& event) {
    Talk& talk = talks_[event.connection];
    const auto stage = std::exchange(talk.stage, std::nullopt);
    if (!stage) return;
    ++replies;
    std::string expected;
    for (const Rule& rule : talk.version.rules) {
      if (rule.stage != *stage || !applies(rule, talk, event)) continue;
      if (!claims(rule, talk, event)) continue;
      expected = rule.name;
      break;
    }
    decided += expected.empty() ? 0 : 1;
    INFO("event " << event.seq << ", " << *stage << ", phase " << event.phase.view());
    REQUIRE(event.rule.view() == expected);
    if (*stage == "message" && event.code == 250) ++accepted_[talk.pair];
  }

  static bool applies(const Rule& rule, const Talk& talk, const journal::Event& event) {
    if (!rule.during.empty() && rule.during != event.phase.view()) return false;
    if (event.clock < rule.from || (rule.until && event.clock >= *rule.until)) return false;
    return rule.sender.empty() || rule.sender == talk.sender;
  }

  bool claims(const Rule& rule, const Talk& talk, const journal::Event& event) {
    std::string key;
    if (rule.per == "sender") key = talk.sender;
    if (rule.per == "delivery") key = talk.delivery;
    if (rule.per == "connection") key = std::to_string(event.connection);
    Count& count = counts_[talk.version.generation][rule.name + " " + key];
    ++count.reached;
    const bool fires = count.reached > rule.after && (!rule.times || count.fired < *rule.times);
    count.fired += fires ? 1 : 0;
    return fires;
  }

  const std::map<std::string, json::object>& scenarios_;
  std::string latest_scenario_;
  Version now_;
  std::map<std::uint64_t, Talk> talks_;
  std::map<std::uint64_t, std::map<std::string, Count>> counts_;
  std::map<std::string, std::uint64_t> accepted_;
};

// ---- one world

class World {
 public:
  explicit World(std::uint64_t seed)
      : random_(seed), world_("name='first'\n[[phase]]\nname='quiet'\n") {
    scenarios_["first"] = {{"rule", json::array{}}};
  }

  void play() {
    std::array<Client, 3> clients;
    for (std::size_t i = 0; i < kSteps; ++i) {
      if (below(random_, 4) > 0) {
        clients[below(random_, clients.size())].step(world_, random_);
      } else {
        change();
      }
    }
  }

  // How many replies were explained, and how many of them a rule had decided.
  std::pair<std::size_t, std::size_t> explain() {
    Reader reader(scenarios_);
    for (const auto& event : world_.events()) reader.read(*event);
    return {reader.replies, reader.decided};
  }

 private:
  void change() {
    auto& receiver = world_.receiver();
    const auto now = world_.now();
    switch (below(random_, 9)) {
      case 0: return put();
      case 1:
      case 2:
      case 3: return push();
      case 4: {
        const auto rules = receiver.edition()->rules();
        if (!rules.empty()) receiver.remove_rule(rules[below(random_, rules.size())].id, now);
        return;
      }
      case 5: return receiver.advance(std::chrono::seconds(below(random_, 60)), now);
      case 6: {
        receiver.enter_phase(kPhases[below(random_, 3)], now);
        return;
      }
      case 7:
        if (below(random_, 2) == 0) return receiver.rescale(below(random_, 2) == 0 ? 1 : 10, now);
        return receiver.reset_counters(now);
      default: return world_.advance(std::chrono::milliseconds(below(random_, 20'000)));
    }
  }

  void put() {
    const auto name = fmt::format("scenario{}", ++made_);
    scenarios_[name] = random_scenario(random_, name);
    auto loaded = scenario::load_json(json::serialize(scenarios_[name]), name);
    REQUIRE(loaded.ok());
    world_.receiver().use(
        std::make_shared<const scenario::Scenario>(std::move(*loaded.value)), world_.now()
    );
  }

  void push() {
    const auto written = random_rule(random_, fmt::format("pushed{}", ++made_));
    document::Diagnostics sink("rule");
    const auto node = document::parse_json(json::serialize(written), sink);
    REQUIRE(node);
    auto& receiver = world_.receiver();
    auto rule = scenario::load_rule(*node, *receiver.edition()->scenario, "unnamed", sink);
    // `during` may name a phase that the scenario in force does not have.
    if (rule) REQUIRE(receiver.push_rule(std::move(*rule), world_.now()));
  }

  Random random_;
  VirtualReceiver world_;
  std::map<std::string, json::object> scenarios_;
  std::size_t made_ = 0;
};

}  // namespace
}  // namespace interleavings

TEST_CASE("every reply is explained, whatever happens meanwhile", "[label:interleavings]") {
  std::size_t replies = 0;
  std::size_t decided = 0;
  for (std::size_t seed = 1; seed <= interleavings::kWorlds; ++seed) {
    INFO("seed " << seed);
    interleavings::World world(seed);
    world.play();
    const auto [some, of_these] = world.explain();
    replies += some;
    decided += of_these;
  }
  // Both ways it must have been put to the test.
  CHECK(decided > replies / 20);
  CHECK(replies - decided > replies / 4);
  CHECK(replies > 20 * interleavings::kWorlds);
}
