// Events of mail that is offered, for the World: what a conversation would record.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "control/world.hpp"
#include "journal/event.hpp"

namespace control {

inline journal::Event event(journal::Kind kind, std::uint64_t connection) {
  journal::Event out;
  out.kind = kind;
  out.connection = connection;
  return out;
}

inline journal::Event command(std::uint64_t connection, base::Stage stage, std::string address) {
  auto out = event(journal::Kind::command, connection);
  out.stage = stage;
  out.subject = std::move(address);
  return out;
}

inline journal::Event reply(std::uint64_t connection, base::Stage stage, std::uint16_t code) {
  auto out = event(journal::Kind::reply, connection);
  out.stage = stage;
  out.code = code;
  out.text = std::to_string(code) + " text";
  return out;
}

// One connection that offers a message to `recipient` and is answered with `code` at RCPT.
inline void offer(
    World& world,
    std::uint64_t connection,
    const std::string& recipient,
    std::uint16_t code,
    std::string_view receiver = "default"
) {
  using base::Stage;
  auto connected = event(journal::Kind::connected, connection);
  connected.subject = "127.0.0.1";
  const auto add = [&](journal::Event e) { world.record(receiver, std::move(e)); };
  add(std::move(connected));
  add(reply(connection, Stage::connect, 220));
  add(command(connection, Stage::mail, "from@sender.test"));
  add(reply(connection, Stage::mail, 250));
  add(command(connection, Stage::rcpt, recipient));
  add(reply(connection, Stage::rcpt, code));
  auto ended = event(journal::Kind::ended, connection);
  ended.ending = journal::Ending::quit;
  add(std::move(ended));
}

}  // namespace control
