// The receiving side of the SMTP protocol (RFC 5321, 1870, 2034, 2920, 6152, 6531) without I/O:
// bytes in, questions out. A healthy server's answer comes with every question; whoever drives the
// session decides what is really said and tells the session only whether that accepted. Knows no
// scenario, socket or clock. Not thread-safe: one per connection.
//
// Use: after received() call next() until it gives nothing, and answer() each question before the
// next next(). The first question, of stage connect, is there before any input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/stage.hpp"
#include "smtp/command.hpp"
#include "smtp/data_scanner.hpp"
#include "smtp/extensions.hpp"
#include "smtp/finding.hpp"
#include "smtp/intake.hpp"
#include "smtp/lines.hpp"
#include "smtp/message.hpp"
#include "smtp/profile.hpp"
#include "smtp/reply.hpp"
#include "smtp/verbs.hpp"

namespace smtp {

struct Recipient {
  std::string address;
  std::vector<Parameter> parameters;
};

// The transaction so far. `recipients` holds the accepted ones in order.
struct Envelope {
  std::string ehlo;         // argument of the last accepted EHLO/HELO/LHLO
  bool has_sender = false;  // MAIL was accepted
  std::string sender;
  std::vector<Parameter> mail_parameters;
  std::uint64_t declared_size = 0;  // SIZE=, 0 when absent
  bool smtputf8 = false;
  std::vector<Recipient> recipients;
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
  Reply normal{};                            // what a healthy server says
  std::shared_ptr<const Message> message{};  // at message only
};

class Session {
 public:
  // Octets of undecided input held at most, unless they came together with the end of a message's
  // data; received() must not be given more than room().
  static constexpr std::size_t kMaxInput = 64 * 1024;
  // What room() says while data is awaited.
  static constexpr std::size_t kMaxData = 256 * 1024;
  // Limits: different addresses answered in one transaction; further ones get 452 4.5.3 and reach
  // no rule.
  static constexpr std::size_t kMaxAnswered = 20000;

  explicit Session(Profile profile);

  // How many octets may be given now; 0: answer a question first.
  [[nodiscard]] std::size_t room() const;

  void received(std::string_view bytes);

  // The next thing to answer, in order; nullopt: more input is needed, or the session is over
  // (after QUIT).
  [[nodiscard]] std::optional<Question> next();

  // `accepted`: the protocol goes on as after the healthy positive reply (at data: the message
  // follows; at quit and connect it does not matter what was said but whether commands are served).
  // Refused connect: every later command but QUIT gets 503. Input that came before the answer
  // counts as pipelined, before the greeting's as early talk: answer when the reply leaves.
  void answer(bool accepted);

  // True while the octets of a message are awaited: the only time at which a large room() makes
  // sense.
  [[nodiscard]] bool in_data() const { return mode_ == Mode::data; }

  // Undecided octets are waiting in the buffer (a pipelined command, part of a line).
  [[nodiscard]] bool has_input() const { return !input_.empty(); }

  [[nodiscard]] const Envelope& envelope() const { return envelope_; }

  // A new profile for the next transaction on (a changed scenario): at once if none is open, also
  // while MAIL is asked. What was offered at EHLO stays offered until the next EHLO.
  void use(Profile profile);

  // Capture at most `octets` of each message's content from now on (0: none). Of one over SIZE
  // nothing is kept.
  void capture(std::size_t octets) { capture_ = octets; }

  // The findings since the last call, in order. Those of a command or message are there with its
  // question, those about input that came too early after its answer.
  [[nodiscard]] std::vector<Finding> take_findings();

  // Octets of message content received since 354, for telling how far a broken transfer got; 0
  // outside of data.
  [[nodiscard]] std::uint64_t data_octets() const;

 private:
  enum class Mode : std::uint8_t { greeting, commands, data, data_ended, over };
  // What the answer to the question decides.
  enum class Effect : std::uint8_t {
    none,
    welcome,
    introduce,
    begin,
    add,
    data,
    message,
    reset,
    quit
  };

  [[nodiscard]] Question ask_greeting();
  [[nodiscard]] Question ask_message();
  [[nodiscard]] Question ask(const Line& line);
  [[nodiscard]] std::optional<SyntaxError> fault_of(const VerbRow& row, const Command& command);
  [[nodiscard]] std::optional<SyntaxError> sequence_fault(const VerbRow& row) const;
  [[nodiscard]] std::optional<SyntaxError> envelope_fault(const Command& command);
  void refuse(Question& question, const SyntaxError& fault);
  void admit(Question& question, const VerbRow& row);
  void admit_recipient(Question& question);

  void begin_transaction();
  void add_recipient(bool accepted);
  void begin_data();
  void reset_transaction();
  void feed(std::string_view& bytes);
  void note_hasty_input();
  void note(FindingKind kind, std::string detail);

  Profile profile_;
  std::optional<Profile> next_profile_;  // once the transaction is over
  Offered offered_;                      // in the last EHLO reply
  std::size_t capture_ = 0;

  Mode mode_ = Mode::greeting;
  Progress progress_ = Progress::fresh;
  bool asked_ = false;  // a question is out
  Effect effect_ = Effect::none;
  Verb verb_ = Verb::unknown;  // of the last question
  bool behind_auth_ = false;   // only unknown lines have come since AUTH
  Command pending_;            // of the question that is out, as far as its answer needs it

  Envelope envelope_;
  bool eight_bit_body_ = false;    // BODY=8BITMIME
  bool mail_refused_ = false;      // the last MAIL, and none was accepted since
  bool recipients_tried_ = false;  // some RCPT came in this transaction
  std::uint64_t pending_key_ = 0;  // of the RCPT that is out
  // Hash of each address answered in this transaction, and whether it was accepted.
  std::unordered_map<std::uint64_t, bool> answered_;

  LineBuffer input_;
  DataScanner scanner_;
  Intake intake_;
  std::uint64_t data_offset_ = 0;
  std::vector<Finding> findings_;
};

}  // namespace smtp
