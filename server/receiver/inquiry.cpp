// What a conversation asks the rules: the facts of a question, gathered from session, journal and
// receiver.
#include "receiver/conversation.hpp"

namespace receiver {

namespace {

using base::Stage;

}  // namespace

Conversation::Inquiry Conversation::ask(const smtp::Question& question, base::TimePoint now) const {
  const auto& envelope = session_.envelope();
  const auto stage = question.stage;
  Inquiry inquiry;
  inquiry.moment = receiver_->moment(*edition_, now);
  auto& query = inquiry.query;
  query.stage = stage;
  query.envelope = &envelope;
  query.ehlo = stage == Stage::ehlo ? std::string_view(question.command.argument)
                                    : std::string_view(envelope.ehlo);
  query.client = peer_.client;
  query.connection = peer_.connection;
  query.receiver_time = inquiry.moment.receiver_time;
  query.phase = inquiry.moment.phase;
  query.phase_left = inquiry.moment.phase_left;
  query.size = envelope.declared_size;
  query.has_sender = stage == Stage::mail || envelope.has_sender;
  query.sender = stage == Stage::mail ? std::string_view(question.command.address)
                                      : std::string_view(envelope.sender);
  if (stage == Stage::mail) {
    query.size = smtp::declared_size(question.command);
    query.parameters = &question.command.parameters;
  } else if (stage == Stage::rcpt) {
    query.parameters = &question.command.parameters;
    inquiry.deliveries.push_back(receiver_->find(peer_.connection, question.command.address));
    query.targets.push_back(
        {.recipient = question.command.address,
         .delivery_key = {},
         .parameters = &question.command.parameters}
    );
  } else if (stage == Stage::data || stage == Stage::message) {
    for (const auto& recipient : envelope.recipients) {
      inquiry.deliveries.push_back(receiver_->find(peer_.connection, recipient.address));
      query.targets.push_back(
          {.recipient = recipient.address, .delivery_key = {}, .parameters = &recipient.parameters}
      );
    }
  }
  for (std::size_t i = 0; i < query.targets.size(); ++i) {
    query.targets[i].delivery_key = inquiry.deliveries[i].key;
    query.targets[i].attempt = inquiry.deliveries[i].attempt;
  }
  if (question.message) {
    query.message = question.message.get();
    query.size = question.message->size;
  }
  return inquiry;
}

scenario::Placeholders Conversation::values_of(const smtp::Question&, const Inquiry& inquiry)
    const {
  scenario::Placeholders values;
  values.sender = inquiry.query.sender;
  values.client = client_;
  values.hostname = edition_->scenario->profile.hostname;
  values.connection = peer_.connection;
  if (!inquiry.query.targets.empty()) {
    values.recipient = inquiry.query.targets.front().recipient;
    values.attempt = inquiry.query.targets.front().attempt;
  }
  return values;
}

}  // namespace receiver
