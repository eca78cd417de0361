// Server-sent events: see the header. An event is one line of JSON, so that "data:" is one line.
#include "control/api/event_stream.hpp"

#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "journal/json.hpp"

namespace control::api {

namespace {

constexpr std::size_t kPage = 1000;  // events
constexpr base::Duration kHeartbeat = std::chrono::seconds(10);

void append(std::string& out, const journal::Event& event, base::WallTime start) {
  fmt::format_to(
      std::back_inserter(out), "id: {}\nevent: {}\ndata: ", event.seq, journal::name_of(event.kind)
  );
  journal::append_json(out, event, start);
  out += "\n\n";
}

}  // namespace

std::string EventStream::more() {
  std::string out;
  for (bool more = true; more && out.empty();) {
    const auto stretch = journal_.follow(filter_, after_, kPage);
    after_ = stretch.seen;
    more = stretch.more;
    if (stretch.lost > 0 || stretch.lost_at_least) {
      out += fmt::format(
          "event: dropped\ndata: {{\"count\":{}{}}}\n\n",
          stretch.lost,
          stretch.lost_at_least ? ",\"at_least\":true" : ""
      );
    }
    for (const auto& event : stretch.events) append(out, *event, journal_.start());
  }
  return out;
}

Feed feed_of(EventStream stream) {
  const auto shared = std::make_shared<EventStream>(std::move(stream));
  return {
      .content_type = "text/event-stream",
      .more = [shared](base::TimePoint) { return shared->more(); },
      .heartbeat = kHeartbeat,
      .heartbeat_text = ": heartbeat\n\n"};
}

}  // namespace control::api
