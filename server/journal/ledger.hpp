// The books behind Deliveries: attempts, the deliveries they belong to, the keys that find those.
// Knows outcomes and keys but not SMTP's order: which event means what is the tracker's business.
// Bounded: see forget_oldest(). Not thread-safe: one per receiver.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/name.hpp"
#include "journal/deliveries.hpp"
#include "journal/event.hpp"
#include "journal/shelf.hpp"

namespace journal {

// When something happened: in real time, on the judge clock, and which event says so (0: none).
struct Instant {
  base::Micros at{0}, judge{0};
  std::uint64_t seq = 0;
};

// What decides an attempt.
struct Answer {
  Outcome outcome = Outcome::open;
  Instant when{};
  std::uint64_t reply = 0;  // sequence number of the reply; 0: none was given
  std::uint16_t code = 0;
  std::uint32_t nth = 0;
  std::string enhanced{};
  base::Name text{}, rule{};
  base::Name phase{};  // the receiver's at the event that decides
};

// What the attempts of one transaction have in common.
struct Origin {
  Instant begin{};
  Instant mail{};  // first octet of MAIL; of DATA when that tries again; scope client: as begin
  base::Stage stage = base::Stage::connect;
  std::uint64_t connection = 0;
  base::Name client{}, sender{}, envid{};
  base::Micros idle{0}, judge_idle{0};  // of the client, before MAIL
  bool tls = false;
};

struct AttemptRecord {
  std::uint64_t id = 0;
  std::uint64_t delivery = 0;  // 0 unless scope is delivery
  std::uint64_t previous = 0;  // attempt of the same delivery; 0: none
  std::uint64_t command = 0;   // event that named the recipient or sender
  Origin origin{};
  Answer answer{};
  base::Name recipient{};
  Scope scope = Scope::client;
  std::uint32_t number = 0;  // within its delivery, as the rules count
  bool stored = false;
  bool ambiguous_end = false;
  Attempt::Since since_reply = Attempt::Since::open;
  std::shared_ptr<const MessageFacts> message{};

  [[nodiscard]] bool open() const { return answer.outcome == Outcome::open; }
};

// One delivery key, shared by the deliveries that had it one after the other.
struct KeyRecord {
  std::uint64_t current = 0;   // the delivery that its next attempt joins, unless that is closed
  std::uint32_t opened = 0;    // deliveries ever opened under it
  std::uint32_t retained = 0;  // deliveries still known
  bool parked = false;         // kept though it may have none, so that no ordinal comes twice
  std::string message_id{};    // the first seen
  std::string nameless{};      // the first content seen without one, by its hash
  base::Name envid{};          // the first seen
  bool several_messages = false;
  bool crowded = false;  // more overlaps than are kept
  std::vector<std::pair<std::uint64_t, std::uint64_t>>
      overlaps{};  // attempts on two connections at once
};

using Key = std::pair<const std::string, KeyRecord>;

struct DeliveryRecord {
  std::uint64_t id = 0;
  Key* key = nullptr;          // owned by Ledger::keys_, where it stays as long as this delivery
  std::uint32_t ordinal = 0;   // among the deliveries of its key, from 1, never given twice
  std::uint32_t numbered = 0;  // attempts counted in `epoch`
  std::uint32_t epoch = 0;
  std::uint32_t open = 0, accepted = 0, copies = 0;  // attempts that are
  bool unique = false;
  base::Name sender{}, recipient{};
  std::string message_id{};  // the first seen
  std::vector<std::uint64_t> attempts{};

  // Acceptance closes a delivery, except where the author promises one message per key.
  [[nodiscard]] bool closed() const { return accepted > 0 && !unique; }
};

class Ledger {
 public:
  explicit Ledger(std::size_t max_attempts) : max_attempts_(max_attempts) {}

  // The set-up from now on. A changed scenario numbers the attempts of a delivery anew.
  void use(std::shared_ptr<const Setup> setup);

  [[nodiscard]] const std::shared_ptr<const Setup>& setup() const { return setup_; }

