#include "journal/connection.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace journal {

namespace {

Outcome outcome_of(std::uint16_t code) {
  if (code >= 500) return Outcome::rejected;
  return code >= 400 ? Outcome::deferred : Outcome::accepted;
}

// The texts of other replies are never asked for.
bool decides(const Event& reply) {
  return reply.code >= 400 || reply.stage == base::Stage::message;
}

// Ill-formed or out of sequence: such a RCPT was never an attempt.
bool says_nonsense(std::uint16_t code) {
  return (code >= 500 && code <= 504) || code == 555;
}

Named named(const Event& event, Instant began) {
  return {
      .began = began, .seq = event.seq, .address = event.subject, .parameters = event.parameters};
}

}  // namespace

Connection::Connection(Ledger& ledger, std::uint64_t id) : ledger_(&ledger), transaction_(ledger) {
  origin_.connection = id;
}

Instant Connection::when(const Event& event) const {
  return {.at = event.at, .judge = event.judge, .seq = event.seq};
}

// The judge clock of an earlier instant: the scale has not changed since, or hardly matters.
Instant Connection::began(const Event& event) const {
  if (event.began == base::Micros(0) || event.began >= event.at) return when(event);
  const base::Micros judge = event.judge - scaled(event.at - event.began);
  return {.at = event.began, .judge = std::max(judge, base::Micros(0)), .seq = event.seq};
}

base::Micros Connection::scaled(base::Micros real) const {
  const auto exact = static_cast<double>(real.count()) * ledger_->setup()->scale;
  return base::Micros(std::llround(exact));
}

std::optional<base::Micros> Connection::idle() const {
  if (carried_over_ || !seen_connect_) return std::nullopt;
  return idle_;
}

void Connection::add(const Event& event) {
  const bool is_mail =
      event.kind == Kind::command && event.stage == base::Stage::mail && !event.flag;
  if (is_mail) awaits_mail_ = false;
  if (awaits_mail_ && event.kind != Kind::ended && event.kind != Kind::tls) return;
  switch (event.kind) {
    case Kind::connected: return connected(event);
    case Kind::tls: return tls(event);
    case Kind::command: return command(event);
    case Kind::message:
      asked_ = true;
      unruled_question_ = false;
      question_ = base::Stage::message;
      fired_ = {};
      fired_done_ = 0;
      return transaction_.message(event.message);
    case Kind::reply: return replied(event);
    case Kind::sent: return sent(event);
    case Kind::cut: return cut(event);
    case Kind::stored: return transaction_.stored(event.subject);
    case Kind::fired:
      fired_ = event.rule;
      fired_nth_ = event.nth;
      return;
    case Kind::ended: return ended(event);
    case Kind::passed: return transaction_.passed();
    case Kind::run:
    case Kind::receiver:
    case Kind::phase:
    case Kind::login:
    case Kind::refused:
    case Kind::finding:
    case Kind::note:
    case Kind::advanced:
    case Kind::offered:
    case Kind::rule:
    case Kind::recount:
    case Kind::reset:
    case Kind::observed:
    case Kind::dropped: return;
  }
}

void Connection::connected(const Event& event) {
  seen_connect_ = true;
  asked_ = true;
  question_ = base::Stage::connect;
  origin_.begin = origin_.mail = began(event);
  origin_.client = base::Name(event.subject);
  idle_ = event.by;
  judge_idle_ = scaled(event.by);
  origin_.tls = parameter_of(event.parameters, "tls").has_value();
  if (!event.flag) return;
  // What it has said so far is not in this journal: its attempts begin with their MAIL.
  carried_over_ = awaits_mail_ = had_mail_ = true;
}

// A handshake that failed served nobody. Who refuses a healthy one, or says nothing, has left by
// itself.
void Connection::tls(const Event& event) {
  if (event.flag && origin_.tls) return;  // Broken later, when it had long come about.
  origin_.tls = !event.flag;
  left_handshake_ = event.flag && !event.held;
  if (!event.flag || !event.held) return;
  broken_tls_ = std::make_unique<Answer>(Answer{
      .outcome = Outcome::lost,
      .when = when(event),
      .nth = fired_nth_,
      .rule = fired_,
      .phase = event.phase});
}

// A RCPT that had no turn any more, because the refusal of MAIL ended the connection.
void Connection::name_unanswered_recipient() {
  if (!unruled_ || question_ != base::Stage::rcpt || !transaction_.mail_was_refused()) return;
  transaction_.rcpt_behind_refused_mail(*std::exchange(unruled_, nullptr));
}

void Connection::command(const Event& event) {
  const Instant start = began(event);
  transaction_.client_went_on(start.at);
  name_unanswered_recipient();
  if (!asked_ && !had_mail_) {
    idle_ += std::max(start.at - owed_since_.at, base::Micros(0));
    judge_idle_ += std::max(start.judge - owed_since_.judge, base::Micros(0));
  }
  asked_ = true;
  question_ = event.stage;
  unruled_question_ = event.flag;
  unruled_.reset();
  farewell_.reset();
  fired_ = {};
  fired_done_ = 0;
  giving_up_.reset();
  if (!event.stage) return;
  const bool names = *event.stage == base::Stage::mail || *event.stage == base::Stage::rcpt;
  if (event.flag) {
    if (names) unruled_ = std::make_unique<Named>(named(event, start));
    return;
  }
  const Outcome given_up = event.held ? Outcome::lost : Outcome::abandoned;
  switch (*event.stage) {
    case base::Stage::rcpt:
      // A receiver that owns some recipients only may not have seen the MAIL.
      if (!transaction_.in_progress()) {
        transaction_.over({.outcome = Outcome::abandoned, .when = start, .phase = event.phase});
        mail({.began = start, .seq = event.seq});
      }
      return transaction_.rcpt(named(event, start));
    case base::Stage::data: return transaction_.data(start);
    // A refused one of these leaves the transaction as it is (RFC 5321 4.1.4).
    case base::Stage::ehlo:
    case base::Stage::starttls:
    case base::Stage::rset:
      giving_up_ = std::make_unique<Answer>(Answer{
          .outcome = given_up, .when = start, .phase = event.phase});
      return;
    case base::Stage::mail:
    case base::Stage::quit:
      transaction_.over({.outcome = given_up, .when = start, .phase = event.phase});
      if (names) mail(named(event, start));
      return;
    case base::Stage::connect:
    case base::Stage::auth:
    case base::Stage::message:
    case base::Stage::noop:
    case base::Stage::vrfy: return;
  }
}

