// Chunks as a client sends them, and a conversation that has come to where they begin.
#pragma once

#include <string>
#include <string_view>

#include "smtp/talk.hpp"

namespace smtp_test {

inline const smtp::Profile kChunking{.chunking = true, .binary_mime = true};
inline const std::string kMail = "MAIL FROM:<a@b.test>\r\n";
inline const std::string kRcpt = "RCPT TO:<b@c.test>\r\n";

inline std::string bdat(std::string_view octets, bool last = false) {
  return "BDAT " + std::to_string(octets.size()) + (last ? " LAST" : "") + "\r\n" +
         std::string(octets);
}

// A client up to the accepted RCPT.
inline void prepare(Talk& talk, const std::string& parameters = "") {
  talk.session.capture(1000);
  talk.send("EHLO c.test\r\n");
  talk.send("MAIL FROM:<a@b.test>" + parameters + "\r\n" + kRcpt);
}

}  // namespace smtp_test
