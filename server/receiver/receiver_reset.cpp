// What a receiver tells its journal when that begins anew: see receiver.hpp.
#include <algorithm>

#include "receiver/receiver.hpp"

namespace receiver {

// What a reset tells of the connection says that it is encrypted.
void Receiver::note_secure_locked(const journal::Event& tls) {
  const auto talk = talks_.find(tls.connection);
  if (talk == talks_.end()) return;
  auto connected = std::make_shared<journal::Event>(*talk->second);
  connected->parameters = {{"tls", tls.subject}};
  talk->second = std::move(connected);
}

// Connections that go on are told anew, so that the attempts they will make are theirs.
void Receiver::carry_over_locked(base::TimePoint now) {
  std::vector<journal::EventPtr> open;
  for (const auto& [connection, connected] : talks_) open.push_back(connected);
  std::sort(open.begin(), open.end(), [](const auto& a, const auto& b) {
    return a->connection < b->connection;
  });
  for (const auto& connected : open) {
    journal::Event event;
    event.kind = journal::Kind::connected;
    event.connection = connected->connection;
    event.subject = connected->subject;
    event.text = connected->text;
    event.parameters = connected->parameters;
    event.flag = true;
    record_locked(std::move(event), now);
  }
}

// The events that follow tell all that is known from here on.
void Receiver::void_journal_locked(std::string_view what, base::TimePoint now) {
  ++journals_;
  messages_.clear();
  identities_.clear();
  journal::Event event;
  event.kind = journal::Kind::reset;
  event.text = what;
  record_locked(std::move(event), now);
}

}  // namespace receiver
