// What the checks ask of a receiver's past: its attempts and deliveries in order of time, the gaps
// between them, the clocks, and what is missing. A snapshot, built once from an Account, that owns
// all it tells. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "journal/account.hpp"
#include "verify/params.hpp"

namespace verify {

using journal::Attempt;
using journal::Outcome;
using journal::Scope;

// It is to be tried again.
[[nodiscard]] inline bool failed(const Attempt& attempt) {
  return attempt.outcome == Outcome::deferred || attempt.outcome == Outcome::lost;
}

// When the client set out on it, on the judge clock: a connection that it had opened early and kept
// waiting is no attempt yet.
[[nodiscard]] inline base::Micros judge_start(const Attempt& attempt) {
  return attempt.judge_begin + attempt.judge_idle;
}

// The same in real time.
[[nodiscard]] inline base::Micros real_start(const Attempt& attempt) {
  return attempt.begin + attempt.idle;
}

// More recipients at once than the receiver takes; the rest is welcome in the next transaction (RFC
// 5321 4.5.3.1.10). Where no enhanced codes are offered the words say so.
[[nodiscard]] bool too_many_recipients(const Attempt& attempt);

// The instant of judging.
struct Now {
  base::Micros at{0}, judge{0};  // real time since the run began, and the judge clock
  bool over = false;             // the observation ends here: nothing more is waited for
};

// Time between two attempts of one delivery that follow each other.
struct Gap {
  const Attempt* from = nullptr;  // failed
  const Attempt* to = nullptr;
  std::size_t number = 0;  // among the gaps of the delivery, from 1
};

// A delivery with its attempts by their beginning.
struct Story {
  const journal::Delivery* facts = nullptr;
  std::vector<const Attempt*> attempts{};
  bool unique = false;  // the set-up promised one message per key when it began

  // Its last attempt had the last word, or it was accepted before.
  [[nodiscard]] bool resolved() const {
    return facts->state == Outcome::accepted || facts->state == Outcome::rejected;
  }

  // One of its failures is selected.
  [[nodiscard]] bool failed(const Select& select) const;

  // It is one message that `b` tried to hand over, and `a` as well: the same Message-ID or ENVID
  // (RFC 3461 4.4), or the promise of the set-up. The same body alone proves nothing.
  [[nodiscard]] bool proven_same(const Attempt& a, const Attempt& b) const;

  // The attempt that ended last, from which silence counts; nullptr: one has not ended yet.
  [[nodiscard]] const Attempt* last_to_end() const;
};

class Timeline {
 public:
  Timeline(journal::Past past, Now now);

  Timeline(const journal::Account& account, Now now) : Timeline(journal::past_of(account), now) {}

  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;
  Timeline(Timeline&&) = default;
  Timeline& operator=(Timeline&&) = default;
  ~Timeline() = default;

  [[nodiscard]] const Now& now() const { return now_; }

  // By their beginning; equal ones by their MAIL, then by id.
  [[nodiscard]] std::span<const Attempt* const> attempts() const { return in_order_; }

  [[nodiscard]] std::span<const Story> stories() const { return stories_; }

  // Attempts of all scopes of a client, of scope sender and delivery of a sender, of scope delivery
  // to a recipient (its domain in lower case) or a recipient domain; by their beginning.
  [[nodiscard]] std::span<const Attempt* const> of_client(std::string_view client) const;
  [[nodiscard]] std::span<const Attempt* const> of_sender(std::string_view sender) const;
  [[nodiscard]] std::span<const Attempt* const> to_recipient(std::string_view recipient) const;
  [[nodiscard]] std::span<const Attempt* const> to_domain(std::string_view domain) const;

  // Attempts of scope client that did not get through (deferred, rejected, lost), of one client.
  [[nodiscard]] std::span<const Attempt* const> host_failures(std::string_view client) const;

  // The deliveries of one key, by the beginning of their first attempts.
  [[nodiscard]] std::span<const Story* const> of_key(std::string_view key) const;

  // Gaps of a delivery that follow a failure (deferred or lost). Where attempts overlap there is
  // none.
  [[nodiscard]] std::vector<Gap> gaps(const Story& story) const;

