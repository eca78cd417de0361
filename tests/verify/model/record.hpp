// A plan as the receiver records it: events in order of time, and beside each attempt of the plan
// the events that showed it. From these the facts are told by `facts.hpp`, never from the tracker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/stage.hpp"
#include "journal/deliveries.hpp"
#include "verify/model/plan.hpp"

namespace verify::histories {

using Seq = std::uint64_t;
inline constexpr Seq kNever = ~Seq{0};

// One attempt of the plan. Sequence numbers say from which event on something is known.
struct Planned {
  journal::Scope scope = journal::Scope::client;
  std::uint64_t connection = 0;
  std::string client{}, sender{}, recipient{}, envid{}, message_id{};
  bool refused_at_rcpt = false;
  Micros begin{0}, mail{0}, end{0}, dripped_end{0};
  Micros waited{0},
      judge_waited{0};  // by the server for the client, before a connection's first MAIL
  Micros judge_begin{0}, judge_mail{0}, judge_end{0}, judge_dripped_end{0};
  journal::Outcome outcome = journal::Outcome::open;
  Reply reply{0, ""};
  // The attempt shows; has its recipient; its content; its outcome; all of its reply has left; the
  // client has read it.
  Seq shown = kNever, named = kNever, content = kNever, decided = kNever, sent = kNever,
      read = kNever;
  Seq gone = kNever;     // its connection has ended, and nobody had read the reply
  bool cut_off = false;  // by a reset, or by us
  Seq told = kNever;     // the refusal at the door, which counts only once the client has gone
};

struct Record {
  std::vector<journal::Event> events{};
  std::vector<Planned> attempts{};
};

enum class Ties { as_planned, swapped };

// All of it, uncut. `ties`: the order of events of different connections in the same microsecond.
[[nodiscard]] Record record(const Plan& plan, Ties ties = Ties::as_planned);

// The judge clock, as the integral of the scale.
[[nodiscard]] Micros judge_clock(const Plan& plan, Micros at);

// How many of the events there are before the record is cut.
[[nodiscard]] std::size_t kept_events(const Plan& plan, const Record& record);

}  // namespace verify::histories
