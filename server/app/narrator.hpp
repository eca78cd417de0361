// Tells the log what happens, from the journal's events: what changes receivers, and at debug level
// each connection, command, reply and decision. Events are copied by whoever records them and put
// into words on a thread of its own; too many for it are dropped and counted.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "app/log.hpp"
#include "base/time.hpp"
#include "journal/event.hpp"

namespace app {

class Narrator {
 public:
  static constexpr std::size_t kMostWaiting = 20'000;

  // `start`: when the journal began.
  Narrator(Log& log, base::WallTime start);

  ~Narrator() { close(); }

  Narrator(const Narrator&) = delete;
  Narrator& operator=(const Narrator&) = delete;

  // Returns at once. Any thread.
  void heard(const journal::Event& event);

  // Tells what is left, as far as that is possible within seconds, and ends. What is heard later is
  // not told.
  void close();

 private:
  void tell_all();
  void tell(const std::deque<journal::Event>& events);

  // Constant after construction.
  Log& log_;  // thread-safe
  const base::WallTime start_;
  const bool all_;

  // Guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<journal::Event> waiting_;
  std::uint64_t dropped_ = 0;
  base::TimePoint until_ = base::kNever;  // when to stop telling
  bool closing_ = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace app
