// One mail transaction of a connection: which attempts it holds, and what its replies and its end
// mean for them. RFC 5321 3.3. Knows nothing of greetings and EHLO: that is the connection's part.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "journal/keys.hpp"
#include "journal/ledger.hpp"

namespace journal {

// MAIL or RCPT as it came.
struct Named {
  Instant began{};
  std::uint64_t seq = 0;
  std::string address{};
  Parameters parameters{};
};

class Transaction {
 public:
  explicit Transaction(Ledger& ledger) : ledger_(&ledger) {}

  // MAIL has come. `origin` tells when the attempts of this transaction began.
  void mail(const Named& command, Origin origin);
  void mail_answered(const Answer& answer);

  // RCPT has come, in a transaction. The same address again is the same attempt.
  void rcpt(const Named& command);
  void rcpt_answered(const Answer& answer);

  // A recipient of the transaction is another receiver's: without any here it is no attempt.
  void passed() { passed_ = true; }

  // RCPT was answered out of sequence because MAIL was refused: MAIL's answer is its answer.
  void rcpt_behind_refused_mail(const Named& command);

  // DATA has come; after a refused DATA another one tries again.
  void data(Instant began);

  // The end of data has come.
  void message(const std::shared_ptr<const MessageFacts>& facts);

  // A refused DATA, or the reply to the end of data: decides every accepted recipient.
  void data_refused(const Answer& answer);
  // `recipient`: the only one it is about (LMTP, RFC 2033 4.2); empty: all.
  void message_answered(const Answer& answer, std::string_view recipient);
  void stored(std::string_view recipient);

  // Whatever is undecided gets this answer, and the transaction is over.
  void over(const Answer& answer);

  // The reply with this number left later than planned.
  void reply_sent(std::uint64_t reply, Instant when);

  // The reply with this number never left as a whole: what it decided is open again, until
  // connection_ended() says who is to blame.
  void reply_cut(std::uint64_t reply);

  // Whatever is undecided gets this answer for good.
  void connection_ended(const Answer& answer);

  // How it ended, for replies that nobody is known to have read.
  void parted(Attempt::Since how);

  // The client has shown that it read what was accepted before `began`.
  void client_went_on(base::Micros began);

  [[nodiscard]] bool in_progress() const {
    return state_ != State::none && state_ != State::finished;
  }

  [[nodiscard]] bool mail_was_refused() const { return state_ == State::refused; }

  [[nodiscard]] bool takes_recipients() const { return state_ == State::open; }

  [[nodiscard]] const AttemptRecord* attempt_of(std::string_view recipient) const;

 private:
  static constexpr std::size_t kLookedThrough = 16;

  // finished: its message was answered; events about it may still come.
  enum class State : std::uint8_t { none, asked, refused, open, finished };

  struct Recipient {
    std::size_t hash = 0;  // of the folded address
    std::uint64_t attempt = 0;
    bool accepted = false;  // by RCPT
    base::Name address{};
    Parameters parameters{};
  };

  [[nodiscard]] std::string key(const Recipient& recipient, const MessageFacts* message) const;
  [[nodiscard]] const Recipient* known(std::string_view address) const;
  Recipient& add_recipient(const Named& command);
  [[nodiscard]] AttemptRecord* undecided(const Recipient& recipient);
  void decide_accepted(const Answer& answer, std::string_view only = {});
  void lose_without_recipient(const Answer& answer);
  void forget_recipients();
  template <typename Act>
  void for_reply(std::uint64_t reply, Act act);

  Ledger* ledger_;
  State state_ = State::none;
  Origin origin_{};
  bool passed_ = false;             // it has recipients elsewhere
  std::uint64_t mail_ = 0;          // event of the MAIL
  std::uint64_t refused_mail_ = 0;  // attempt
  std::size_t current_ = 0;         // index of the recipient whose reply is awaited
  std::shared_ptr<const Setup> setup_{};
  Parameters parameters_{};  // of MAIL
  std::vector<Recipient> recipients_{};
  std::unordered_multimap<std::size_t, std::size_t>
      index_{};                            // hash -> place, of those behind the first few
  std::vector<std::uint64_t> earlier_{};   // attempts of transactions before, the last few
  std::vector<std::uint64_t> reopened_{};  // attempts whose reply was cut short
  // Accepted attempts whose reply may not have been read, by time, of earlier transactions too.
  std::vector<std::uint64_t> unread_{};
};

}  // namespace journal
