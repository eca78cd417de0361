// One receiver's part in a connection: the edition it goes by, and what its journal is told. The
// receiver that greeted is one, and each that owns a recipient joins. Knows no session and decides
// nothing: who hears of what is the conversation's business. Not thread-safe: belongs to one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.hpp"
#include "base/time.hpp"
#include "journal/event.hpp"
#include "receiver/receiver.hpp"
#include "receiver/reply_log.hpp"
#include "receiver/service.hpp"
#include "receiver/trace.hpp"
#include "smtp/message.hpp"
#include "smtp/session.hpp"

namespace receiver {

struct Peer {
  std::uint64_t connection = 0;  // unique over the run, from 1
  base::IpAddress client{};
  std::string listener{};  // address:port the client connected to
  smtp::Protocol protocol = smtp::Protocol::smtp;
  TlsMode tls = TlsMode::none;

  // Of a connection that goes on after XCLIENT: what it brings along.
  std::string tls_version{};                   // of the encryption that is there already
  std::string login{};                         // who it says has logged in elsewhere
  std::optional<base::IpAddress> spokesman{};  // whom XCLIENT was taken from
};

class Party {
 public:
  // The receiver hears of the connection by joined(), which comes next.
  Party(std::shared_ptr<Receiver> receiver, std::uint64_t connection);

  [[nodiscard]] Receiver& receiver() const { return *receiver_; }

  // Of the connection, then of its latest transaction.
  [[nodiscard]] const Edition& edition() const { return *edition_; }

  // Goes by the edition that is in force now; true if that is another one.
  bool renew();

  // Its connection begins: `connected` is the event.
  void joined(journal::Event connected, base::TimePoint now);

  // Records an event of this connection; its number.
  std::uint64_t record(journal::Event event, base::TimePoint now);

  // Records a reply; `planned` says where in the output stream it stands.
  void record_reply(journal::Event reply, ReplyLog::Planned planned, base::TimePoint now);

  // Records the arrival of a message whose envelope has these recipients of the party, and keeps
  // of it what its scenario captures.
  void record_message(
      const std::shared_ptr<const smtp::Message>& message,
      const std::string& sender,
      std::vector<std::string> recipients,
      base::TimePoint now
  );

  // Records that the latest message was stored; `recipient`: for that one only (LMTP).
  enum class ReplySays : std::uint8_t { kept, otherwise };
  void record_stored(ReplySays reply, std::string_view recipient, base::TimePoint now);

  // So many octets of output were handed to the system: records replies that left late.
  void wrote(std::uint64_t octets, base::TimePoint now);

  // No more than so many octets of output will be written: records what was cut.
  void cut_off(std::uint64_t octets, base::TimePoint now);

  // Its connection is over: `ended` is the event. Last call.
  void left(journal::Event ended, base::TimePoint now);

  // Octets of a message's content that its scenario wants captured.
  [[nodiscard]] std::size_t capture() const;

  // The conversation's notes about it.
  bool takes_part = false;  // in the latest transaction
  bool mail_asked = false;  // its mail-stage rules have been asked in that
  bool leaving = false;     // is to leave after that

  // Why its rules acted or did not on the question in hand: goes with the event that answers it.
  std::shared_ptr<RuleTrace> trace{};

 private:
  void keep_content(
      const std::shared_ptr<const smtp::Message>& message,
      const std::string& sender,
      std::vector<std::string> recipients,
      base::TimePoint now
  );

  const std::shared_ptr<Receiver> receiver_;
  const std::uint64_t connection_;
  EditionPtr edition_;
  ReplyLog replies_;           // what was planned and is not wholly written
  std::uint64_t message_ = 0;  // number of the latest `message` event
};

}  // namespace receiver
