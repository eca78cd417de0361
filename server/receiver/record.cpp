// What a conversation writes into the journals: one function per kind of event. Unless it says
// otherwise, each is told to those who hear of the question in hand.
#include <utility>

#include "receiver/conversation.hpp"
#include "smtp/credentials.hpp"

namespace receiver {

namespace {

using base::Stage;
using journal::Kind;

journal::Event event_of(Kind kind, Stage stage) {
  journal::Event event;
  event.kind = kind;
  event.stage = stage;
  return event;
}

}  // namespace

journal::Event Conversation::connected_event() const {
  journal::Event connected;
  connected.kind = Kind::connected;
  connected.subject = client_;
  connected.text = peer_.listener;
  if (!peer_.tls_version.empty()) connected.parameters.emplace_back("tls", peer_.tls_version);
  return connected;
}

journal::Event Conversation::tls_event(const wire::TlsFacts& facts) {
  auto tls = event_of(Kind::tls, Stage::starttls);
  tls.subject = facts.version;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) tls.parameters.emplace_back(name, value);
  };
  add("cipher", facts.cipher);
  add("sni", facts.sni);
  add("alpn", facts.alpn);
  add("certificate", facts.certificate);
  return tls;
}

void Conversation::tell(journal::Event event, base::TimePoint now) {
  for (Party* party : hearers_.first(hearers_.size() - 1)) party->record(event, now);
  hearers_.back()->record(std::move(event), now);
}

void Conversation::record_question(const smtp::Question& question, base::TimePoint now) {
  // Neither the greeting nor the handshake of implicit TLS is asked for by a command.
  const bool unasked = question.stage == Stage::starttls && question.line.empty();
  if (question.stage == Stage::connect || unasked) return;
  if (question.stage == Stage::message) return record_message(question, now);
  auto came = command_event(question);
  const bool others_may_join = question.stage == Stage::mail && question.reaches_rules;
  if (others_may_join && told_mail_) told_mail_->command = came;
  tell(std::move(came), now);
}

journal::Event Conversation::command_event(const smtp::Question& question) {
  const auto& command = question.command;
  auto came = event_of(Kind::command, question.stage);
  came.flag = !question.reaches_rules;
  came.began = greeter_.receiver().in_run(arrivals_.of(question.offset));
  came.text = question.line;
  if (command.verb == smtp::Verb::mail || command.verb == smtp::Verb::rcpt) {
    came.subject = command.address;
    for (const auto& parameter : command.parameters)
      came.parameters.emplace_back(parameter.keyword, parameter.value);
  } else if (question.auth || command.verb == smtp::Verb::auth) {
    came.subject =
        question.auth ? question.auth->mechanism : smtp::masked_argument(command.argument);
  } else {
    came.subject = smtp::masked(command.argument);
  }
  return came;
}

// One message has one event, however many answers it gets.
void Conversation::record_message(const smtp::Question& question, base::TimePoint now) {
  if (question.recipient.value_or(0) != 0) return;
  const auto& envelope = session_.envelope();
  if (question.recipient && !recipient_owners_.empty()) hearers_ = with_recipients();
  for (Party* party : hearers_) {
    std::vector<std::string> recipients;
    recipients.reserve(envelope.recipients.size());
    for (std::size_t i = 0; i < envelope.recipients.size(); ++i) {
      if (owns(*party, i)) recipients.push_back(envelope.recipients[i].address);
    }
    party->record_message(question.message, envelope.sender, std::move(recipients), now);
  }
  if (question.recipient) hearers_ = audience_of(question, now);
}

// LMTP answers for one recipient at a time (RFC 2033 4.2); empty: the answer is for all.
std::string_view Conversation::only_recipient(const smtp::Question& question) const {
  if (!question.recipient) return {};
  return session_.envelope().recipients[*question.recipient].address;
}

void Conversation::record_findings(base::TimePoint now) {
  for (auto& finding : session_.take_findings()) {
    auto found = event_of(Kind::finding, stage_);
    found.subject = smtp::name_of(finding.kind);
    found.text = std::move(finding.detail);
    tell(std::move(found), now);
  }
}

// After 421 the client has only to leave (RFC 5321 3.8); what was on its way then is no fault.
void Conversation::find_talk_after_421(const smtp::Question& question, base::TimePoint now) {
  constexpr base::Duration kOnItsWay = std::chrono::milliseconds(250);
  if (farewell_ == base::kNever || question.command.verb == smtp::Verb::quit) return;
  if (question.line.empty() || arrivals_.of(question.offset) <= farewell_ + kOnItsWay) return;
  auto found = event_of(Kind::finding, stage_);
  found.subject = smtp::name_of(smtp::FindingKind::command_after_421);
  found.text = "the client went on after 421";
  tell(std::move(found), now);
}

// Of one party.
void Conversation::record_note(Party& party, std::string_view text, base::TimePoint now) {
  auto note = event_of(Kind::note, stage_);
  note.text = text;
  party.record(std::move(note), now);
}

// Rules of one party that leave no trace in a reply of their own: the adding ones, and a deciding
// one that says nothing.
void Conversation::record_fired(const Opinion& opinion, bool replies, base::TimePoint now) {
  const auto& decision = opinion.decision;
  for (const auto& fired : decision.fired) {
    if (opinion.decides && replies && &fired == decision.deciding()) continue;
    auto acted = event_of(Kind::fired, stage_);
    acted.rule = base::Name(fired.rule->name);
    acted.nth = static_cast<std::uint32_t>(fired.nth);
    if (!replies) acted.trace = std::exchange(opinion.party->trace, nullptr);
    opinion.party->record(std::move(acted), now);
  }
  for (const auto& text : opinion.action.notes) record_note(*opinion.party, text, now);
}

// `begins`: output octets before it. Only the party whose rule it is learns of the rule.
void Conversation::record_reply(
    const smtp::Reply& reply,
    Stage stage,
    std::string_view recipient,
    std::uint64_t begins,
    base::TimePoint now
) {
  if (reply.code == 421) farewell_ = now;
  auto planned = event_of(Kind::reply, stage);
  planned.subject = recipient;
  planned.code = reply.code;
  planned.enhanced = reply.enhanced;
  planned.text = smtp::text_of(reply);
  const ReplyLog::Planned place{
      .begins = begins,
      .ends = begins + reply.wire.size(),
      .at = now,
      .stage = stage,
      .code = reply.code};
  if (stage == Stage::mail && told_mail_ && told_mail_->planned.ends == 0) {
    told_mail_->reply = planned;
    told_mail_->planned = place;
  }
  const auto tell = [&](Party& party, journal::Event own) {
    if (pending_ && pending_->decider == &party) {
      own.rule = pending_->rule;
      own.nth = pending_->nth;
    }
    party.record_reply(std::move(own), place, now);
  };
  if (hearers_.empty()) return;
  for (Party* party : hearers_.first(hearers_.size() - 1)) tell(*party, planned);
  tell(*hearers_.back(), std::move(planned));
}

}  // namespace receiver
