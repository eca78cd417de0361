// Attempts and deliveries, computed from events alone: live for the rules' counters and the API, or
// from a file.
//   attempt  = one try to hand over mail. Scope client: failed before MAIL; sender: MAIL was
//              refused, no recipient known; delivery: from RCPT on, one per recipient.
//   delivery = all attempts of one message to one recipient, found by the receiver's delivery key.
// Pure: the same events give the same answer. Not thread-safe: its owner guards it. One per
// receiver.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/stage.hpp"
#include "base/time.hpp"
#include "journal/event.hpp"

namespace journal {

enum class Scope : std::uint8_t { client, sender, delivery };
enum class Outcome : std::uint8_t { open, accepted, deferred, rejected, lost, abandoned };
[[nodiscard]] std::string_view name_of(Scope scope);
[[nodiscard]] std::string_view name_of(Outcome outcome);

struct Attempt {
  std::uint64_t id = 0;        // from 1 within the receiver, in the order in which they showed
  std::uint64_t delivery = 0;  // 0 unless scope is delivery
  Scope scope = Scope::client;
  base::Stage stage = base::Stage::connect;  // how far it got
  Outcome outcome = Outcome::open;
  base::Micros begin{0}, end{0};              // real, since the run began; end of an open one: 0
  base::Micros judge_begin{0}, judge_end{0};  // on the judge clock

  // The first octet of its MAIL, in the same two times; scope client: as begin; where DATA tries
  // again in the same transaction: of that DATA. What was on its way when another attempt was
  // answered is told by this, since a connection may have idled before it.
  base::Micros mail{0}, judge_mail{0};

  // How long the client itself kept the connection waiting before that octet, in the same two
  // times: nothing was owed to it. 0 unless the attempt began with the connection.
  base::Micros idle{0}, judge_idle{0};

  // begin minus the end of the previous attempt of its delivery. Negative if they overlap; none for
  // the first one, while the previous one is open, and when that was forgotten. Scope client and
  // sender: of the attempt of the same client or sender that ended last before this one began; none
  // without such a one, so never negative.
  std::optional<base::Micros> gap{}, judge_gap{};

  std::uint64_t connection = 0;
  std::string client{}, sender{}, recipient{};

  // The deciding reply; 0 and empty when there was none or it was cut short. A lost attempt has
  // that of the 421 that closed the connection, if one did.
  std::uint16_t code = 0;
  std::string enhanced{}, reply{};
  std::string rule{};  // that decided, or that acted last on what was lost; empty: none
  std::uint32_t nth = 0;

  bool tls = false;     // the connection was encrypted
  bool stored = false;  // the message was kept, whatever the reply said

  // Accepted, and nothing shows yet that the client has read it: no command sent after the reply,
  // no QUIT, no orderly FIN. So it is true until one of these comes.
  bool ambiguous_end = false;

  // What became of the connection after such a reply.
  enum class Since : std::uint8_t {
    open,    // it goes on: what tells may still come
    parted,  // it ended in good order, which does not tell
    broken,  // it did not: the reply may have been lost
  };

  Since since_reply = Since::open;

  std::string phase{};  // the receiver's when it was decided

  std::string envid{};  // of MAIL (RFC 3461 4.4); empty: none
  std::string message_id{}, body_hash{};
  std::vector<std::uint64_t> evidence{};  // sequence numbers: begin, MAIL or RCPT, reply, end
};

struct Delivery {
  std::uint64_t id = 0;
  std::string key{};  // printable, for people
  std::string sender{}, recipient{}, message_id{};
  Outcome state = Outcome::open;          // of its last attempt; accepted once accepted
  std::vector<std::uint64_t> attempts{};  // ids, rising
  std::uint32_t copies = 0;               // attempts stored
  bool unique = false;                    // when it began, the set-up promised one message per key

  // Its key was seen with two Message-IDs, two ENVIDs, two contents without a Message-ID, or on two
  // connections at once without the same Message-ID on both. Never where it is unique.
  bool ambiguous = false;
};

// What a rule's counter needs to know about a recipient of the transaction in hand.
struct DeliveryRef {
  // The delivery key plus how many deliveries had it: stable for one delivery, and never that of
  // another. Empty if there is no such recipient.
  std::string key{};
  std::uint32_t attempt = 0;  // this is the attempt-th attempt of it since the scenario was set
};

class Deliveries {
 public:
  struct Limits {
    std::size_t attempts = 200'000;
    std::size_t connections = 100'000;
  };

  Deliveries();
  explicit Deliveries(Limits limits);
  ~Deliveries();
  Deliveries(Deliveries&&) noexcept;
  Deliveries& operator=(Deliveries&&) noexcept;

  // The next event of this receiver, in sequence.
  void add(const Event& event);

  // For a recipient of the transaction that `connection` has in hand; its RCPT event must have
  // been added.
  [[nodiscard]] DeliveryRef find(std::uint64_t connection, std::string_view recipient) const;

  // What find() would say if this sender offered this recipient now. Parameters as in an event.
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  [[nodiscard]] DeliveryRef would_be(
      std::string_view sender,
      std::string_view recipient,
      const Parameters& of_mail,
      const Parameters& of_rcpt
  ) const;

  // How long the client of this connection kept it waiting before its first MAIL, as
  // Attempt::idle; nullopt: its beginning is not known.
  [[nodiscard]] std::optional<base::Micros> idle(std::uint64_t connection) const;

  // Those with an id above `after`, by rising id, at most `limit`.
  [[nodiscard]] std::vector<Attempt> attempts(std::uint64_t after, std::size_t limit) const;
  [[nodiscard]] std::vector<Delivery> deliveries(std::uint64_t after, std::size_t limit) const;

  // None: never was, was forgotten, or (a delivery) turned out to be part of an earlier one.
  [[nodiscard]] std::optional<Attempt> attempt(std::uint64_t id) const;
  [[nodiscard]] std::optional<Delivery> delivery(std::uint64_t id) const;

  // Attempts and deliveries forgotten, and connections not followed, because of the limits. The
  // oldest delivery without an attempt in hand goes first, with all its attempts.
  [[nodiscard]] std::uint64_t dropped() const;

  // Of these, the connections: attempts of deliveries that are known may be missing.
  [[nodiscard]] std::uint64_t unfollowed() const;

  struct Counts {
    std::uint64_t connections = 0, messages = 0, stored = 0, refused = 0;
    std::uint64_t deliveries = 0;  // ever opened
    std::uint64_t attempts = 0, accepted = 0, deferred = 0, rejected = 0, lost = 0, abandoned = 0;
  };

  [[nodiscard]] const Counts& counts() const;  // over the whole run, also of what was forgotten

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace journal
