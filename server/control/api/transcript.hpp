// One connection as people read it: what the client said, what it was told, and between them what
// happened. Made from its events alone, so message content is not in it. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/stage.hpp"
#include "base/time.hpp"
#include "journal/journal.hpp"

namespace control::api {

enum class Who : char { client = 'C', server = 'S', neither = '*' };

struct TranscriptLine {
  std::uint64_t seq = 0;
  base::Micros at{0};
  Who who = Who::neither;
  std::optional<base::Stage> stage{};
  std::string text{};  // printable
  std::string rule{};
  std::uint32_t nth = 0;
  std::optional<std::uint64_t> cut{};  // octets of the reply that left, when not all did
};

struct Transcript {
  std::uint64_t id = 0;
  std::string receiver{};
  std::string client{}, listener{};  // empty: the event that says so was dropped
  base::Micros began{0};             // the first event that is left
  std::optional<base::Micros> ended{};
  journal::Ending ending = journal::Ending::none;
  std::optional<std::uint64_t> octets{};  // received
  bool dropped = false;                   // its beginning is not in the journal any more
  std::vector<TranscriptLine> lines{};
};

// `events`: all that are left of the connection, in order; at least one.
[[nodiscard]] Transcript transcript_of(
    std::uint64_t connection, std::string_view receiver, std::span<const journal::EventPtr> events
);

[[nodiscard]] boost::json::object to_json(const Transcript& transcript, base::WallTime start);

// "+0.123 C: MAIL FROM:<a@b.test>" and so on, behind a line that says which connection it is.
[[nodiscard]] std::string to_text(const Transcript& transcript, base::WallTime start);

}  // namespace control::api
