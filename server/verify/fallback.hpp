// Who falls back to clear text at once after TLS broke has noticed the failure: which connections
// answer which failures. Pure.
#pragma once

#include <set>
#include <string>
#include <unordered_map>

#include "verify/timeline.hpp"

namespace verify {

class Fallbacks {
 public:
  // Borrows it.
  explicit Fallbacks(const Timeline& timeline) : timeline_(timeline) {}

  // A failure that ended at STARTTLS or in its handshake is answered by a connection of the same
  // client with mail in clear text, begun after it but within the slack: later ones are attempts
  // like any other. Each connection answers one failure, or one worker that falls back would hide
  // that another does not.
  [[nodiscard]] bool answered(const Attempt& failure);

 private:
  using Answered = std::set<const Attempt*>;

  [[nodiscard]] Answered match(std::string_view client) const;

  const Timeline& timeline_;
  std::unordered_map<std::string, Answered> by_client_{};
};

}  // namespace verify
