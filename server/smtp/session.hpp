// The receiving side of the SMTP protocol (RFC 5321, 1870, 2034, 2920, 3030, 3207, 3461, 4954,
// 6152, 6531) and of LMTP (RFC 2033) without I/O: bytes in, questions out. A healthy server's
// answer comes with every question; whoever drives the session decides what is really said and
// tells the session only whether that accepted. Knows no scenario, socket or clock. Not
// thread-safe: one per connection.
//
// Use: after received() call next() until it gives nothing, and answer() each question before the
// next next(). The first question, of stage connect, is there before any input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/stage.hpp"
#include "smtp/auth_exchange.hpp"
#include "smtp/chunk.hpp"
#include "smtp/command.hpp"
#include "smtp/data_scanner.hpp"
#include "smtp/extensions.hpp"
#include "smtp/finding.hpp"
#include "smtp/intake.hpp"
#include "smtp/lines.hpp"
#include "smtp/message.hpp"
#include "smtp/parameters.hpp"
#include "smtp/profile.hpp"
#include "smtp/question.hpp"
#include "smtp/reply.hpp"
#include "smtp/verbs.hpp"

namespace smtp {

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
  // Refused connect: every later command but QUIT gets 503. A refused 334 ends its exchange. Input
  // that came before the answer counts as pipelined, before the greeting's as early talk: answer
  // when the reply leaves.
  void answer(bool accepted);

  // An accepted STARTTLS: the handshake comes next. Input that was there is dropped (RFC 3207 4.2),
  // nothing is asked, and no input is taken until secured().
  [[nodiscard]] bool awaits_tls() const { return mode_ == Mode::tls; }

  // The handshake is done; what was known of the client is forgotten, so EHLO comes anew. Before
  // the greeting (implicit TLS, RFC 8314 3.3): the greeting follows.
  void secured();

  [[nodiscard]] bool is_secure() const { return secure_; }

  // The connection was encrypted before the session began. Call before the first next().
  void begin_secure() { secure_ = true; }

  // STARTTLS is offered, as the last EHLO said.
  [[nodiscard]] bool offers_tls() const { return offers(offered_, "STARTTLS"); }

  // Implicit TLS: asks, as the first question, whether the handshake may begin (stage starttls,
  // with an empty reply). Call before the first next(). Once that is accepted awaits_tls();
  // refused, the session is over.
  void begin_with_tls();

  // While EHLO is asked: until the next one these extensions count as not offered.
  void withhold(std::span<const std::string> keywords);

  // While EHLO is asked: its reply, without what is withheld.
  [[nodiscard]] Reply hello() const;

  // A client that has logged in elsewhere (XCLIENT LOGIN).
  void trust(std::string user) { envelope_.auth_user = std::move(user); }

  // True while the octets of a message are awaited: the only time at which a large room() makes
  // sense.
  [[nodiscard]] bool in_data() const { return mode_ == Mode::data || mode_ == Mode::chunk; }

  // Undecided octets are waiting in the buffer (a pipelined command, part of a line, a BDAT whose
  // chunk is not complete).
  [[nodiscard]] bool has_input() const { return !input_.empty() || arriving_; }

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

  // Octets of message content received since 354 or the first BDAT, for telling how far a broken
  // transfer got; 0 outside of data.
  [[nodiscard]] std::uint64_t data_octets() const;

 private:
  // Findings nobody takes: more than any driver that does its work sees.
  static constexpr std::size_t kMostFindings = 1000;

  enum class Mode : std::uint8_t {
    before_tls,  // implicit TLS was not asked about yet
    tls,
    greeting,
    commands,
    data,
    chunk,        // octets of a BDAT are awaited
    chunk_ended,  // they are in, and the BDAT is not asked about yet
    data_ended,   // the message is not asked about yet
    over
  };
  // What the answer to the question decides.
  enum class Effect : std::uint8_t {
    none,
    secure,
    welcome,
    introduce,
    challenge,
    login,
    begin,
    add,
    data,
    chunk,
    message,
    abandon,
    reset,
    rename,
    quit
  };

  // How the BDATs of a transaction have fared; none: none came.
  enum class Chunks : std::uint8_t { none, open, failed };

  // A BDAT while its octets come.
  struct Arriving {
    std::string line{};
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    bool bare_lf = false;
    std::uint64_t missing = 0;
    bool kept = false;  // else they are thrown away
  };

