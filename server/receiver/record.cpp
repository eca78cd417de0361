// What a conversation writes into the journal: one function per kind of event.
#include <utility>

#include "receiver/conversation.hpp"
#include "smtp/credentials.hpp"

namespace receiver {

namespace {

using base::Stage;
using journal::Kind;

// The fields of a message that the delivery key names, as "header.x-id" -> value.
std::vector<std::pair<std::string, std::string>> key_fields(
    const smtp::Message& message, const std::vector<std::string>& delivery_key
) {
  static constexpr std::string_view kPrefix = "header.";
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& part : delivery_key) {
    if (!part.starts_with(kPrefix)) continue;
    const auto values = message.header(std::string_view(part).substr(kPrefix.size()));
    if (!values.empty()) fields.emplace_back(part, values.front());
  }
  return fields;
}

std::shared_ptr<const journal::MessageFacts> facts_of(
    const smtp::Message& message, const std::vector<std::string>& delivery_key
) {
  auto facts = std::make_shared<journal::MessageFacts>();
  facts->size = message.size;
  facts->message_id = message.message_id;
  facts->body_hash = message.body_hash;
  facts->key_fields = key_fields(message, delivery_key);
  return facts;
}

}  // namespace

journal::Event Conversation::event(Kind kind) const {
  journal::Event event;
  event.kind = kind;
  event.connection = peer_.connection;
  return event;
}

void Conversation::record_question(const smtp::Question& question, base::TimePoint now) {
  if (question.stage == Stage::connect) return;
  if (question.stage == Stage::message) {
    auto arrived = event(Kind::message);
    arrived.stage = Stage::message;
    arrived.message = facts_of(*question.message, edition_->scenario->delivery_key);
    receiver_->record(std::move(arrived), now);
    return;
  }
  const auto& command = question.command;
  auto came = event(Kind::command);
  came.stage = question.stage;
  came.flag = !question.reaches_rules;
  came.began = receiver_->in_run(arrivals_.of(question.offset));
  came.text = question.line;
  if (command.verb == smtp::Verb::mail || command.verb == smtp::Verb::rcpt) {
    came.subject = command.address;
    for (const auto& parameter : command.parameters)
      came.parameters.emplace_back(parameter.keyword, parameter.value);
  } else if (command.verb == smtp::Verb::auth) {
    came.subject = smtp::masked_argument(command.argument);
  } else {
    came.subject = command.argument;
  }
  receiver_->record(std::move(came), now);
}

void Conversation::record_findings(base::TimePoint now) {
  for (auto& finding : session_.take_findings()) {
    auto found = event(Kind::finding);
    found.stage = stage_;
    found.subject = smtp::name_of(finding.kind);
    found.text = std::move(finding.detail);
    receiver_->record(std::move(found), now);
  }
}

void Conversation::record_note(std::string_view text, base::TimePoint now) {
  auto note = event(Kind::note);
  note.stage = stage_;
  note.text = text;
  receiver_->record(std::move(note), now);
}

// Rules that leave no trace in a reply of their own: the adding ones, and a deciding one that says
// nothing.
void Conversation::record_fired(
    const scenario::Decision& decision,
    const scenario::Action& action,
    Stage stage,
    base::TimePoint now
) {
  for (const auto& fired : decision.fired) {
    if (&fired == decision.deciding() && action.reply.code != 0) continue;
    auto acted = event(Kind::fired);
    acted.stage = stage;
    acted.rule = base::Name(fired.rule->name);
    acted.nth = static_cast<std::uint32_t>(fired.nth);
    receiver_->record(std::move(acted), now);
  }
  for (const auto& text : action.notes) record_note(text, now);
}

// `begins`: output octets before it.
void Conversation::record_reply(
    const smtp::Reply& reply, Stage stage, std::uint64_t begins, base::TimePoint now
) {
  auto planned = event(Kind::reply);
  planned.stage = stage;
  planned.code = reply.code;
  planned.enhanced = reply.enhanced;
  planned.text = smtp::text_of(reply);
  if (pending_) {
    planned.rule = pending_->rule;
    planned.nth = pending_->nth;
  }
  const auto number = receiver_->record(std::move(planned), now);
  replies_.planned(
      {.event = number,
       .begins = begins,
       .ends = begins + reply.wire.size(),
       .at = now,
       .stage = stage,
       .code = reply.code}
  );
}

void Conversation::keep_message(ReplySays reply, base::TimePoint now) {
  auto stored = event(Kind::stored);
  stored.stage = Stage::message;
  stored.flag = reply == ReplySays::otherwise;
  receiver_->record(std::move(stored), now);
}

}  // namespace receiver
