// The receivers of this process as they were asked for: makes, changes and removes them, each wish
// wholly or not at all. Knows no HTTP: the program's start and the API make the same wishes.
// Not thread-safe: used before the control thread starts, and then by that thread alone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "control/ports.hpp"
#include "control/wish.hpp"
#include "journal/journal.hpp"
#include "receiver/directory.hpp"
#include "receiver/registry.hpp"

namespace control {

// Why a wish was not granted. Nothing has changed then.
struct Refusal {
  enum class Why : std::uint8_t { listener, domain, limit, leaving };
  Why why = Why::listener;
  base::Error error{};
  std::size_t at = 0;  // domain: which one of those wished
};

class Fleet {
 public:
  static constexpr std::size_t kMostReceivers = 1000;

  Fleet(
      receiver::Registry& registry,
      receiver::Directory& directory,
      journal::Journal& journal,
      Ports& ports,
      base::TimePoint run_start
  )
      : registry_(registry),
        directory_(directory),
        journal_(journal),
        ports_(ports),
        run_start_(run_start) {}

  // Makes the receiver or changes it; in force, and its ports accept, when it returns. The scenario
  // it already has starts nothing anew.
  [[nodiscard]] tl::expected<void, Refusal> put(const Wish& wish, base::TimePoint now);

  // As Ports says; before a scenario or rule with these handshakes is put in force.
  [[nodiscard]] std::vector<base::Error> prepare(
      std::string_view host_name, const std::vector<wire::Handshake>& handshakes
  ) {
    return ports_.prepare(host_name, handshakes);
  }

  // Takes the receiver's ports and domains away and lets its connections end, without waiting for
  // them. It stays known until finish_removal(), but cannot be put or removed again.
  void begin_removal(const receiver::Receiver& receiver);

  [[nodiscard]] bool is_leaving(std::string_view name) const { return leaving_.contains(name); }

  // Ends the connections that are left. What the receiver knows then, it will ever know.
  void end_connections(const receiver::Receiver& receiver) { ports_.abort(receiver.name()); }

  // Forgets all that is known under its name. `receiver` itself records nothing any more.
  void finish_removal(receiver::Receiver& receiver);

  [[nodiscard]] std::vector<Port> ports_of(std::string_view receiver) const {
    return ports_.bound(receiver);
  }

  [[nodiscard]] std::vector<std::string> domains_of(std::string_view receiver) const {
    return directory_.domains_of(receiver);
  }

 private:
  struct InForce {
    Source source;
    std::optional<std::uint64_t> seed;

    bool operator==(const InForce&) const = default;
  };

  using ReceiverPtr = std::shared_ptr<receiver::Receiver>;

  [[nodiscard]] std::optional<Refusal> place(
      const ReceiverPtr& receiver, const Wish& wish, bool is_new
  );

  receiver::Registry& registry_;
  receiver::Directory& directory_;
  journal::Journal& journal_;
  Ports& ports_;
  const base::TimePoint run_start_;
  std::map<std::string, InForce, std::less<>> in_force_;
  std::set<std::string, std::less<>> leaving_;
};

}  // namespace control
