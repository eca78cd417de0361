// One thing that crossed the wire, or changed a receiver: the journal's unit, and all that judging
// may know. A value; immutable once it is in a journal; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/name.hpp"
#include "base/stage.hpp"
#include "base/time.hpp"

namespace journal {

enum class Kind : std::uint8_t {
  run,        // the journal begins: text = version; wall-clock start
  receiver,   // a receiver exists or was changed: setup is set
  phase,      // a receiver entered `phase`
  connected,  // a connection was accepted: subject = client address, text = listener address;
              // parameters: tls = version, if it is encrypted already; starttls = offered, if it
              // was before this receiver heard of it
  tls,        // a TLS handshake: subject = version, parameters = cipher, sni, alpn, certificate;
              // flag = it failed: text = why; ending: the client left in the midst of it
  login,      // the client has logged in (RFC 4954): subject = user, text = mechanism
  refused,    // turned away with 421 by the server's own connection limit: subject = client
              // address, text = the reply without its codes
  command,    // subject = address (mail, rcpt) or argument, text = line, began = its first octet
  message,    // the end of data arrived: `message` is set
  reply,      // as planned, just before it is handed over: code, enhanced, text, stage, rule, nth;
              // subject = the one recipient it answers (LMTP), else empty
  sent,       // `reply` is handed over as a whole only now (drip, full socket)
  cut,        // of `reply` only `count` octets left; comes before `ended`; named "reply-cut"
  stored,     // the message was kept; subject as of reply
  fired,     // an adding rule, or a deciding one without reply, acted: rule, nth, stage; text = how
  finding,   // subject = name of the finding, text = detail
  note,      // a rule's note: text
  ended,     // it is over: `ending`, stage = stage being answered, count = octets received
  advanced,  // the receiver's clock was moved forward: by
  offered,   // the harness has submitted a message: subject = its recipient
  rule,      // a rule was pushed in front: subject = its name, count = its id, text = its JSON;
             // flag = it was taken away again, text empty
  recount,   // all rules count anew
  reset,     // what was recorded before is void: text = what began anew; `receiver` follows
  passed,    // the transaction in hand has a recipient of another receiver: subject = its name
  observed,  // nothing happened, and the receiver was still watching
  dropped,   // events were lost up to here: count
};
[[nodiscard]] std::string_view name_of(Kind kind);
[[nodiscard]] std::optional<Kind> kind_named(std::string_view name);

// Who ended a connection and how.
enum class Ending : std::uint8_t {
  none,
  quit,          // the client said QUIT and was answered
  client_left,   // FIN from the client, without QUIT
  client_reset,  // RST from the client, or a write to it failed
  closed,        // we closed: a 421, a rule's close, or a truncated reply
  reset,         // we sent RST
  renamed,       // by XCLIENT: what follows is another client's, under a number of its own
  timeout,       // our idle timer
  drained,       // the server stopped
};
[[nodiscard]] std::string_view name_of(Ending ending);
[[nodiscard]] std::optional<Ending> ending_named(std::string_view name);

// Facts about a message, without its content.
struct MessageFacts {
  std::uint64_t size = 0;
  std::string message_id;
  std::string body_hash;
  // Values of the fields that the receiver's delivery key names ("header.X-Id" -> value).
  std::vector<std::pair<std::string, std::string>> key_fields;

  bool operator==(const MessageFacts&) const = default;
};

// What judging must know of a receiver's set-up.
struct Setup {
  std::string scenario{};
  std::uint64_t seed = 1;
  double scale = 1;
  base::Duration slack{std::chrono::milliseconds(250)};
  std::vector<std::string> delivery_key{"sender", "recipient"};
  bool delivery_unique = false;
  std::string expect{};  // the scenario's expectations as a JSON array; empty: none

  bool operator==(const Setup&) const = default;
};

// Why an event is as it is, for whoever recorded it: means nothing to the journal, and no file has
// it. Immutable; any thread.
class Trace {
 public:
  Trace() = default;
  virtual ~Trace() = default;
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  // Octets it takes in memory, roughly.
  [[nodiscard]] virtual std::size_t footprint() const = 0;
};

struct Event {
  std::uint64_t seq = 0;  // given by the journal, from 1, over all receivers
  base::Micros at{0};     // real time since the run began
  base::Micros judge{0};  // the receiver's judge clock
  base::Micros clock{0};  // the receiver's own clock
  base::Name receiver{};
  base::Name phase{};
  base::Name rule{};
  std::uint64_t connection = 0;  // 0: none
  Kind kind = Kind::observed;
  Ending ending = Ending::none;
  std::optional<base::Stage> stage{};
  std::uint16_t code = 0;
  std::uint32_t nth = 0;
  bool held = false;  // ended, command: an action of ours was holding the reply when this happened;
                      // tls: the handshake was not what a healthy server has
  bool flag = false;  // command: answered before any rule (syntax or sequence); stored: true =
                      // although the reply does not say so; rule: removed; tls: failed;
                      // connected: it goes on from before a reset
  base::Micros began{0};  // command: arrival of its first octet (<= at); connected: if earlier
  base::Micros by{0};     // advanced: how far; connected: how long the client had kept it waiting
  std::uint64_t count = 0;
  std::uint64_t reply = 0;  // sent, cut: sequence number of their reply; 0: the last one
  std::string enhanced{};
  std::string subject{};
  std::string text{};
  // command mail, rcpt: ESMTP parameters that the delivery key may name ("ENVID" -> value).
  std::vector<std::pair<std::string, std::string>> parameters{};
  std::shared_ptr<const MessageFacts> message{};
  std::shared_ptr<const Setup> setup{};
  std::shared_ptr<const Trace> trace{};
};

// Octets an event takes in memory, roughly: what the journal's byte limit counts.
[[nodiscard]] std::size_t footprint(const Event& event);

}  // namespace journal
