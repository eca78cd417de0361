// A scenario as the program uses it: immutable, validated, compiled. Made by load.hpp, read by
// decide.hpp. Values only; share it as shared_ptr<const Scenario> between threads.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.hpp"
#include "base/stage.hpp"
#include "base/time.hpp"
#include "scenario/match.hpp"
#include "smtp/reply.hpp"
#include "smtp/session.hpp"
#include "verify/expectation.hpp"
#include "wire/handshake.hpp"
#include "wire/plan.hpp"

namespace scenario {

struct Phase {
  std::string name;
  std::optional<base::Duration> lasts;  // receiver clock; nullopt: until told otherwise
};

// What a counter counts by.
enum class Key : std::uint8_t {
  delivery,
  recipient,
  recipient_domain,
  sender,
  sender_domain,
  client,
  client_24,
  connection,
  receiver
};

[[nodiscard]] std::string_view name_of(Key key);  // "client/24"

// When on the receiver clock a rule applies: from <= t < until, and with `every`, the same within
// each period.
struct Window {
  base::Duration from{0};
  std::optional<base::Duration> until;
  std::optional<base::Duration> every;

  [[nodiscard]] bool contains(base::Duration t) const;

  // For a `t` it contains: how long until it is over; nullopt: never.
  [[nodiscard]] std::optional<base::Duration> left(base::Duration t) const;
};

// One thing a rule does, in order. `reply`: index into Rule::replies is taken from the firing
// count; healthy: the server's own reply; op: anything else.
struct Step {
  enum class Kind : std::uint8_t { op, reply, healthy_reply, accept, note, withhold, handshake };
  Kind kind = Kind::op;
  wire::Op op{};                       // kind op
  std::vector<smtp::Reply> replies{};  // kind reply: one per firing, the last one stays
  std::string text{};                  // kind note, withhold (a keyword)
  bool flag = false;                   // kind accept: true stores or advances, false does not
  wire::Handshake handshake{};         // kind handshake
};

struct Rule {
  std::size_t id = 0;  // unique among the rules that share counters; from 1
  std::string name;
  base::Stage stage = base::Stage::rcpt;
  Match match;
  std::vector<std::size_t> during;  // phase indexes; empty: any phase
  Window window;
  std::uint64_t after = 0;  // the first `after` numbers pass
  std::optional<std::uint64_t> times;
  Key per = Key::delivery;
  double chance = 1.0;
  bool early = false;  // at auth: acts on the AUTH command itself, before any credentials
  std::vector<Step> steps;
  bool decides = false;  // holds an action whose row says so
  bool close_after_421 = true;
  std::string written{};  // the rule as a JSON object, in the vocabulary of scenario files
};

// What is kept of the messages that arrive.
enum class Capture : std::uint8_t { all, headers, none };

struct Scenario {
  std::string name;
  std::string summary;
  std::string source;
  std::vector<std::string> tags;
  std::uint64_t seed = 1;
  smtp::Profile profile;
  base::Duration idle_timeout = std::chrono::minutes(5);  // real time
  Capture capture = Capture::all;
  wire::Handshake handshake{};                  // of every TLS connection, unless a rule changes it
  std::vector<base::IpNetwork> xclient_from{};  // clients that are offered XCLIENT
  bool triggers = false;                        // addresses such as a+452-4.3.1@any.test are obeyed
  double scale = 1.0;
  bool wire_scaled = false;  // delays of rules run on the simulated clock
  base::Duration slack = std::chrono::milliseconds(250);
  std::vector<std::string> delivery_key{"sender", "recipient"};
  bool delivery_unique = false;
  std::vector<Phase> phases;  // never empty: a scenario without phases has one without a name
  std::vector<Rule> rules;    // in file order
  std::vector<verify::Expectation> expectations{};
  std::string expect{};  // the same as a JSON array, for the journal; empty: none
  // Per stage the indexes of its rules in file order: filled by index_rules, read by decide.
  std::array<std::vector<std::size_t>, base::kStageNames.size()> rules_at{};
};

// Fills rules_at, and numbers the rules that have no id: for whoever builds or changes a scenario
// by hand. The loader has done it.
void index_rules(Scenario& scenario);

using ScenarioPtr = std::shared_ptr<const Scenario>;

// Which phase holds at receiver time `t` when the first began at 0, and when it began and ends
// (nullopt: never).
struct PhaseAt {
  std::size_t index = 0;
  base::Duration began{0};
  std::optional<base::Duration> ends;
};

[[nodiscard]] PhaseAt phase_at(const Scenario& scenario, base::Duration t);

}  // namespace scenario
