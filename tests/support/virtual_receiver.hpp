// A receiver and its connections in virtual time: what net/ does with sockets and a clock, done
// with strings and a number. Time moves only through advance(); everything a connection wants at an
// instant happens at that instant.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.hpp"
#include "receiver/conversation.hpp"
#include "receiver/receiver.hpp"
#include "scenario/load.hpp"

namespace test_support {

inline scenario::ScenarioPtr scenario_of(std::string_view toml) {
  auto loaded = scenario::load_toml(toml, "test.toml");
  if (!loaded.ok()) {
    std::string all;
    for (const auto& d : loaded.diagnostics) all += base::to_string(d) + "\n";
    throw std::invalid_argument(all);
  }
  return std::make_shared<const scenario::Scenario>(std::move(*loaded.value));
}

class VirtualReceiver;

// The client's end of one connection.
class VirtualClient {
 public:
  VirtualClient(
      VirtualReceiver& world,
      std::shared_ptr<receiver::Receiver> receiver,
      receiver::Peer peer,
      const receiver::Directory* directory
  );

  // Sends octets and returns what came back at this instant.
  std::string send(std::string_view bytes);

  // Sends a line and returns what came back at this instant.
  std::string say(std::string_view line) { return send(std::string(line) + "\r\n"); }

  // What has come since the last take.
  std::string take() { return std::exchange(inbox_, {}); }

  // As if it had not been taken yet.
  void put_back(const std::string& bytes) { inbox_ = bytes + inbox_; }

  void leave(receiver::Left how = receiver::Left::orderly);

  // Handshakes take no time and succeed, until the client refuses them with these words.
  void refuse_tls(std::string why) { tls_refusal_ = std::move(why); }

  // The client stops reading: nothing more is taken from the receiver.
  void stop_reading() { reads_ = false; }

  [[nodiscard]] bool open() const { return ending_ == wire::Ending::none; }

  [[nodiscard]] wire::Ending ending() const { return ending_; }

  [[nodiscard]] receiver::Conversation& conversation() { return *conversation_; }

 private:
  friend class VirtualReceiver;
  void pump();
  void shake_hands();

  VirtualReceiver& world_;
  std::unique_ptr<receiver::Conversation> conversation_;
  std::string inbox_;
  std::string unsent_;
  std::string tls_refusal_;
  base::TimePoint wake_ = base::kNever;
  wire::Ending ending_ = wire::Ending::none;
  bool reads_ = true;
};

class VirtualReceiver {
 public:
  explicit VirtualReceiver(std::string_view toml, journal::Journal::Limits limits = {})
      : journal_(base::WallTime{}, limits),
        receiver_(std::make_shared<receiver::Receiver>(
            "default", scenario_of(toml), journal_, kStart, kStart
        )) {}

  // Later connections find owners of recipients in this directory, which must outlive them.
  void share(const receiver::Directory& directory) { directory_ = &directory; }

  std::shared_ptr<VirtualClient> connect(
      std::string_view client = "127.0.0.1", receiver::TlsMode tls = receiver::TlsMode::none
  ) {
    receiver::Peer peer{++connections_, *base::parse_ip(client), "127.0.0.1:25"};
    peer.tls = tls;
    auto made = std::make_shared<VirtualClient>(*this, receiver_, std::move(peer), directory_);
    clients_.push_back(made);
    made->pump();
    return made;
  }

  // Lets time pass, instant by instant: whatever wants to wake does so on its way.
  void advance(base::Duration by) {
    const auto until = now_ + by;
    for (;;) {
      auto next = until;
      for (const auto& client : clients_)
        next = std::min(next, client->open() ? client->wake_ : base::kNever);
      now_ = std::max(now_, next);
      receiver_->tick(now_);
      for (const auto& client : clients_) {
        if (client->open() && client->wake_ <= now_) client->pump();
      }
      if (now_ == until) return;
    }
  }

  [[nodiscard]] base::TimePoint now() const { return now_; }

  [[nodiscard]] receiver::Receiver& receiver() { return *receiver_; }

  [[nodiscard]] const std::shared_ptr<receiver::Receiver>& greeter() const { return receiver_; }

  [[nodiscard]] journal::Journal& journal() { return journal_; }

  [[nodiscard]] std::vector<journal::EventPtr> events(journal::Filter filter = {}) const {
    return journal_.read(filter, 0, 1'000'000).events;
  }

  [[nodiscard]] std::vector<journal::EventPtr> events(journal::Kind kind) const {
    return events(journal::Filter{.kinds = {kind}});
  }

  [[nodiscard]] std::vector<journal::Attempt> attempts() const {
    return receiver_->attempts(0, 1'000'000);
  }

 private:
  static constexpr base::TimePoint kStart{std::chrono::hours(1)};

  base::TimePoint now_ = kStart;
  journal::Journal journal_;
  std::shared_ptr<receiver::Receiver> receiver_;
  const receiver::Directory* directory_ = nullptr;
  std::vector<std::shared_ptr<VirtualClient>> clients_;
  std::uint64_t connections_ = 0;
};

inline VirtualClient::VirtualClient(
    VirtualReceiver& world,
    std::shared_ptr<receiver::Receiver> receiver,
    receiver::Peer peer,
    const receiver::Directory* directory
)
    : world_(world),
      conversation_(std::make_unique<receiver::Conversation>(
          std::move(receiver), std::move(peer), world.now(), directory
      )) {}

inline std::string VirtualClient::send(std::string_view bytes) {
  unsent_ += bytes;
  pump();
  return take();
}

inline void VirtualClient::leave(receiver::Left how) {
  pump();
  if (!open()) return;
  conversation_->peer_left(how, world_.now());
  pump();
}

inline void VirtualClient::pump() {
  while (open()) {
    const auto wants = conversation_->poll(world_.now());
    wake_ = wants.wake;
    if (!wants.write.empty() && reads_) {
      const auto n = wants.write.size();
      inbox_ += wants.write;
      conversation_->wrote(n, world_.now());
    } else if (wants.ending == wire::Ending::half_close) {
      conversation_->half_closed();
    } else if (wants.ending == wire::Ending::start_tls) {
      shake_hands();
    } else if (wants.ending != wire::Ending::none) {
      ending_ = wants.ending;
      conversation_->ended(world_.now());
    } else if (!unsent_.empty() && wants.read > 0) {
      const auto n = std::min(unsent_.size(), wants.read);
      const auto part = unsent_.substr(0, n);
      unsent_.erase(0, n);
      conversation_->received(part, world_.now());
    } else {
      return;
    }
  }
}

inline void VirtualClient::shake_hands() {
  if (tls_refusal_.empty()) {
    return conversation_->secured(
        {.version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384", .certificate = "good"},
        world_.now()
    );
  }
  conversation_->tls_failed(tls_refusal_, {.certificate = "good", .begun = true}, world_.now());
  ending_ = wire::Ending::close;
  conversation_->ended(world_.now());
}

}  // namespace test_support