  // How long the sender paused: from the end of the one attempt until it went on, on this clock. A
  // connection that it had opened early and kept waiting is no haste.
  [[nodiscard]] base::Micros pause(Clock clock, const Gap& gap) const;

  // The receiver's clock was advanced in this pause.
  [[nodiscard]] bool advanced_in(const Gap& gap) const;

  // Why a gap proves nothing about the sender's patience; empty: it is not excused.
  [[nodiscard]] std::string_view excuse(const Gap& gap) const;

  // No excuse is to be expected any more: what happens within a second of the gap's end might be
  // one, and shows with its RCPT only.
  [[nodiscard]] bool excuse_settled(const Gap& gap) const { return now_.at > settles(gap).at; }

  // The last instant of waiting for an excuse; only what comes after it is certain.
  [[nodiscard]] Now settles(const Gap& gap) const;

  // The first message that the harness offered to this recipient (or domain) since then (real
  // time).
  [[nodiscard]] const journal::Marks::Offer* offer(
      std::string_view recipient, bool whole_domain, base::Micros since
  ) const;

  // Real time by which bounds are widened from that instant on (real time, too): what was set
  // later cannot make good or bad what is over.
  [[nodiscard]] base::Micros slack(base::Micros since) const;

  // The same on the judge clock, for a bound that is measured from one instant of it to another:
  // the most generous of the set-ups in force between them.
  [[nodiscard]] base::Micros judge_slack(base::Micros since, base::Micros until) const;

  // Judge time that a real duration takes at the scale in force at an instant of the judge clock.
  [[nodiscard]] base::Micros judged(base::Micros real, base::Micros at) const;

  [[nodiscard]] double scale() const { return setup().scale; }

  // As last set; defaults if there was none.
  [[nodiscard]] const journal::Setup& setup() const { return *setup_; }

  // An instant of the judge clock on the clock of the expectation, and an instant of that clock,
  // now or to come, back on the judge clock.
  [[nodiscard]] base::Micros time(Clock clock, base::Micros judge) const;
  [[nodiscard]] base::Micros judge_time(Clock clock, base::Micros time) const;

  // The receiver's clock was advanced between two instants of the judge clock.
  [[nodiscard]] bool advanced_between(base::Micros from, base::Micros to) const;

  // Attempts and deliveries are missing from the past: whoever looks at all of them is blind. Why,
  // as a sentence; empty: nothing is missing.
  [[nodiscard]] const std::string& missing() const { return missing_; }

  // Nothing between this event and now is missing, so what is not there did not happen.
  [[nodiscard]] bool complete_since(std::uint64_t seq) const { return seq > incomplete_until_; }

  [[nodiscard]] const journal::Marks& marks() const { return marks_; }

  // How the clients behaved, beside what became of their mail.
  [[nodiscard]] const journal::Behaviour& behaviour() const { return behaviour_; }

  // An attempt has begun and is not decided yet.
  [[nodiscard]] bool anything_open() const { return anything_open_; }

 private:
  using Row = std::vector<const Attempt*>;

  struct TextHash {
    using is_transparent = void;

    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  template <typename Value>
  using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  void index_attempts();
  void index_deliveries();
  void find_missing(std::uint64_t dropped, std::uint64_t unfollowed);

  using SetupMarks = std::span<const journal::Marks::SetupMark>;

  // Those in force between two instants of the judge clock; at least one, unless there is none at
  // all.
  [[nodiscard]] SetupMarks setups_between(base::Micros since, base::Micros until) const;

  Now now_;
  journal::Marks marks_;
  journal::Behaviour behaviour_;
  std::shared_ptr<const journal::Setup> setup_;
  std::vector<Attempt> attempts_{};
  std::vector<journal::Delivery> deliveries_{};
  Row in_order_{};
  std::vector<Story> stories_{};
  ByText<Row> clients_{}, senders_{}, recipients_{}, domains_{}, host_failures_{};
  ByText<Row> first_attempts_{};  // of deliveries, by client
  ByText<std::vector<const Story*>> keys_{};
  ByText<std::vector<const journal::Marks::Offer*>> offers_{}, offers_to_domain_{};
  std::vector<base::Micros> advance_sums_{};  // after each advance
  std::uint64_t incomplete_until_ = 0;
  std::string missing_{};
  bool anything_open_ = false;
};

}  // namespace verify
