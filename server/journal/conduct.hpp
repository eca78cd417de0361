// How the clients behaved, beside what became of their mail: findings about their protocol, and
// what became of TLS between them and the receiver. A client is an IP address. Computed from events
// alone. Pure, bounded. Not thread-safe: its owner guards it. One per receiver.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/stage.hpp"
#include "base/time.hpp"
#include "journal/event.hpp"
#include "journal/marks.hpp"

namespace journal {

// A finding as it was recorded.
struct Noted {
  Moment when{};
  std::string finding{};  // its name
  std::string detail{};
  std::string client{};  // empty: the journal does not go back to its connection
  std::uint64_t connection = 0;
  std::optional<base::Stage> stage{};
};

// Why a client went without TLS, or could have wanted to.
enum class TlsTrouble : std::uint8_t {
  refused,    // STARTTLS got 4yz or 5yz, or its connection broke before the handshake
  failed,     // a handshake failed
  withdrawn,  // EHLO offers it no longer
};
[[nodiscard]] std::string_view name_of(TlsTrouble trouble);

struct TlsIncident {
  Moment when{};
  TlsTrouble trouble = TlsTrouble::failed;
  std::string detail{};
  std::uint64_t connection = 0;
};

struct TlsOffer {
  Moment when{};
  std::uint64_t connection = 0;
};

// What a client and the receiver did about TLS.
struct TlsHistory {
  std::optional<Moment> offered{};  // when it was first: in reply to EHLO, or by implicit TLS
  std::vector<TlsOffer> offers{};   // the first ones, in order
  std::uint64_t established = 0;    // handshakes that succeeded
  std::uint64_t upgrades = 0;       // of these, by STARTTLS
  std::uint64_t logins = 0;         // that were accepted
  std::vector<TlsIncident> incidents{};
};

// What is known of it all, as values.
struct Behaviour {
  std::vector<Noted> findings{};
  std::map<std::string, TlsHistory, std::less<>> tls{};  // by client
  // Findings, clients and incidents that are not kept: whoever says "there was none" is blind.
  std::uint64_t dropped = 0;
  // Commands and messages of clients: occasions to break the protocol.
  std::uint64_t occasions = 0;
  std::uint64_t messages = 0;   // of these
  std::uint64_t farewells = 0;  // replies of 421
  Moment last_occasion{};
  // By client: when it had mail for another receiver on the same port, as far as is kept.
  std::map<std::string, std::vector<Moment>, std::less<>> elsewhere{};
};

class Conduct {
 public:
  // Kept at most; further ones are counted.
  static constexpr std::size_t kMostFindings = 20'000;
  static constexpr std::size_t kMostClients = 10'000;
  static constexpr std::size_t kMostIncidents = 1'000;  // of a client
  static constexpr std::size_t kMostOffers = 100;       // of a client; no loss is counted
  static constexpr std::size_t kMostElsewhere = 1'000;  // of a client; the last one gives way
  static constexpr std::size_t kMostConnections = 100'000;

  // The next event of this receiver, in sequence.
  void add(const Event& event);

  [[nodiscard]] const Behaviour& so_far() const { return so_far_; }

 private:
  struct Talk {
    std::string client{};
    bool secure = false;
    bool said_ehlo = false;  // the question in hand is EHLO, which tells what is offered
    bool starting = false;   // STARTTLS came and no handshake has ended since
  };

  void note(const Event& event);
  void replied(Talk& talk, const Event& event);
  void offered(const Talk& talk, const Event& event);
  void ended(const Event& event);
  void tls(Talk& talk, const Event& event);
  void passed(const Talk& talk, const Event& event);
  void trouble(const Talk& talk, const Event& event, TlsTrouble kind, std::string_view detail);
  [[nodiscard]] TlsHistory* history(const Talk& talk);
  [[nodiscard]] Talk* talk_of(const Event& event);

  Behaviour so_far_{};
  std::unordered_map<std::uint64_t, Talk> talks_{};
};

}  // namespace journal
