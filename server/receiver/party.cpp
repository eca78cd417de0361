#include "receiver/party.hpp"

#include <algorithm>
#include <utility>

namespace receiver {

namespace {

using base::Stage;
using journal::Kind;

// A reply that is handed over within this time of its event needs no second event.
constexpr base::Duration kPrompt = std::chrono::milliseconds(2);

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

// The message with no more of it than `capture` allows: another party may have wished for more.
std::shared_ptr<const smtp::Message> captured_of(
    const std::shared_ptr<const smtp::Message>& message, scenario::Capture capture
) {
  const bool content = capture == scenario::Capture::all;
  const bool headers = capture != scenario::Capture::none;
  if ((content || message->content.empty()) && (headers || message->headers.empty())) {
    return message;
  }
  auto less = std::make_shared<smtp::Message>();
  less->size = message->size;
  less->body_hash = message->body_hash;
  less->message_id = message->message_id;
  less->over_size = message->over_size;
  if (headers) less->headers = message->headers;
  return less;
}

}  // namespace

Party::Party(std::shared_ptr<Receiver> receiver, std::uint64_t connection)
    : receiver_(std::move(receiver)), connection_(connection), edition_(receiver_->edition()) {}

bool Party::renew() {
  auto latest = receiver_->edition();
  if (latest == edition_) return false;
  edition_ = std::move(latest);
  return true;
}

void Party::joined(journal::Event connected, base::TimePoint now) {
  receiver_->opened(now);
  record(std::move(connected), now);
}

std::uint64_t Party::record(journal::Event event, base::TimePoint now) {
  event.connection = connection_;
  return receiver_->record(std::move(event), now);
}

void Party::record_reply(journal::Event reply, ReplyLog::Planned planned, base::TimePoint now) {
  reply.trace = std::exchange(trace, nullptr);
  planned.event = record(std::move(reply), now);
  replies_.planned(planned);
}

void Party::record_message(
    const std::shared_ptr<const smtp::Message>& message,
    const std::string& sender,
    std::vector<std::string> recipients,
    base::TimePoint now
) {
  journal::Event arrived;
  arrived.kind = Kind::message;
  arrived.stage = Stage::message;
  arrived.message = facts_of(*message, edition_->scenario->delivery_key);
  message_ = record(std::move(arrived), now);
  keep_content(message, sender, std::move(recipients), now);
}

void Party::keep_content(
    const std::shared_ptr<const smtp::Message>& message,
    const std::string& sender,
    std::vector<std::string> recipients,
    base::TimePoint now
) {
  if (message_ == 0) return;  // its receiver is gone
  receiver_->keep(
      {.id = message_,
       .connection = connection_,
       .at = receiver_->in_run(now),
       .sender = sender,
       .recipients = std::move(recipients),
       .message = captured_of(message, edition_->scenario->capture)}
  );
}

void Party::record_stored(ReplySays reply, std::string_view recipient, base::TimePoint now) {
  journal::Event stored;
  stored.kind = Kind::stored;
  stored.stage = Stage::message;
  stored.flag = reply == ReplySays::otherwise;
  stored.subject = recipient;
  record(std::move(stored), now);
  receiver_->mark_stored(message_);
}

void Party::wrote(std::uint64_t octets, base::TimePoint now) {
  while (const auto reply = replies_.next_written(octets)) {
    if (now - reply->at < kPrompt) continue;
    journal::Event sent;
    sent.kind = Kind::sent;
    sent.stage = reply->stage;
    sent.code = reply->code;
    sent.reply = reply->event;
    record(std::move(sent), now);
  }
}

void Party::cut_off(std::uint64_t octets, base::TimePoint now) {
  while (const auto reply = replies_.next_cut()) {
    if (reply->ends <= octets) continue;
    journal::Event cut;
    cut.kind = Kind::cut;
    cut.stage = reply->stage;
    cut.code = reply->code;
    cut.reply = reply->event;
    cut.count = octets - std::min(octets, reply->begins);
    record(std::move(cut), now);
  }
}

void Party::left(journal::Event ended, base::TimePoint now) {
  record(std::move(ended), now);
  receiver_->closed();
}

std::size_t Party::capture() const {
  return edition_->scenario->capture == scenario::Capture::all ? kCapturePerMessage : 0;
}

}  // namespace receiver
