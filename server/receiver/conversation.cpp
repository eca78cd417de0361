#include "receiver/conversation.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace receiver {

namespace {

using base::Stage;

// Unwritten output beyond which a client that does not read its replies gets no further ones.
constexpr std::uint64_t kOutputBacklog = 64 * 1024;

}  // namespace

Conversation::Conversation(
    std::shared_ptr<Receiver> receiver, Peer peer, base::TimePoint now, const Directory* directory
)
    : peer_(std::move(peer)),
      client_(base::to_string(peer_.client)),
      directory_(directory),
      began_(now),
      greeter_(std::move(receiver), peer_.connection),
      session_(profile_for(peer_, *greeter_.edition().scenario)),
      now_(now),
      quiet_since_(now) {
  choose_capture();
  if (!peer_.login.empty()) session_.trust(peer_.login);
  if (!peer_.tls_version.empty()) {
    session_.begin_secure();
  } else if (peer_.tls == TlsMode::implicit) {
    session_.begin_with_tls();
  }
  greeter_.joined(connected_event(), now);
}

Conversation::~Conversation() {
  ended(now_);
}

void Conversation::received(std::string_view bytes, base::TimePoint now) {
  now_ = quiet_since_ = now;
  player_.took(bytes.size(), now);
  if (!player_.over() && !hears_hello()) {
    if (session_.in_data() && !session_.has_input()) arrivals_.clear();
    arrivals_.came(octets_in_, now);
    session_.received(bytes);
  }
  octets_in_ += bytes.size();
}

void Conversation::wrote(std::size_t n, base::TimePoint now) {
  now_ = quiet_since_ = now;
  player_.wrote(n, now);
  greeter_.wrote(player_.written_bytes(), now);
  if (guests_.empty()) return;
  for (const auto& guest : guests_) guest->wrote(player_.written_bytes(), now);
  let_go(now);
}

void Conversation::peer_left(Left how, base::TimePoint now) {
  now_ = now;
  if (left_ || ended_) return;
  left_ = how;
  // After a FIN of ours the client has nothing to wait for.
  held_ = player_.holding(now) || player_.over();
}

void Conversation::half_closed() {
  player_.half_closed();
}

wire::Wants Conversation::poll(base::TimePoint now) {
  now_ = now;
  auto wants = player_.poll(now);
  progress(now);
  while (answer_next(now)) {
    wants = player_.poll(now);
    progress(now);
  }
  let_go(now);
  if (left_ && (*left_ == Left::reset || player_.busy() || wants.write.empty())) {
    // Nobody is there to read what is still planned.
    wants = {};
    wants.ending = wire::Ending::close;
    return wants;
  }
  const bool quiet = wants.ending == wire::Ending::none && wants.write.empty() && !player_.busy();
  if (quiet && session_.awaits_tls()) wants.ending = wire::Ending::start_tls;
  if (quiet && renamed_) wants.ending = wire::Ending::rename;
  last_wish_ = wants.ending;
  if (left_ || swallows_hello()) wants.read = 0;
  // What comes after our last word is read and thrown away; otherwise the session says what it has
  // room for.
  if (!player_.over() && !hears_hello()) wants.read = std::min(wants.read, session_.room());
  return wants;
}

// Answers the next question of the session, if there is one and it is its turn.
bool Conversation::answer_next(base::TimePoint now) {
  if (ended_ || renamed_ || pending_ || player_.busy() || player_.over() ||
      ending_ != journal::Ending::none)
    return false;
  if (left_ == Left::reset) return false;
  if (player_.offered_bytes() - player_.written_bytes() > kOutputBacklog) return false;
  auto question = session_.next();
  if (!question) {
    record_findings(now);
    if (!draining_ || in_transaction()) return false;
    leave_with(
        421,
        "4.3.2",
        "Server is stopping, closing transmission channel",
        journal::Ending::drained,
        now
    );
    return ending_ != journal::Ending::none;
  }
  handle(std::move(*question), now);
  return true;
}

void Conversation::handle(smtp::Question question, base::TimePoint now) {
  stage_ = question.stage;
  if (question.stage == Stage::starttls) {
    handshake_ = std::make_unique<wire::Handshake>(greeter_.edition().scenario->handshake);
  }
  if (question.stage == Stage::mail && question.reaches_rules) begin_transaction();
  hearers_ = audience_of(question, now);
  record_question(question, now);
  record_findings(now);
  find_talk_after_421(question, now);
  if (question.claimed) return rename(*question.claimed);
  // Out of sequence it could not have begun a transaction.
  if (question.stage == Stage::mail && question.normal.code != 503) had_mail_ = true;
  if (question.repeated) return answer_as_normal(question, said_before(question), now);
  if (!question.reaches_rules) return answer_as_normal(question, question.normal, now);
  ask_rules(std::move(question), now);
}

