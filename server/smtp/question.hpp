// What a session asks, and what it knows of its client and the transaction. Values only, any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/stage.hpp"
#include "smtp/command.hpp"
#include "smtp/message.hpp"
#include "smtp/reply.hpp"
#include "smtp/xclient.hpp"

namespace smtp {

struct Recipient {
  std::string address;
  std::vector<Parameter> parameters;
  bool again = false;  // LMTP: its address stands before it as well
};

// The transaction so far. `recipients` holds the accepted ones in order.
struct Envelope {
  std::string ehlo;         // argument of the last accepted EHLO/HELO/LHLO
  std::string auth_user{};  // who has logged in; empty: nobody
  bool has_sender = false;  // MAIL was accepted
  std::string sender;
  std::vector<Parameter> mail_parameters;
  std::uint64_t declared_size = 0;  // SIZE=, 0 when absent
  bool smtputf8 = false;
  std::vector<Recipient> recipients;
};

// An AUTH exchange (RFC 4954 4). Credentials are in no question: the session has checked them.
struct AuthAsked {
  std::string mechanism{};  // upper case
  std::string user{};       // claimed; empty until it is known
  bool begins = true;       // this question answers the AUTH command itself
  bool ends = true;         // the credentials are complete: a healthy server now says 235 or 535
};

struct Question {
  base::Stage stage = base::Stage::connect;  // of a command no rule can act on: noop
  bool reaches_rules =
      true;  // false: ill-formed, out of sequence or not served; `normal` must be said as it is
  bool behind_refused_mail = false;  // an RCPT out of sequence because its MAIL was refused
  bool repeated = false;             // this RCPT's address was already answered in this transaction
  Command command{};                 // verb unknown at connect and message
  std::string line{};                // as received, masked, printable; empty at connect and message
  // Input octets before the first octet of the command (at message: of the data; at connect: 0).
  std::uint64_t offset = 0;
  // What a healthy server says. Positive with an empty wire: nothing is said yet, the next question
  // follows at once (a first BDAT that is the last; the handshake of implicit TLS).
  Reply normal{};
  std::shared_ptr<const Message> message{};  // at message only
  // LMTP at message: the place in Envelope::recipients of the one recipient that is answered.
  std::optional<std::size_t> recipient{};
  std::optional<AuthAsked> auth{};       // at auth
  std::optional<ClaimedPeer> claimed{};  // a well-formed XCLIENT, which reaches no rule
};

}  // namespace smtp
