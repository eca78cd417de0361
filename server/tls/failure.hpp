// Why TLS came to nothing, as one line that a person understands. Pure.
#pragma once

#include <string>
#include <string_view>

#include "tls/context.hpp"
#include "tls/hello.hpp"

namespace tls {

// What is known of the connection when something goes wrong.
struct Circumstances {
  const Context& context;
  const Hello& hello;
  std::string_view first_octets;  // of the client: a record's header, or whatever is in its place
  bool handshaking = true;
  bool answered = false;  // the client was sent something of the handshake
};

// For the oldest entry of OpenSSL's error queue; 0: there is none.
[[nodiscard]] std::string explain(unsigned long code, const Circumstances& circumstances);

// The client's end of the connection is closed while the handshake is going on.
[[nodiscard]] std::string explain_leaving(const Circumstances& circumstances);

}  // namespace tls
