// One SMTP connection without I/O: session (protocol), decisions (scenario), player (wire) and
// journal put together. Bytes, ticks and "peer left" go in; what to write, read and when to wake
// comes out. Knows no fault by name and no clock. Not thread-safe: one per connection, on the SMTP
// thread.
//
// The receiver that greets is its first party. On a shared listener the owner of a recipient joins
// as another, a guest: it is told of the MAIL, answers RCPTs of its own, and DATA and message
// together with the others that have recipients.
//
// Use: poll() after construction and after every call in; obey its Wants; when Wants::ending is
// close or reset, end the connection and call ended(); when it is start_tls, shake hands as
// handshake() says and call secured() or tls_failed(); when it is rename, call ended() and go on
// with another conversation of renamed().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "receiver/arrivals.hpp"
#include "receiver/directory.hpp"
#include "receiver/opinion.hpp"
#include "receiver/party.hpp"
#include "receiver/receiver.hpp"
#include "scenario/decide.hpp"
#include "smtp/session.hpp"
#include "wire/player.hpp"

namespace receiver {

enum class Left : std::uint8_t { orderly, reset };  // FIN, or RST and every other failure

class Conversation {
 public:
  // Records `connected` and prepares the greeting. `directory`, of a shared listener, must outlive
  // it; nullptr: all recipients are the receiver's own.
  Conversation(
      std::shared_ptr<Receiver> receiver,
      Peer peer,
      base::TimePoint now,
      const Directory* directory = nullptr
  );
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  // At most Wants::read octets, which are used up.
  void received(std::string_view bytes, base::TimePoint now);

  // The first `n` octets of Wants::write were handed to the system.
  void wrote(std::size_t n, base::TimePoint now);

  void peer_left(Left how, base::TimePoint now);

  // The FIN that a half close asked for was sent.
  void half_closed();

  // Nothing came for the idle timeout: 421 4.4.2 and close.
  void timed_out(base::TimePoint now);

  // The server is stopping: idle connections get 421 4.3.2 now, a transaction may finish first.
  void drain(base::TimePoint now);

  // The receiver of that name is going, and the directory knows it no more: as drain() if it
  // greeted; as a guest it leaves, after a transaction that it takes part in.
  void release(std::string_view receiver, base::TimePoint now);

  // Whether the receiver of that name is a party.
  [[nodiscard]] bool has(std::string_view receiver) const;

  // How TLS is to begin, while Wants::ending is start_tls.
  [[nodiscard]] const wire::Handshake& handshake() const { return *handshake_; }

  // The host whose certificate is meant.
  [[nodiscard]] const std::string& hostname() const {
    return greeter_.edition().scenario->profile.hostname;
  }

  // The handshake succeeded: from now on octets in and out are those inside. `why`: it failed, and
  // the connection is to be ended.
  void secured(const wire::TlsFacts& facts, base::TimePoint now);
  void tls_failed(std::string_view why, const wire::TlsFacts& facts, base::TimePoint now);

  // Whom XCLIENT has named, while Wants::ending is rename; the number of the connection is the old
  // one.
  [[nodiscard]] const Peer& renamed() const { return *renamed_; }

  // The connection is over, for whatever reason: records it, once. The destructor does it with the
  // last known time.
  void ended(base::TimePoint now);

  [[nodiscard]] wire::Wants poll(base::TimePoint now);

  // When the peer last sent or took something; kNever while a plan of ours runs, which is not the
  // peer's idleness.
  [[nodiscard]] base::TimePoint quiet_since() const;

  [[nodiscard]] base::Duration idle_timeout() const {
    return greeter_.edition().scenario->idle_timeout;
  }

  [[nodiscard]] bool in_transaction() const;

 private:
  using Parties = std::span<Party* const>;

  // A question that a plan is answering.
  struct Pending {
    smtp::Question question;
    scenario::Action action;
    Party* decider = nullptr;  // whose rule it was; nullptr: no rule decided
    base::Name rule{};
    std::uint32_t nth = 0;
    std::vector<Party*> keepers{};  // who store the message when the plan has come to its commit
    std::uint64_t begins = 0;       // output octets before its reply
    bool committed = false;
    bool replied = false;
    std::string recipient{};  // that is answered alone (LMTP); empty: all are

    // Its plan has a reply to say: neither silence, nor an answer that is given later.
    [[nodiscard]] bool says() const { return action.reply.code != 0 && !action.reply.wire.empty(); }
  };

  // What the rules are asked, with the texts that the query's views point to.
  struct Inquiry {
    Receiver::Moment moment{};
    std::vector<journal::DeliveryRef> deliveries{};
    scenario::Query query{};
  };

  // The MAIL of the transaction in hand, as guests that join it are told.
  struct ToldMail {
    journal::Event command{};
    journal::Event reply{};
    ReplyLog::Planned planned{};
    bool first = false;  // of the connection
  };

  // conversation.cpp: the flow
  [[nodiscard]] bool answer_next(base::TimePoint now);
  void handle(smtp::Question question, base::TimePoint now);
  void begin_transaction();
  void answer_as_normal(
      const smtp::Question& question, const smtp::Reply& reply, base::TimePoint now
  );
  void progress(base::TimePoint now);
  void concluded(const smtp::Question& question, const smtp::Reply& reply, base::TimePoint now);

