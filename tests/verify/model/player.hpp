// Plays one visit of a plan: the one place that knows which event follows which within a
// connection, and what each attempt comes to.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "verify/model/record.hpp"

namespace verify::histories {

using base::Stage;
using journal::Event;
using journal::Kind;
using journal::Outcome;
using journal::Scope;

// One connection. Sequence numbers are places in `events` until all are sorted.
class Player {
 public:
  Player(const Plan& plan, const Visit& visit, std::uint64_t connection, Record& out)
      : plan_(plan), visit_(visit), connection_(connection), out_(out) {}

  void play();

 private:
  Seq add(Kind kind, Micros at) {
    Event event;
    event.kind = kind;
    event.at = at;
    event.connection = connection_;
    out_.events.push_back(std::move(event));
    return out_.events.size() - 1;
  }

  Event& event(Seq seq) { return out_.events[seq]; }

  Seq command(Stage stage, Micros at, const std::string& subject = "", Micros began = Micros(0));
  Seq reply(Stage stage, Micros at, const Reply& said);
  Seq ended(journal::Ending ending, Micros at, bool held = false);
  void door_refuses();
  bool transfer(const Transfer& plan, bool first);
  bool mail_refused(const Transfer& plan, Planned base);
  bool recipients(const Transfer& plan, const Planned& base);
  bool content(const Transfer& plan);
  bool answered(const Transfer& plan);
  void decide_taken(Seq seq, Micros at, const Reply& said, Outcome outcome);
  void lose_taken(Seq seq, const Reply& said);
  void farewell();
  void went_on(Seq seq, Micros began);

  Planned& attempt(std::size_t i) { return out_.attempts[i]; }

  const Plan& plan_;
  const Visit& visit_;
  std::uint64_t connection_;
  Record& out_;
  Micros now_{0};
  // By the server for the client, up to the reply to EHLO.
  Micros waited_{0}, judge_waited_{0};
  void client_waits(Micros from, Micros until);
  bool over_ = false;
  std::size_t transaction_ = 0;        // its first attempt
  std::vector<std::size_t> taken_{};   // attempts whose recipient was accepted, undecided
  std::vector<std::size_t> unread_{};  // accepted attempts
};

}  // namespace verify::histories