  // session.cpp: from input to questions
  [[nodiscard]] Question ask_handshake();
  [[nodiscard]] Question ask_greeting();
  [[nodiscard]] Question ask_message();
  void end_message();
  [[nodiscard]] std::optional<Question> ask_next_line();
  [[nodiscard]] Question ask(const Line& line);
  [[nodiscard]] std::optional<SyntaxError> read_command(
      const Line& line, const VerbRow& row, Question& question
  );
  void feed(std::string_view& bytes);
  void note(FindingKind kind, std::string detail);

  [[nodiscard]] Transport transport() const { return secure_ ? Transport::tls : Transport::clear; }

  [[nodiscard]] std::string_view send_hello() const {
    return profile_.protocol == Protocol::lmtp ? "Send LHLO first" : "Send EHLO first";
  }

  // admission.cpp: what speaks against a command, and what it is told
  [[nodiscard]] std::optional<SyntaxError> fault_of(const VerbRow& row, const Command& command);
  [[nodiscard]] std::optional<SyntaxError> sequence_fault(const VerbRow& row) const;
  [[nodiscard]] std::optional<SyntaxError> protocol_fault(Verb verb) const;
  [[nodiscard]] std::optional<SyntaxError> starttls_fault() const;
  [[nodiscard]] std::optional<SyntaxError> verify_fault(const Command& command);
  [[nodiscard]] std::optional<SyntaxError> envelope_fault(const Command& command);
  void refuse(Question& question, const SyntaxError& fault);
  void note_refusal(const SyntaxError& fault);
  void note_skipped_ehlo();
  void admit(Question& question, const VerbRow& row);
  void admit_unoffered(Question& question, const VerbRow& row);
  void admit_hello(Question& question);
  void admit_sender(Question& question);
  void admit_recipient(Question& question);

  // login.cpp: AUTH
  void begin_login(Question& question);
  [[nodiscard]] std::optional<SyntaxError> login_fault() const;
  void admit_login(Question& question);
  [[nodiscard]] Question ask_response(const Line& line);
  void take_step(Question& question, const AuthStep& step);
  void note_credentials(std::string_view mechanism);

  // chunks.cpp: BDAT
  [[nodiscard]] bool expect_chunk(const Line& line);
  void feed_chunk(std::string_view& bytes);
  [[nodiscard]] Question ask_chunk();
  [[nodiscard]] std::optional<SyntaxError> chunk_fault(Verb verb) const;
  void admit_chunk(Question& question);
  void refuse_chunk(const Command& command);
  void chunk_answered(bool accepted);

  // progress.cpp: what answers change
  void go_on(Effect effect, bool accepted);
  void greeted(bool accepted);
  void introduce();
  void expect_tls();
  void forget_client();
  void begin_transaction();
  void add_recipient(bool accepted);
  void begin_data();
  void message_answered();
  void rename();
  void reset_transaction();
  void note_hasty_input();

  Profile profile_;
  std::optional<Profile> next_profile_;  // once the transaction is over
  Offered offered_;                      // in the last EHLO reply
  Offered offering_;                     // in the one that is asked about
  std::size_t capture_ = 0;

  Mode mode_ = Mode::greeting;
  Progress progress_ = Progress::fresh;
  bool secure_ = false;
  bool skips_ehlo_ = false;  // nothing was said since STARTTLS that needs an EHLO
  Mode after_tls_ = Mode::commands;
  std::unique_ptr<AuthExchange> exchange_{};  // nullptr: no AUTH is under way
  bool asked_ = false;                        // a question is out
  Effect effect_ = Effect::none;
  Verb verb_ = Verb::unknown;  // of the last question
  bool hasty_ = false;         // input was there when the last question was answered
  bool behind_auth_ = false;   // only unknown lines have come since AUTH
  Command pending_;            // of the question that is out, as far as its answer needs it

  Envelope envelope_;
  bool eight_bit_body_ = false;    // BODY=8BITMIME
  bool binary_body_ = false;       // BODY=BINARYMIME
  bool mail_refused_ = false;      // the last MAIL, and none was accepted since
  bool recipients_tried_ = false;  // some RCPT came in this transaction
  std::uint64_t pending_key_ = 0;  // of the RCPT that is out
  // Hash of each address answered in this transaction, and whether it was accepted.
  std::unordered_map<std::uint64_t, bool> answered_;

  LineBuffer input_;
  DataScanner scanner_;
  Intake intake_;
  std::uint64_t data_offset_ = 0;
  Chunks chunks_ = Chunks::none;
  Chunk chunk_;                               // that is asked about
  std::unique_ptr<Arriving> arriving_{};      // nullptr: none
  std::shared_ptr<const Message> message_{};  // that is asked about
  std::size_t told_ = 0;                      // LMTP: recipients that have heard of its fate
  std::vector<Finding> findings_;
};

}  // namespace smtp
