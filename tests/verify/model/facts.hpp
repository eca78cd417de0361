// What can be known of a plan from its record: the attempts that showed, which deliveries they make
// up, which of these cannot be told apart. Slow and plain; shares no code with the tracker.
#pragma once

#include <string>
#include <vector>

#include "verify/model/record.hpp"

namespace verify::histories {

using journal::Outcome;
using journal::Scope;

struct Fact {
  std::size_t id = 0;  // from 1, in the order in which they showed
  std::size_t delivery = 0;
  Scope scope = Scope::client;
  Outcome outcome = Outcome::open;
  Micros begin{0}, mail{0}, end{0};
  Micros waited{0},
      judge_waited{0};  // by the server for the client, before a connection's first MAIL
  Micros judge_begin{0}, judge_mail{0}, judge_end{0};
  std::uint64_t connection = 0;
  std::string client{}, sender{}, recipient{}, envid{}, message_id{}, key{};
  Reply reply{0, ""};
  bool refused_at_rcpt = false;
  bool read = false;                   // accepted, and the client knows
  bool gone = false, cut_off = false;  // its connection has ended; by force
  Seq last_seen = 0;                   // of what tells about it

  // Of a connection that was kept waiting, its first command.
  [[nodiscard]] Micros set_out() const { return judge_begin + judge_waited; }

  [[nodiscard]] bool failed() const {
    return outcome == Outcome::deferred || outcome == Outcome::lost;
  }
};

struct Mail {
  std::size_t id = 0;
  std::string key{};
  std::vector<Fact> attempts{};  // by their beginning
  Outcome state = Outcome::open;
  bool ambiguous = false;

  [[nodiscard]] bool resolved() const {
    return state == Outcome::accepted || state == Outcome::rejected;
  }
};

// A message offered by the harness, in both times.
struct Heard {
  Micros at{0}, judge{0};
  std::string recipient{};
};

struct World {
  Micros now{0}, judge_now{0};
  bool over = true;
  int scale = 1;
  std::vector<std::pair<Micros, int>> scales{};  // since when, on the judge clock
  Micros slack{0};
  bool unique = false;
  std::vector<Fact> attempts{};  // by their beginning
  std::vector<Mail> mails{};
  std::vector<std::pair<Micros, Micros>> advances{};  // on the judge clock, and how far
  std::vector<Heard> offers{};
  Seq last_loss = 0;  // 0: nothing was lost
};

// As of the first `events` of the record.
[[nodiscard]] World world(const Plan& plan, const Record& record, std::size_t events);

// As of where the plan cuts it.
[[nodiscard]] World world(const Plan& plan, const Record& record);

}  // namespace verify::histories
