// Which rules act at a question, and what they make of the healthy reply. Deterministic in its
// arguments: a draw comes from (seed, rule, key, n), and n is claimed atomically, so threads and
// time do not matter. Thread-safe: Counters lock themselves, everything else is const.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.hpp"
#include "base/stage.hpp"
#include "base/time.hpp"
#include "scenario/considerations.hpp"
#include "scenario/counters.hpp"
#include "scenario/model.hpp"
#include "smtp/session.hpp"
#include "wire/handshake.hpp"
#include "wire/plan.hpp"

namespace scenario {

// One recipient as a rule may see it.
struct Target {
  std::string_view recipient;
  std::string_view delivery_key;  // stable for one delivery
  std::uint32_t attempt = 0;      // of that delivery, from 1
  const std::vector<smtp::Parameter>* parameters = nullptr;
};

struct Query {
  base::Stage stage = base::Stage::connect;
  const smtp::Envelope* envelope = nullptr;  // at mail it does not hold the new sender yet
  std::string_view sender{};                 // known from mail on; the null sender is empty
  bool has_sender = false;
  std::vector<Target> targets{};  // at rcpt the one in hand; at data and message all accepted ones
  const std::vector<smtp::Parameter>* parameters = nullptr;  // of MAIL (mail) or RCPT (rcpt)
  std::string_view ehlo{};                                   // at ehlo the new one
  base::IpAddress client{};
  std::uint64_t connection = 0;
  bool tls = false;                        // the connection is encrypted
  std::string_view auth_user{};            // at auth the one claimed, later who has logged in
  bool auth_begins = true;                 // at auth: rules that act early are asked
  bool auth_ends = true;                   // at auth: rules that do not are asked
  std::uint64_t size = 0;                  // declared at mail (0: not declared), real at message
  const smtp::Message* message = nullptr;  // at message
  base::Duration receiver_time{0};
  std::size_t phase = 0;
  base::Duration phase_left{0};  // receiver clock, until the phase ends; 0: it has no end
};

struct Fired {
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
  const Rule* rule = nullptr;    // lives in the scenario, or in Decision::trigger
  std::size_t index = kNoIndex;  // in Scenario::rules; kNoIndex: an address trigger
  std::uint64_t nth = 0;
  std::uint64_t draw = 0;
  std::uint64_t firing = 0;  // 0 for the first time it fired for this key
};

// The adding rules in order, then the deciding one if any. Empty: behave as the healthy server.
struct Decision {
  std::vector<Fired> fired{};
  std::shared_ptr<const Rule> trigger{};  // keeps alive the rule made from a trigger address
  std::string near_trigger{};  // why an address that looks like a trigger is none; at rcpt only
  // Receiver clock, until the deciding rule's window or its phase ends; nullopt: not known.
  std::optional<base::Duration> retry_after{};

  [[nodiscard]] const Fired* deciding() const {
    return !fired.empty() && fired.back().rule->decides ? &fired.back() : nullptr;
  }
};

// With `considered`, also what became of every rule that was asked.
[[nodiscard]] Decision decide(
    const Scenario& scenario,
    const Query& query,
    Counters& counters,
    Considerations* considered = nullptr
);

// What decide() would say now. Counts nothing.
[[nodiscard]] Decision foresee(
    const Scenario& scenario,
    const Query& query,
    const Counters& counters,
    Considerations* considered = nullptr
);

// The values of placeholders at this question.
struct Placeholders {
  std::string_view recipient{};
  std::string_view sender{};
  std::string_view client{};
  std::string_view hostname{};
  std::uint64_t connection = 0;
  std::uint32_t attempt = 0;
  std::string_view auth_user{};
};

// What the decision makes of `normal`: the plan to play, the reply as planned, and whether it
// closes. plan.commit and positive differ where a rule lies: "250" yet discarded is positive
// without a commit, "451" yet stored commits without being positive.
struct Action {
  wire::Plan plan{};    // commit is set when the question is accepted (or the message stored)
  smtp::Reply reply{};  // as planned; code 0: none is sent
  // The wire says yes (without a reply: it was accepted): the protocol goes on as after the healthy
  // reply.
  bool positive = false;
  std::vector<std::string> notes{};
  std::vector<std::string> withheld{};         // at ehlo: keywords that are not offered
  std::optional<wire::Handshake> handshake{};  // at starttls: instead of the scenario's
  std::uint64_t draw = 0;
};

// `wire_scale`: real delays are the written ones divided by this (1 unless the scenario scales wire
// time).
[[nodiscard]] Action act(
    const Decision& decision,
    const smtp::Reply& normal,
    base::Stage stage,
    const Placeholders& values,
    double wire_scale
);

}  // namespace scenario
