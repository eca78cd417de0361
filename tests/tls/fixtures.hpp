// What most cases of this folder begin with: an authority, and a channel of a receiver.
#pragma once

#include <memory>
#include <string>

#include "tls/authority.hpp"
#include "tls/channel.hpp"
#include "tls/client.hpp"

#include "support/catch.hpp"

namespace tls {

inline constexpr const char* kHost = "mx.example.test";

// Certificates are verified against the real time.
inline base::WallTime today() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

inline Authority& authority() {
  static Authority made = Authority::create(today()).value();
  return made;
}

inline ContextPtr context(const wire::Handshake& handshake = {}) {
  return authority().context(kHost, handshake).value();
}

// A handshake of the two that has come to an end, one way or the other.
struct Meeting {
  explicit Meeting(const wire::Handshake& handshake = {}, const Client::Options& options = {})
      : channel(context(handshake)), client(options) {
    carry(client, channel, input);
  }

  void go_on() { carry(client, channel, input); }

  // The channel writes it, the client has it.
  void reply(std::string_view text) {
    REQUIRE(channel.write(text) == text.size());
    go_on();
  }

  Channel channel;
  Client client;
  std::string input{};  // what the channel heard
};

}  // namespace tls