// What the same recipient was told the first time.
smtp::Reply Conversation::said_before(const smtp::Question& question) const {
  const bool at_end = question.stage == Stage::message;
  const auto& all = at_end ? told_ : refused_;
  const auto address =
      base::fold_domain(at_end ? only_recipient(question) : question.command.address);
  const auto told =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == address; });
  return told == all.end() ? question.normal : told->second;
}

// MAIL may begin one: whatever is in force now is so for all of it.
void Conversation::begin_transaction() {
  if (greeter_.renew()) session_.use(profile_for(peer_, *greeter_.edition().scenario));
  refused_.clear();
  told_.clear();
  recipient_owners_.clear();
  for (const auto& guest : guests_) guest->takes_part = false;
  owners_ = directory_ == nullptr ? nullptr : directory_->snapshot();
  if (owners_ && owners_->empty()) owners_ = nullptr;
  told_mail_ = owners_ ? std::make_unique<ToldMail>() : nullptr;
  if (told_mail_) told_mail_->first = !had_mail_;
  choose_capture();
}

// The healthy server's way, and the fast one: no plan.
void Conversation::answer_as_normal(
    const smtp::Question& question, const smtp::Reply& reply, base::TimePoint now
) {
  if (question.stage == Stage::message && reply.positive() && !question.repeated) {
    for (Party* party : hearers_) {
      party->record_stored(Party::ReplySays::kept, only_recipient(question), now);
    }
  }
  if (!reply.wire.empty()) {
    const auto begins = player_.offered_bytes();
    record_reply(reply, question.stage, only_recipient(question), begins, now);
    player_.say(reply.wire);
  }
  concluded(question, reply, now);
}

// Follows a plan: the message is kept when the plan has come that far, the reply is recorded before
// it leaves, and the session goes on when the plan is done.
void Conversation::progress(base::TimePoint now) {
  if (!pending_) return;
  const auto& action = pending_->action;
  if (!pending_->committed && action.plan.accepts() && player_.completed() >= action.plan.commit) {
    pending_->committed = true;
    const bool says_so = action.positive && action.reply.code != 0;
    const auto reply = says_so ? Party::ReplySays::kept : Party::ReplySays::otherwise;
    for (Party* party : pending_->keepers) party->record_stored(reply, pending_->recipient, now);
  }
  if (!pending_->replied && pending_->says() && player_.offered_bytes() > pending_->begins) {
    pending_->replied = true;
    const auto stage = pending_->question.stage;
    record_reply(action.reply, stage, pending_->recipient, pending_->begins, now);
  }
  if (player_.busy()) return;
  quiet_since_ = now;
  const auto done = std::move(pending_);
  if (done->action.handshake) *handshake_ = *done->action.handshake;
  auto reply = done->action.reply;
  if (!done->action.positive && reply.positive()) reply.code = 0;
  // What accepts without a reply goes on like one, unless it ends the connection.
  if (done->action.positive && reply.code == 0 && !player_.over()) reply.code = 250;
  concluded(done->question, reply, now);
}

// The question has its answer: the protocol goes on.
void Conversation::concluded(
    const smtp::Question& question, const smtp::Reply& reply, base::TimePoint now
) {
  const bool positive = reply.code != 0 && reply.positive();
  const bool refused = !positive && reply.code != 0;
  if (question.stage == Stage::rcpt && question.reaches_rules && refused && !question.repeated) {
    refused_.emplace_back(base::fold_domain(question.command.address), reply);
  }
  if (question.recipient && !question.repeated) {
    told_.emplace_back(base::fold_domain(only_recipient(question)), reply);
  }
  const auto accepted = session_.envelope().recipients.size();
  session_.answer(positive);
  if (question.stage == Stage::rcpt) note_owner(accepted);
  if (question.auth && question.auth->ends && positive) logged_in(*question.auth, now);
  // What came too early concerns those who have heard the question.
  if (!guests_.empty()) record_findings(now);
  const bool ill_formed = !question.normal.positive();
  if (ill_formed || player_.over()) return;
  // Without its handshake there is no implicit TLS.
  const bool unshaken = question.stage == Stage::starttls && peer_.tls == TlsMode::implicit &&
                        !session_.awaits_tls() && !session_.is_secure();
  if (question.stage != Stage::quit && !unshaken) return;
  // Whatever QUIT was told, the connection ends (RFC 5321 4.1.1.10).
  if (!unshaken) ending_ = journal::Ending::quit;
  wire::Plan plan;
  plan.ops.push_back({.kind = wire::Op::Kind::close});
  player_.play(plan, 0, now);
}

base::TimePoint Conversation::quiet_since() const {
  return player_.holding(now_) ? base::kNever : quiet_since_;
}

bool Conversation::in_transaction() const {
  return session_.in_data() || session_.envelope().has_sender;
}

}  // namespace receiver