  // A new attempt. The reference is good until the next one begins.
  AttemptRecord& begin_client(const Origin& origin);
  AttemptRecord& begin_sender(const Origin& origin);
  AttemptRecord& begin_delivery(
      const Origin& origin, const base::Name& recipient, const std::string& key
  );

  // A sender's attempt turns out to be that of a delivery: a RCPT behind the refused MAIL names it.
  void name_recipient(AttemptRecord& attempt, const base::Name& recipient, const std::string& key);

  // Decides an open attempt, or decides a decided one differently (Outcome::open: it is open
  // again).
  void decide(AttemptRecord& attempt, Answer answer);

  // What decided it was complete only then.
  void ended(AttemptRecord& attempt, Instant when);

  void mark_stored(AttemptRecord& attempt);

  // What the message is, once the end of data has come: shows copies and different messages. `key`
  // is the key with what is known now; empty: content has no part in it.
  void identify(
      AttemptRecord& attempt, std::shared_ptr<const MessageFacts> message, const std::string& key
  );

  // What begin_delivery() would make of an attempt with this key: the ordinal of its delivery, and
  // its number in that.
  struct Place {
    std::uint32_t ordinal = 1, number = 1;
  };

  [[nodiscard]] Place would_join(const std::string& key) const;

  [[nodiscard]] AttemptRecord* find(std::uint64_t attempt);
  [[nodiscard]] const AttemptRecord* find(std::uint64_t attempt) const;
  // The attempt that its gap is measured from; nullptr: none.
  [[nodiscard]] const AttemptRecord* previous(const AttemptRecord& attempt) const;
  [[nodiscard]] const DeliveryRecord* delivery(std::uint64_t id) const;
  [[nodiscard]] bool ambiguous(const DeliveryRecord& delivery) const;

  [[nodiscard]] const Shelf<AttemptRecord>& attempts() const { return attempts_; }

  [[nodiscard]] const Shelf<DeliveryRecord>& deliveries() const { return deliveries_; }

  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  Deliveries::Counts counts{};

 private:
  struct TextHash {
    using is_transparent = void;

    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  template <typename Value>
  using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  // When attempts ended, and their ids, in that order. New ones come near the back and are
  // forgotten near the front.
  using Ends = std::deque<std::pair<base::Micros, std::uint64_t>>;

  void note_end(const AttemptRecord& attempt);
  void strike_end(const AttemptRecord& attempt);

  AttemptRecord& begin(Scope scope, const Origin& origin);
  void join(AttemptRecord& attempt, const std::string& key);
  DeliveryRecord& open_delivery(Key& key, const AttemptRecord& attempt);
  void attach(DeliveryRecord& delivery, AttemptRecord& attempt);
  void detach(DeliveryRecord& delivery, const AttemptRecord& attempt);
  void note_overlap(Key& key, const AttemptRecord& attempt);
  void note_message_id(AttemptRecord& attempt, const std::string& message_id);

  void move_to(DeliveryRecord* target, Key& key, AttemptRecord& attempt);
  [[nodiscard]] DeliveryRecord* with_message(const Key& key, const std::string& message_id);
  [[nodiscard]] bool proven_same(const std::pair<std::uint64_t, std::uint64_t>& overlap) const;

  void count(Outcome outcome, std::int64_t by);
  void forget_oldest();
  void forget(std::uint64_t attempt);
  void erase_if_unused(Key& key);
  void park(Key& key);

  const std::size_t max_attempts_;
  std::shared_ptr<const Setup> setup_ = std::make_shared<const Setup>();
  std::uint32_t epoch_ = 0;
  std::uint64_t dropped_ = 0;
  Shelf<AttemptRecord> attempts_{};
  Shelf<DeliveryRecord> deliveries_{};
  ByText<KeyRecord> keys_{};
  ByText<Ends> ends_of_client_{}, ends_of_sender_{};  // of the decided attempts of these scopes
  std::unordered_map<std::uint64_t, std::uint64_t>
      by_message_{};                   // hash of key and Message-ID -> delivery
  std::deque<Key*> parked_{};          // by age
  std::deque<std::uint64_t> order_{};  // attempts by age, for forgetting; some are gone already
};

}  // namespace journal
