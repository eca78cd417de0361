// One connection as its events tell it: which question is open, what was refused before MAIL, the
// transaction in hand, and what the end of it all means (attempts of scope client). Not
// thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "journal/event.hpp"
#include "journal/ledger.hpp"
#include "journal/transaction.hpp"

namespace journal {

class Connection {
 public:
  Connection(Ledger& ledger, std::uint64_t id);

  // The next event of this connection, in order.
  void add(const Event& event);

  // Of the client, before its first MAIL; nullopt: the journal does not go back so far.
  [[nodiscard]] std::optional<base::Micros> idle() const;

  // It is older than the journal, and so is its transaction, if there is one.
  [[nodiscard]] bool awaits_mail() const { return awaits_mail_; }

  [[nodiscard]] const Transaction& transaction() const { return transaction_; }

 private:
  void connected(const Event& event);
  void command(const Event& event);
  void name_unanswered_recipient();
  void mail(const Named& command);
  void replied(const Event& event);
  void replied_before_mail(base::Stage stage, const Answer& answer);
  void replied_without_rules(base::Stage stage, const Answer& answer);
  void sent(const Event& event);
  void cut(const Event& event);
  void tls(const Event& event);
  void ended(const Event& event);
  void ended_without_mail(const Event& event);
  void client_attempt(base::Stage stage, const Answer& answer);

  // The answer of a broken connection.
  [[nodiscard]] Answer broken(const Event& event) const;
  [[nodiscard]] Instant when(const Event& event) const;
  [[nodiscard]] Instant began(const Event& event) const;

  // As long on the judge clock, at the present scale.
  [[nodiscard]] base::Micros scaled(base::Micros real) const;

  Ledger* ledger_;
  Origin origin_{};
  Instant owed_since_{};  // when the client had all that it could wait for; while !asked_
  base::Micros idle_{0}, judge_idle_{0};  // how long it then did nothing, before its first MAIL
  bool carried_over_ = false;             // it is older than the journal
  bool awaits_mail_ = false;              // and nothing in it counts until the next MAIL
  bool seen_connect_ = false;
  bool had_mail_ = false;
  bool asked_ = false;                     // a question is waiting for its reply
  std::optional<base::Stage> question_{};  // its stage, or of the last one
  bool unruled_question_ = false;          // no rule sees it
  // Rare, so kept outside: an idle connection should cost little.
  std::unique_ptr<Named> unruled_{};     // that question, if it is a MAIL or RCPT
  std::unique_ptr<Answer> giving_up_{};  // the question gives the transaction up, once accepted
  std::unique_ptr<Answer>
      refusal_{};  // of greeting, EHLO, STARTTLS or AUTH, with nothing accepted since
  base::Stage refusal_stage_ = base::Stage::connect;
  std::unique_ptr<Answer> broken_tls_{};  // a handshake that failed
  bool left_handshake_ = false;           // the last one was given up by the client
  std::unique_ptr<Answer> farewell_{};    // the last 421
  bool farewell_asked_ = false;           // it answered a question
  std::uint64_t last_reply_ = 0;
  base::Name said_{};  // rule whose reply that was, and its n
  std::uint32_t said_nth_ = 0;
  base::Name fired_{};  // rule that acted on this question, and its n
  std::uint32_t fired_nth_ = 0;
  std::uint64_t fired_done_ = 0;  // the reply with which it had finished; 0: it is still at work
  Transaction transaction_;
};

}  // namespace journal
