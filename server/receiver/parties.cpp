// The parties of a conversation on a shared listener: who hears of a question, who joins for a
// recipient, who leaves.
#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "receiver/conversation.hpp"

namespace receiver {

namespace {

using base::Stage;
using journal::Kind;

}  // namespace

// What is ill-formed or out of sequence concerns the greeter alone, unless it names a recipient.
Conversation::Parties Conversation::audience_of(
    const smtp::Question& question, base::TimePoint now
) {
  const Parties greeter(&greeter_alone_, 1);
  if (!owners_ && guests_.empty()) return greeter;
  switch (question.stage) {
    case Stage::connect:
    case Stage::mail: return greeter;
    case Stage::rcpt: several_.assign(1, &owner_of(question, now)); return several_;
    case Stage::data: return question.reaches_rules ? with_recipients() : greeter;
    case Stage::message:
      if (!question.recipient || recipient_owners_.empty()) return with_recipients();
      several_.assign(1, recipient_owners_[*question.recipient]);
      return several_;
    case Stage::ehlo:
    case Stage::starttls:
    case Stage::auth:
    case Stage::rset:
    case Stage::noop:
    case Stage::vrfy:
    case Stage::quit: return question.reaches_rules ? everyone() : greeter;
  }
  return greeter;
}

Conversation::Parties Conversation::everyone() {
  if (guests_.empty()) return {&greeter_alone_, 1};
  several_.assign(1, &greeter_);
  for (const auto& guest : guests_) several_.push_back(guest.get());
  return several_;
}

// Those with accepted recipients, by the first of them.
Conversation::Parties Conversation::with_recipients() {
  if (recipient_owners_.empty()) return {&greeter_alone_, 1};
  several_.clear();
  for (Party* owner : recipient_owners_) {
    const bool there = std::find(several_.begin(), several_.end(), owner) != several_.end();
    if (!there) several_.push_back(owner);
  }
  return several_;
}

bool Conversation::owns(const Party& party, std::size_t recipient) const {
  return recipient >= recipient_owners_.size() || recipient_owners_[recipient] == &party;
}

// Whose RCPT it is; a guest takes part from here on.
Party& Conversation::owner_of(const smtp::Question& rcpt, base::TimePoint now) {
  if (!owners_ || !told_mail_ || !in_transaction()) return greeter_;
  const auto owner = owners_->owner_of(base::domain_of(rcpt.command.address));
  // The snapshot of the transaction may be older than the end of a receiver.
  const bool somebody_else = owner && owner.get() != &greeter_.receiver();
  if (!somebody_else || owner->is_retired()) return greeter_;
  Party& party = guest(owner, now);
  if (!party.takes_part) take_part(party, now);
  return party;
}

// For a guest the connection begins with what it is told of it: when it was accepted, or with the
// MAIL if that is not the first.
Party& Conversation::guest(const std::shared_ptr<Receiver>& receiver, base::TimePoint now) {
  const auto known = std::find_if(guests_.begin(), guests_.end(), [&](const auto& one) {
    return &one->receiver() == receiver.get();
  });
  if (known != guests_.end()) return **known;
  auto& joining = *guests_.emplace_back(std::make_unique<Party>(receiver, peer_.connection));
  auto connected = connected_event();
  const auto idle = greeter_.receiver().idle(peer_.connection);
  const bool from_accept = told_mail_->first && idle;
  connected.began = from_accept ? receiver->in_run(began_) : told_mail_->command.began;
  if (from_accept) connected.by = *idle;
  if (session_.offers_tls() || session_.is_secure()) {
    connected.parameters.emplace_back("starttls", "offered");
  }
  joining.joined(std::move(connected), now);
  return joining;
}

void Conversation::take_part(Party& guest, base::TimePoint now) {
  guest.takes_part = true;
  guest.mail_asked = false;
  guest.renew();
  guest.record(told_mail_->command, now);
  auto place = told_mail_->planned;
  place.at = now;
  if (place.ends > player_.written_bytes()) {
    guest.record_reply(told_mail_->reply, place, now);
  } else {
    guest.record(told_mail_->reply, now);
  }
  journal::Event passed;
  passed.kind = Kind::passed;
  passed.stage = Stage::rcpt;
  passed.subject = guest.receiver().name();
  greeter_.record(std::move(passed), now);
  choose_capture();
}

// A recipient that was just accepted is that of whoever was asked.
void Conversation::note_owner(std::size_t accepted_before) {
  if (!owners_ || session_.envelope().recipients.size() == accepted_before) return;
  recipient_owners_.push_back(hearers_.front());
}

void Conversation::release(std::string_view receiver, base::TimePoint now) {
  now_ = now;
  if (ended_) return;
  if (owners_) owners_ = directory_->snapshot();
  if (greeter_.receiver().name() == receiver) return drain(now);
  for (const auto& guest : guests_) {
    if (guest->receiver().name() == receiver) guest->leaving = true;
  }
  let_go(now);
}

bool Conversation::has(std::string_view receiver) const {
  if (ended_) return false;
  return greeter_.receiver().name() == receiver ||
         std::any_of(guests_.begin(), guests_.end(), [&](const auto& guest) {
           return guest->receiver().name() == receiver;
         });
}

// Guests that are to leave do so between transactions, when all they have to do with is said.
void Conversation::let_go(base::TimePoint now) {
  if (guests_.empty()) return;
  const bool unsaid = pending_ || player_.written_bytes() < player_.offered_bytes();
  const auto leaves = [&](const std::unique_ptr<Party>& guest) {
    return guest->leaving && !(guest->takes_part && in_transaction());
  };
  if (ended_ || unsaid || std::none_of(guests_.begin(), guests_.end(), leaves)) return;
  for (const auto& guest : guests_) {
    if (!leaves(guest)) continue;
    auto over = ended_event();
    over.ending = journal::Ending::drained;
    guest->left(std::move(over), now);
  }
  hearers_ = Parties(&greeter_alone_, 1);
  if (!in_transaction()) recipient_owners_.clear();
  std::erase_if(guests_, leaves);
}

// As much as the party needs that wants most.
void Conversation::choose_capture() {
  auto octets = greeter_.capture();
  for (const auto& guest : guests_) {
    if (guest->takes_part) octets = std::max(octets, guest->capture());
  }
  session_.capture(octets);
}

}  // namespace receiver
