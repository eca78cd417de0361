#include "journal/transaction.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "base/text.hpp"

namespace journal {

namespace {

// Accepted attempts whose reply may still prove to have been read; further ones stay ambiguous.
constexpr std::size_t kUnread = 10'000;

// Attempts of earlier transactions that a late or cut reply may still concern.
constexpr std::ptrdiff_t kEarlier = 64;

std::size_t hash_of(std::string_view address) {
  return std::hash<std::string>{}(base::fold_domain(address));
}

bool same_address(std::string_view a, std::string_view b) {
  return a == b || base::fold_domain(a) == base::fold_domain(b);
}

}  // namespace

void Transaction::mail(const Named& command, Origin origin) {
  forget_recipients();
  state_ = State::asked;
  passed_ = false;
  origin_ = std::move(origin);
  origin_.mail = command.began;
  origin_.envid = base::Name(parameter_of(command.parameters, "ENVID").value_or(""));
  origin_.stage = base::Stage::mail;
  origin_.sender = base::Name(command.address);
  mail_ = command.seq;
  setup_ = ledger_->setup();
  parameters_ = command.parameters;
}

void Transaction::mail_answered(const Answer& answer) {
  if (state_ != State::asked) return;
  state_ = State::open;
  if (answer.code < 400) return;
  state_ = State::refused;
  AttemptRecord& attempt = ledger_->begin_sender(origin_);
  attempt.command = mail_;
  refused_mail_ = attempt.id;
  ledger_->decide(attempt, answer);
}

std::string Transaction::key(const Recipient& recipient, const MessageFacts* message) const {
  return delivery_key(
      *setup_,
      {.sender = origin_.sender.view(),
       .recipient = recipient.address.view(),
       .mail = &parameters_,
       .rcpt = &recipient.parameters,
       .message = message}
  );
}

// A few recipients are found faster by looking than by an index.
const Transaction::Recipient* Transaction::known(std::string_view address) const {
  const std::size_t hash = hash_of(address);
  const auto is_it = [&](const Recipient& recipient) {
    return recipient.hash == hash && same_address(recipient.address.view(), address);
  };
  const auto found = std::find_if(
      recipients_.begin(),
      recipients_.begin() + std::min(std::ssize(recipients_), std::ptrdiff_t{kLookedThrough}),
      is_it
  );
  if (found != recipients_.end() && is_it(*found)) return &*found;
  const auto [first, last] = index_.equal_range(hash);
  for (auto entry = first; entry != last; ++entry) {
    if (is_it(recipients_[entry->second])) return &recipients_[entry->second];
  }
  return nullptr;
}

Transaction::Recipient& Transaction::add_recipient(const Named& command) {
  Recipient& recipient = recipients_.emplace_back();
  recipient.hash = hash_of(command.address);
  recipient.address = base::Name(command.address);
  recipient.parameters = command.parameters;
  if (recipients_.size() > kLookedThrough) index_.emplace(recipient.hash, recipients_.size() - 1);
  return recipient;
}

void Transaction::rcpt(const Named& command) {
  state_ = State::open;
  if (const Recipient* again = known(command.address)) {
    current_ = static_cast<std::size_t>(again - recipients_.data());
    return;
  }
  current_ = recipients_.size();
  Recipient& recipient = add_recipient(command);
  origin_.stage = base::Stage::rcpt;
  AttemptRecord& attempt =
      ledger_->begin_delivery(origin_, recipient.address, key(recipient, nullptr));
  attempt.command = command.seq;
  recipient.attempt = attempt.id;
}

// A repeated RCPT may bring a refused recipient back, but cannot take an accepted one away.
void Transaction::rcpt_answered(const Answer& answer) {
  if (current_ >= recipients_.size()) return;
  Recipient& recipient = recipients_[current_];
  AttemptRecord* attempt = ledger_->find(recipient.attempt);
  if (answer.code < 400) {
    const bool brought_back = !recipient.accepted && attempt != nullptr && !attempt->open();
    if (brought_back) ledger_->decide(*attempt, Answer{});
    recipient.accepted = true;
  } else if (!recipient.accepted && attempt != nullptr && attempt->open()) {
    ledger_->decide(*attempt, answer);
  }
}

void Transaction::rcpt_behind_refused_mail(const Named& command) {
  AttemptRecord* refused = ledger_->find(refused_mail_);
  if (refused == nullptr || command.address.empty() || known(command.address)) return;
  Recipient& recipient = add_recipient(command);
  const std::string text = key(recipient, nullptr);
  if (recipients_.size() == 1) {
    ledger_->name_recipient(*refused, recipient.address, text);
  } else {
    Answer answer = refused->answer;
    refused = &ledger_->begin_delivery(origin_, recipient.address, text);
    ledger_->decide(*refused, std::move(answer));
  }
  refused->command = command.seq;
  recipient.attempt = refused->id;
}

AttemptRecord* Transaction::undecided(const Recipient& recipient) {
  AttemptRecord* attempt = ledger_->find(recipient.attempt);
  return attempt != nullptr && attempt->open() ? attempt : nullptr;
}

void Transaction::data(Instant began) {
  if (state_ != State::open) return;
  for (Recipient& recipient : recipients_) {
    if (!recipient.accepted) continue;
    AttemptRecord* attempt = ledger_->find(recipient.attempt);
    if (attempt == nullptr) continue;  // forgotten meanwhile
    if (!attempt->open()) {
      Origin again = origin_;
      again.begin = again.mail = began;
      attempt = &ledger_->begin_delivery(again, recipient.address, key(recipient, nullptr));
      recipient.attempt = attempt->id;
    }
    attempt->origin.stage = base::Stage::data;
  }
}

void Transaction::message(const std::shared_ptr<const MessageFacts>& facts) {
  const bool names_delivery = setup_ != nullptr && key_needs_content(*setup_);
  for (const Recipient& recipient : recipients_) {
    AttemptRecord* attempt = ledger_->find(recipient.attempt);
    if (attempt == nullptr) continue;
    if (attempt->open()) attempt->origin.stage = base::Stage::message;
    if (!facts) continue;
    ledger_->identify(
        *attempt, facts, names_delivery ? key(recipient, facts.get()) : std::string()
    );
  }
}

void Transaction::data_refused(const Answer& answer) {
  decide_accepted(answer);
}

void Transaction::message_answered(const Answer& answer, std::string_view recipient) {
  decide_accepted(answer, recipient);
  if (state_ == State::open) state_ = State::finished;
}

void Transaction::decide_accepted(const Answer& answer, std::string_view only) {
  for (const Recipient& recipient : recipients_) {
    if (!only.empty() && !same_address(recipient.address.view(), only)) continue;
    AttemptRecord* attempt = undecided(recipient);
    if (attempt == nullptr || !recipient.accepted) continue;
    ledger_->decide(*attempt, answer);
    if (answer.outcome != Outcome::accepted) continue;
    attempt->ambiguous_end = true;
    if (unread_.size() < kUnread) unread_.push_back(attempt->id);
  }
}

void Transaction::stored(std::string_view only) {
  for (const Recipient& recipient : recipients_) {
    if (!only.empty() && !same_address(recipient.address.view(), only)) continue;
    AttemptRecord* attempt = ledger_->find(recipient.attempt);
    if (attempt != nullptr && recipient.accepted) ledger_->mark_stored(*attempt);
  }
}

void Transaction::over(const Answer& answer) {
  if (answer.outcome == Outcome::lost) lose_without_recipient(answer);
  for (const Recipient& recipient : recipients_) {
    if (AttemptRecord* attempt = undecided(recipient)) ledger_->decide(*attempt, answer);
  }
  forget_recipients();
  state_ = State::none;
}

void Transaction::lose_without_recipient(const Answer& answer) {
  const bool waiting = state_ == State::asked || state_ == State::open;
  if (!waiting || passed_ || !recipients_.empty()) return;
  AttemptRecord& attempt = ledger_->begin_sender(origin_);
  attempt.command = mail_;
  ledger_->decide(attempt, answer);
}

// A slow client may get its replies while later transactions are in hand already.
void Transaction::forget_recipients() {
  if (recipients_.empty() && refused_mail_ != 0) earlier_.push_back(refused_mail_);
  for (const Recipient& recipient : recipients_) earlier_.push_back(recipient.attempt);
  if (std::ssize(earlier_) > kEarlier) earlier_.erase(earlier_.begin(), earlier_.end() - kEarlier);
  refused_mail_ = 0;
  recipients_.clear();
  index_.clear();
}

template <typename Act>
void Transaction::for_reply(std::uint64_t reply, Act act) {
  const auto meant = [&](std::uint64_t id) {
    AttemptRecord* attempt = ledger_->find(id);
    if (attempt != nullptr && !attempt->open() && attempt->answer.reply == reply) act(*attempt);
  };
  if (recipients_.empty()) meant(refused_mail_);
  for (const Recipient& recipient : recipients_) meant(recipient.attempt);
  for (const std::uint64_t id : earlier_) meant(id);
}

void Transaction::reply_sent(std::uint64_t reply, Instant when) {
  for_reply(reply, [&](AttemptRecord& attempt) { ledger_->ended(attempt, when); });
}

// Half a reply tells the client nothing that it may rely on.
void Transaction::reply_cut(std::uint64_t reply) {
  for_reply(reply, [&](AttemptRecord& attempt) {
    ledger_->decide(attempt, {.nth = attempt.answer.nth, .rule = attempt.answer.rule});
    attempt.ambiguous_end = false;
    unread_.erase(std::remove(unread_.begin(), unread_.end(), attempt.id), unread_.end());
    reopened_.push_back(attempt.id);
  });
}

void Transaction::connection_ended(const Answer& answer) {
  for (const std::uint64_t id : reopened_) {
    AttemptRecord* attempt = ledger_->find(id);
    if (attempt == nullptr || !attempt->open()) continue;
    Answer own = answer;
    if (!attempt->answer.rule.empty()) {
      own.rule = attempt->answer.rule;
      own.nth = attempt->answer.nth;
    }
    ledger_->decide(*attempt, std::move(own));
  }
  over(answer);
}

void Transaction::parted(Attempt::Since how) {
  for (const std::uint64_t id : unread_) {
    if (AttemptRecord* attempt = ledger_->find(id)) attempt->since_reply = how;
  }
}

// What came in one piece with the message was sent before the reply could be read.
void Transaction::client_went_on(base::Micros began) {
  const auto unproven = std::find_if(unread_.begin(), unread_.end(), [&](std::uint64_t id) {
    const AttemptRecord* attempt = ledger_->find(id);
    return attempt != nullptr && began <= attempt->answer.when.at;
  });
  for (auto id = unread_.begin(); id != unproven; ++id) {
    if (AttemptRecord* attempt = ledger_->find(*id)) attempt->ambiguous_end = false;
  }
  unread_.erase(unread_.begin(), unproven);
}

const AttemptRecord* Transaction::attempt_of(std::string_view recipient) const {
  const Recipient* found = known(recipient);
  return found == nullptr ? nullptr : ledger_->find(found->attempt);
}

}  // namespace journal
