// The append-only record: a bounded ring of events per receiver, one sequence over all of them.
// Thread-safe: one mutex for everything, so a reader never sees event 57 before event 56.
// Not a file: whoever wants one registers a sink.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "journal/event.hpp"
#include "journal/losses.hpp"

namespace journal {

using EventPtr = std::shared_ptr<const Event>;

// Which events a reader wants; empty members select everything. Lists are ORed, members ANDed.
struct Filter {
  std::vector<std::string> receivers{};
  std::vector<Kind> kinds{};
  std::vector<base::Stage> stages{};
  std::vector<std::uint64_t> connections{};
  std::vector<std::uint16_t> codes{};
  std::vector<std::string> rules{};
  std::string subject{};  // glob

  [[nodiscard]] bool matches(const Event& event) const;
};

struct Page {
  std::vector<EventPtr> events{};
  bool more = false;  // further matching events are there already
  std::uint64_t last_seen =
      0;  // continue with after = this: the sequence number up to which everything was looked at
  std::uint64_t dropped =
      0;  // events of the receivers asked for that the rings have lost since the run began
};

// What a reader that follows the journal gets next: a run of the sequence without holes but those
// it is told of.
struct Stretch {
  std::vector<EventPtr> events{};
  std::uint64_t seen = 0;  // continue with after = this: everything up to here was looked at
  std::uint64_t lost = 0;  // events after the cursor and up to `seen`, of the receivers asked for,
                           // that the rings have dropped
  bool lost_at_least = false;  // they lie too far back to be counted exactly
  bool more = false;           // there are later events
};

class Journal {
 public:
  struct Limits {
    std::size_t events = 200'000;           // per receiver
    std::size_t octets = 64 * 1024 * 1024;  // per receiver, by footprint()
  };

  using Sink =
      std::function<void(const Event&)>;  // called in sequence order with the lock held: be quick
  using Waker =
      std::function<void()>;  // called after every add, without the lock, on the adding thread

  explicit Journal(base::WallTime start);
  Journal(base::WallTime start, Limits limits);

  // Every event goes to `sink` as well (a file). Both are set before the first add.
  void set_sink(Sink sink);
  void set_waker(Waker waker);

  // Gives the event its number and keeps it. The oldest events of the same receiver make room.
  std::uint64_t add(Event event);

  // The same, for who needs the event as it was kept, with its number.
  EventPtr keep(Event event);

  [[nodiscard]] Page read(const Filter& filter, std::uint64_t after, std::size_t limit) const;

  // At most the next `most` events after the cursor, and of these the ones that match. One look:
  // what it says was lost is not in it, and the other way round.
  [[nodiscard]] Stretch follow(const Filter& filter, std::uint64_t after, std::size_t most) const;

  [[nodiscard]] std::uint64_t last_seq() const;
  [[nodiscard]] std::uint64_t dropped(std::string_view receiver) const;
  [[nodiscard]] base::WallTime start() const;

  // Forgets what a receiver's ring holds (its name stays known, its dropped count goes back to 0);
  // how many events that were.
  std::uint64_t clear(std::string_view receiver);

  // The receiver is gone: forgets its ring and its name.
  void forget(std::string_view receiver);

  // A receiver was forgotten: one that comes may have the name of another in the same run.
  [[nodiscard]] bool has_forgotten() const;

 private:
  struct Ring {
    std::deque<EventPtr> events{};  // by rising sequence number
    std::size_t octets = 0;
    std::uint64_t dropped = 0;
    Losses losses{};  // which ones
  };

  // The next events in sequence, whatever they are: what one hold of the lock copies out.
  struct Batch {
    std::vector<EventPtr> events{};
    bool exhausted = false;  // nothing up to `until` is left behind these
  };

  [[nodiscard]] std::vector<const Ring*> rings_of(const Filter& filter) const;
  void next_batch(
      const Filter& filter, std::uint64_t after, std::uint64_t until, std::size_t most, Batch& batch
  ) const;
  void make_room(Ring& ring, std::size_t octets) const;

  // Constant after the first add.
  const base::WallTime start_;
  const Limits limits_;
  Sink sink_{};
  Waker waker_{};

  // Guarded by mutex_.
  mutable std::mutex mutex_{};
  std::map<std::string, Ring, std::less<>> rings_{};
  std::uint64_t last_seq_ = 0;
  bool has_forgotten_ = false;
};

}  // namespace journal
