// What a feed has to say at an instant: its news, or its heartbeat after a silence. Reads no clock.
// Not thread-safe.
#pragma once

#include <string>
#include <utility>

#include "base/time.hpp"
#include "control/http.hpp"

namespace control {

class Pulse {
 public:
  // The silence begins `now`.
  Pulse(Feed feed, base::TimePoint now) : feed_(std::move(feed)), last_(now) {}

  // Empty: nothing, before due() at least as long as there are no news.
  [[nodiscard]] std::string next(base::TimePoint now) {
    auto text = feed_.more(now);
    if (text.empty() && now >= due()) text = feed_.heartbeat_text;
    if (!text.empty()) last_ = now;
    return text;
  }

  [[nodiscard]] base::TimePoint due() const { return last_ + feed_.heartbeat; }

 private:
  Feed feed_;
  base::TimePoint last_;  // when there was something
};

}  // namespace control
