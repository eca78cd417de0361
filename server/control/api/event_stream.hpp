// The journal as text/event-stream (the HTML standard, "Server-sent events"): each event once and
// in order, with its number as id, and where the ring has dropped some before they were read, how
// many. Not thread-safe: one per reader.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "control/http.hpp"
#include "journal/journal.hpp"

namespace control::api {

class EventStream {
 public:
  // The reader has seen everything up to `after`.
  EventStream(const journal::Journal& journal, journal::Filter filter, std::uint64_t after)
      : journal_(journal), filter_(std::move(filter)), after_(after) {}

  // The next events that match, at most 1000; empty: there are none yet.
  [[nodiscard]] std::string more();

 private:
  const journal::Journal& journal_;
  journal::Filter filter_;
  std::uint64_t after_;
};

// The same as an answer, with a comment line as its heartbeat.
[[nodiscard]] Feed feed_of(EventStream stream);

}  // namespace control::api
