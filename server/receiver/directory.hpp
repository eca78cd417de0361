// Which receiver owns which recipient domains. A connection on a shared listener looks recipients
// up in a snapshot of it. Thread-safe; a snapshot is immutable and keeps its receivers alive as
// long as it is held.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "receiver/receiver.hpp"

namespace receiver {

// Octets of a domain pattern at most (RFC 5321 4.5.3.1.2).
inline constexpr std::size_t kLongestDomain = 255;

// What is wrong with a domain pattern, "a.test" or "*.a.test"; nullopt: nothing. The case of its
// letters does not matter, and octets above 127 are taken as they are.
[[nodiscard]] std::optional<base::Error> check_domain(std::string_view pattern);

class Directory {
 public:
  class Map {
   public:
    // The owner of addresses at this domain, in any case; nullptr: nobody. The most specific
    // pattern wins: the domain itself, then the longest "*.suffix" (never the suffix itself).
    [[nodiscard]] std::shared_ptr<Receiver> owner_of(std::string_view domain) const;

    [[nodiscard]] bool empty() const { return owners_.empty(); }

   private:
    friend class Directory;
    std::map<std::string, std::shared_ptr<Receiver>, std::less<>> owners_{};  // by folded pattern
  };

  using MapPtr = std::shared_ptr<const Map>;

  struct Conflict {
    std::size_t at = 0;    // place in the list that was wished
    std::string domain{};  // folded
    std::string owner{};   // name of the receiver that has it
  };

  // One more domain for the receiver; nullopt: it has it. The domain must have passed
  // check_domain().
  std::optional<Conflict> add(std::string_view domain, const std::shared_ptr<Receiver>& receiver);

  // Exactly these domains for the receiver (none: it is reached over its own listeners only), all
  // or nothing: on a conflict what was in force stays. A domain named twice counts once.
  std::optional<Conflict> set(
      const std::shared_ptr<Receiver>& receiver, const std::vector<std::string>& domains
  );

  // It owns nothing any more. Transactions in hand go by the snapshot they have.
  void remove(std::string_view receiver);

  // Of the receiver of that name: folded, in order of the alphabet.
  [[nodiscard]] std::vector<std::string> domains_of(std::string_view receiver) const;

  // As of now; never null.
  [[nodiscard]] MapPtr snapshot() const;

 private:
  [[nodiscard]] std::optional<Conflict> add_to(
      Map& map, std::string_view domain, std::size_t at, const std::shared_ptr<Receiver>& receiver
  ) const;

  mutable std::mutex mutex_;
  MapPtr map_ = std::make_shared<const Map>();  // guarded by mutex_; replaced as a whole
};

}  // namespace receiver
