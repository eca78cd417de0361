// One SMTP connection without I/O: session (protocol), decisions (scenario), player (wire) and
// journal put together. Bytes, ticks and "peer left" go in; what to write, read and when to wake
// comes out. Knows no fault by name and no clock. Not thread-safe: one per connection, on the SMTP
// thread.
//
// Use: poll() after construction and after every call in; obey its Wants; when Wants::ending is
// close or reset, end the connection and call ended().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.hpp"
#include "base/time.hpp"
#include "receiver/arrivals.hpp"
#include "receiver/receiver.hpp"
#include "receiver/reply_log.hpp"
#include "scenario/decide.hpp"
#include "smtp/session.hpp"
#include "wire/player.hpp"

namespace receiver {

struct Peer {
  std::uint64_t connection = 0;  // unique over the run, from 1
  base::IpAddress client{};
  std::string listener{};  // address:port the client connected to
};

enum class Left : std::uint8_t { orderly, reset };  // FIN, or RST and every other failure

class Conversation {
 public:
  // Records `connected` and prepares the greeting.
  Conversation(std::shared_ptr<Receiver> receiver, Peer peer, base::TimePoint now);
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

  // The connection is over, for whatever reason: records it, once. The destructor does it with the
  // last known time.
  void ended(base::TimePoint now);

  [[nodiscard]] wire::Wants poll(base::TimePoint now);

  // When the peer last sent or took something; kNever while a plan of ours runs, which is not the
  // peer's idleness.
  [[nodiscard]] base::TimePoint quiet_since() const;

  [[nodiscard]] base::Duration idle_timeout() const { return edition_->scenario->idle_timeout; }

  [[nodiscard]] bool in_transaction() const;

 private:
  // A question that a plan is answering.
  struct Pending {
    smtp::Question question;
    scenario::Action action;
    base::Name rule{};
    std::uint32_t nth = 0;
    std::uint64_t begins = 0;  // output octets before its reply
    bool committed = false;
    bool replied = false;
  };

  // What the rules are asked, with the texts that the query's views point to.
  struct Inquiry {
    Receiver::Moment moment{};
    std::vector<journal::DeliveryRef> deliveries{};
    scenario::Query query{};
  };

  enum class ReplySays : std::uint8_t { kept, otherwise };

  // conversation.cpp: the flow
  [[nodiscard]] bool answer_next(base::TimePoint now);
  void handle(smtp::Question question, base::TimePoint now);
  void answer_as_normal(
      const smtp::Question& question, const smtp::Reply& reply, base::TimePoint now
  );
  void answer_by_rules(
      smtp::Question&& question,
      const Inquiry& inquiry,
      const scenario::Decision& decision,
      base::TimePoint now
  );
  void progress(base::TimePoint now);
  void concluded(const smtp::Question& question, const smtp::Reply& reply, base::TimePoint now);

  // farewell.cpp: the end
  void leave_with(
      std::uint16_t code,
      std::string_view enhanced,
      std::string_view text,
      journal::Ending why,
      base::TimePoint now
  );
  [[nodiscard]] journal::Ending how_it_ended() const;
  void record_recipients_behind_refused_mail(base::TimePoint now);

  // inquiry.cpp: questions for the rules
  [[nodiscard]] Inquiry ask(const smtp::Question& question, base::TimePoint now) const;
  [[nodiscard]] scenario::Placeholders values_of(
      const smtp::Question& question, const Inquiry& inquiry
  ) const;

  // record.cpp: what the journal gets
  [[nodiscard]] journal::Event event(journal::Kind kind) const;
  void record_question(const smtp::Question& question, base::TimePoint now);
  void record_findings(base::TimePoint now);
  void record_note(std::string_view text, base::TimePoint now);
  void record_fired(
      const scenario::Decision& decision,
      const scenario::Action& action,
      base::Stage stage,
      base::TimePoint now
  );
  void record_reply(
      const smtp::Reply& reply, base::Stage stage, std::uint64_t begins, base::TimePoint now
  );
  void keep_message(ReplySays reply, base::TimePoint now);

  const std::shared_ptr<Receiver> receiver_;
  const Peer peer_;
  const std::string client_;
  EditionPtr edition_;  // of the connection, then of its latest transaction
  smtp::Session session_;
  wire::Player player_;
  std::unique_ptr<Pending> pending_;
  ReplyLog replies_;   // what was planned and is not wholly written
  Arrivals arrivals_;  // when undecided input came
  std::vector<std::pair<std::string, smtp::Reply>>
      refused_;  // recipients of this transaction, with what they were told
  std::uint64_t octets_in_ = 0;
  base::Stage stage_ = base::Stage::connect;  // the latest one answered
  std::optional<Left> left_;
  journal::Ending ending_ = journal::Ending::none;  // why it will end, once that is known
  bool held_ = false;                               // we were holding a reply when the client left
  bool draining_ = false;
  bool ended_ = false;
  wire::Ending last_wish_ = wire::Ending::none;  // of the player
  base::TimePoint now_;                          // of the latest call in
  base::TimePoint quiet_since_;
};

}  // namespace receiver