  // secure.cpp: encryption, and other names for the client
  [[nodiscard]] static smtp::Profile profile_for(const Peer& peer, const scenario::Scenario& s);
  [[nodiscard]] bool answers_starttls() const;
  [[nodiscard]] bool hears_hello() const;
  [[nodiscard]] bool swallows_hello() const;
  void withhold(const scenario::Decision& decision, smtp::Question& question);
  void logged_in(const smtp::AuthAsked& asked, base::TimePoint now);
  void rename(const smtp::ClaimedPeer& claimed);
  enum class Blame : std::uint8_t { client, ours };
  void record_broken_tls(
      std::string_view why, const wire::TlsFacts& facts, Blame blame, base::TimePoint now
  );

  // parties.cpp: who hears of a question, who joins and leaves
  [[nodiscard]] Parties audience_of(const smtp::Question& question, base::TimePoint now);
  [[nodiscard]] Parties everyone();
  [[nodiscard]] Parties with_recipients();
  [[nodiscard]] Party& owner_of(const smtp::Question& rcpt, base::TimePoint now);
  [[nodiscard]] Party& guest(const std::shared_ptr<Receiver>& receiver, base::TimePoint now);
  void take_part(Party& guest, base::TimePoint now);
  void note_owner(std::size_t accepted_before);
  [[nodiscard]] bool owns(const Party& party, std::size_t recipient) const;
  void let_go(base::TimePoint now);
  void choose_capture();

  // farewell.cpp: the end
  void leave_with(
      std::uint16_t code,
      std::string_view enhanced,
      std::string_view text,
      journal::Ending why,
      base::TimePoint now
  );
  [[nodiscard]] journal::Event ended_event() const;
  [[nodiscard]] journal::Ending how_it_ended() const;
  void record_recipients_behind_refused_mail(base::TimePoint now);

  // inquiry.cpp: questions for the rules, and what becomes of their answers
  void ask_rules(smtp::Question question, base::TimePoint now);
  void play(smtp::Question&& question, std::vector<Opinion>& opinions, base::TimePoint now);
  void fit_to_chunk(scenario::Action& action, const smtp::Question& question) const;
  [[nodiscard]] std::vector<Party*> keepers_of(
      const scenario::Action& action, Party* decider, const std::vector<Opinion>& opinions
  ) const;
  [[nodiscard]] Opinion opinion_of(
      Party& party, smtp::Question& question, base::Stage stage, base::TimePoint now
  );
  [[nodiscard]] Inquiry inquiry_for(
      const Party& party, const smtp::Question& question, base::Stage stage, base::TimePoint now
  ) const;
  void add_targets(Inquiry& inquiry, const Party& party, const smtp::Question& question) const;
  [[nodiscard]] scenario::Placeholders values_of(const Inquiry& inquiry) const;

  // record.cpp: what the journals get
  [[nodiscard]] journal::Event connected_event() const;
  [[nodiscard]] static journal::Event tls_event(const wire::TlsFacts& facts);
  void tell(journal::Event event, base::TimePoint now);
  void record_question(const smtp::Question& question, base::TimePoint now);
  [[nodiscard]] journal::Event command_event(const smtp::Question& question);
  void record_message(const smtp::Question& question, base::TimePoint now);
  void record_findings(base::TimePoint now);
  void find_talk_after_421(const smtp::Question& question, base::TimePoint now);
  void record_note(Party& party, std::string_view text, base::TimePoint now);
  void record_fired(const Opinion& opinion, bool replies, base::TimePoint now);
  void record_reply(
      const smtp::Reply& reply,
      base::Stage stage,
      std::string_view recipient,
      std::uint64_t begins,
      base::TimePoint now
  );
  [[nodiscard]] smtp::Reply said_before(const smtp::Question& question) const;
  [[nodiscard]] std::string_view only_recipient(const smtp::Question& question) const;

  Peer peer_;  // tls_version changes with STARTTLS
  const std::string client_;
  const Directory* const directory_;
  const base::TimePoint began_;
  Party greeter_;
  Party* const greeter_alone_ = &greeter_;  // as a list of one
  smtp::Session session_;
  wire::Player player_;
  std::unique_ptr<Pending> pending_;
  Arrivals arrivals_;                                      // when undecided input came
  std::vector<std::pair<std::string, smtp::Reply>> told_;  // LMTP: of its message
  std::vector<std::pair<std::string, smtp::Reply>>
      refused_;                          // recipients of this transaction, with what they were told
  Parties hearers_{&greeter_alone_, 1};  // of the question in hand, or of the last one

  // Of a shared listener only.
  Directory::MapPtr owners_;                    // nullptr: nobody but the greeter owns anything
  std::vector<std::unique_ptr<Party>> guests_;  // in the order in which they joined
  std::vector<Party*> recipient_owners_;  // of the accepted recipients; empty: all the greeter's
  std::vector<Party*> several_;           // what hearers_ shows when it is not the greeter alone
  std::unique_ptr<ToldMail> told_mail_;   // nullptr: nobody can join

  std::unique_ptr<wire::Handshake> handshake_{};  // of the STARTTLS in hand
  std::unique_ptr<Peer> renamed_{};               // by XCLIENT
  base::TimePoint farewell_ = base::kNever;       // when the latest 421 was said

  std::uint64_t octets_in_ = 0;
  base::Stage stage_ = base::Stage::connect;  // the latest one answered
  std::optional<Left> left_;
  journal::Ending ending_ = journal::Ending::none;  // why it will end, once that is known
  bool had_mail_ = false;                           // a MAIL that could begin a transaction
  bool held_ = false;                               // we were holding a reply when the client left
  bool draining_ = false;
  bool ended_ = false;
  bool tls_told_ = false;                        // what became of the handshake is recorded
  wire::Ending last_wish_ = wire::Ending::none;  // of the player
  base::TimePoint now_;                          // of the latest call in
  base::TimePoint quiet_since_;
};

}  // namespace receiver
