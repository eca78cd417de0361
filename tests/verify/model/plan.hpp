// What a sender is going to do, and what it is told: the known truth of a random history. Visits of
// clients, each with transactions that say in plain words what becomes of them. Values only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace verify::histories {

using base::Micros;

struct Reply {
  std::uint16_t code = 250;  // 0: none, the connection is broken instead
  std::string enhanced{};
};

struct Target {
  std::string recipient{};
  Reply reply{};
};

// How a transaction ends once some recipient was accepted.
enum class Finish {
  answered,    // `data` or `dot` is the reply
  gone,        // the client leaves by itself before DATA
  gone_held,   // the client leaves while the reply to the end of data is held back
  broken_off,  // the connection is broken in place of the reply to the end of data
};

struct Transfer {
  Micros began{0};  // first octet of MAIL
  Micros at{0};     // MAIL is taken up
  Micros step{0};   // between a question and its reply, and from there to the next question
  std::string sender{}, envid{};
  Reply mail{};
  bool pipelined = false;  // the recipients come although MAIL is refused
  std::vector<Target> targets{};
  Reply data{354, ""}, dot{250, ""};
  Finish finish = Finish::answered;
  std::string message_id{};
  Micros held{0};     // before the reply to the end of data
  Micros dripped{0};  // until that reply is out as a whole
  bool kept = false;  // stored whatever the reply says
};

enum class Door { opens, greeting, ehlo, ehlo_then_helo, breaks, full };
enum class Farewell { quit, leaves, resets };

struct Visit {
  std::string client{};
  Micros at{0};
  Micros step{0};
  Door door = Door::opens;
  Reply refusal{};  // of a door that does not open
  std::vector<Transfer> transfers{};
  Farewell farewell = Farewell::quit;
  bool unseen = false;  // all its events are lost
};

struct Advance {
  Micros at{0}, by{0};
};

struct Offer {
  Micros at{0};
  std::string recipient{};
};

struct Rescale {
  Micros at{0};
  int scale = 1;
};

struct Plan {
  std::uint64_t seed = 0;
  int scale = 1;  // whole, so that the judge clock is exact
  Micros slack{250'000};
  bool unique = false;
  std::vector<std::string> key{"sender", "recipient"};
  std::vector<Visit> visits{};
  std::vector<Advance> advances{};
  std::vector<Offer> offers{};
  std::vector<Rescale> rescales{};
  double cut = 1;     // this part of the events is all there is
  Micros watched{0};  // after the last event
  bool over = true;
};

// The instant at which a transaction has its last word, and whether the connection ended with it.
struct End {
  Micros at{0};
  bool connection = false;
};

[[nodiscard]] End end_of(const Transfer& transfer);

// The instant from which a connection may have its first MAIL.
[[nodiscard]] Micros ready(const Visit& visit);

// The same seed, the same plan.
[[nodiscard]] Plan random_plan(std::uint64_t seed);

// For people.
[[nodiscard]] std::string in_words(const Plan& plan);

}  // namespace verify::histories