// The first transaction of a connection began when the connection did.
void Connection::mail(const Named& command) {
  Origin origin = origin_;
  if (had_mail_ || !seen_connect_) {
    origin.begin = command.began;
  } else {
    origin.idle = idle_;
    origin.judge_idle = judge_idle_;
  }
  had_mail_ = true;
  transaction_.mail(command, std::move(origin));
}

void Connection::replied(const Event& event) {
  Answer answer{
      .outcome = outcome_of(event.code),
      .when = when(event),
      .reply = event.seq,
      .code = event.code,
      .nth = event.nth,
      .enhanced = event.enhanced,
      .rule = event.rule,
      .phase = event.phase};
  if (decides(event)) answer.text = base::Name(event.text);
  const bool solicited = std::exchange(asked_, false);
  owed_since_ = when(event);
  last_reply_ = event.seq;
  said_ = event.rule;
  said_nth_ = event.nth;
  if (solicited && !fired_.empty()) fired_done_ = event.seq;
  if (event.code == 421) {
    farewell_ = std::make_unique<Answer>(answer);
    farewell_asked_ = solicited;
    // LMTP answers for one recipient after the other.
    if (!solicited && event.subject.empty()) return;
  }
  const std::unique_ptr<Answer> giving_up = std::move(giving_up_);
  if (giving_up && event.code < 400) transaction_.over(*giving_up);
  // What is said before the handshake of implicit TLS answers no command.
  const bool commanded = solicited && question_ != base::Stage::connect;
  const std::optional<base::Stage> stage = commanded ? question_ : event.stage;
  if (!stage) return;
  if (solicited && unruled_question_) return replied_without_rules(*stage, answer);
  switch (*stage) {
    case base::Stage::mail: return transaction_.mail_answered(answer);
    case base::Stage::rcpt: return transaction_.rcpt_answered(answer);
    case base::Stage::data:
      if (event.code >= 400) transaction_.data_refused(answer);
      return;
    case base::Stage::message: return transaction_.message_answered(answer, event.subject);
    case base::Stage::connect:
    case base::Stage::ehlo:
    case base::Stage::starttls:
    case base::Stage::auth: return replied_before_mail(*stage, answer);
    case base::Stage::rset:
    case base::Stage::noop:
    case base::Stage::vrfy:
    case base::Stage::quit: return;
  }
}

// A refusal stands until something of its kind is accepted; a refused greeting stands for good.
void Connection::replied_before_mail(base::Stage stage, const Answer& answer) {
  if (refusal_ && refusal_stage_ == base::Stage::connect) return;
  if (answer.code >= 300 && answer.code < 400) return;  // A question, which accepts nothing yet.
  refusal_.reset();
  if (answer.code < 400) return;
  refusal_ = std::make_unique<Answer>(answer);
  refusal_stage_ = stage;
}

void Connection::replied_without_rules(base::Stage stage, const Answer& answer) {
  const std::unique_ptr<Named> command = std::move(unruled_);
  if (stage == base::Stage::mail && command) {
    // Out of sequence, or within a transaction: a MAIL that the server never took for one.
    if (answer.code == 503 || transaction_.takes_recipients()) return;
    transaction_.over({.outcome = Outcome::abandoned, .when = command->began, .phase = answer.phase}
    );
    mail(*command);
    return transaction_.mail_answered(answer);
  }
  if (stage == base::Stage::rcpt && command) {
    if (transaction_.mail_was_refused()) return transaction_.rcpt_behind_refused_mail(*command);
    if (!transaction_.takes_recipients() || command->address.empty()) return;
    if (says_nonsense(answer.code)) return;
    transaction_.rcpt(*command);
    return transaction_.rcpt_answered(answer);
  }
  const bool before_mail =
      stage == base::Stage::ehlo || stage == base::Stage::starttls || stage == base::Stage::auth;
  // Another way was tried, and given up: what was refused before stays the reason.
  const bool gave_up = refusal_ && refusal_stage_ == stage && says_nonsense(answer.code);
  if (before_mail && !gave_up) replied_before_mail(stage, answer);
}

void Connection::sent(const Event& event) {
  const std::uint64_t reply = event.reply == 0 ? last_reply_ : event.reply;
  if (reply == last_reply_) owed_since_ = when(event);
  if (refusal_ && refusal_->reply == reply) refusal_->when = when(event);
  transaction_.reply_sent(reply, when(event));
}

void Connection::cut(const Event& event) {
  const std::uint64_t reply = event.reply == 0 ? last_reply_ : event.reply;
  if (refusal_ && refusal_->reply == reply) refusal_.reset();
  if (farewell_ && farewell_->reply == reply) farewell_.reset();
  if (fired_done_ == reply) fired_done_ = 0;
  if (reply == last_reply_) asked_ = true;  // The client is still owed an answer.
  transaction_.reply_cut(reply);
}

}  // namespace journal
