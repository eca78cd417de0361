// JSON of the API's answers: see the header. Events, attempts and deliveries are the journal's own
// rendering, the same as in a journal file.
#include "control/api/render.hpp"

#include <chrono>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "journal/json.hpp"

namespace control::api {

namespace {

namespace json = boost::json;

json::value seconds(base::Duration duration) {
  return json_number(std::chrono::duration<double>(duration).count());
}

json::object counts_of(const journal::Deliveries::Counts& counts) {
  return {
      {"connections", counts.connections},
      {"messages", counts.messages},
      {"stored", counts.stored},
      {"refused", counts.refused},
      {"attempts", counts.attempts},
      {"accepted", counts.accepted},
      {"deferred", counts.deferred},
      {"rejected", counts.rejected},
      {"lost", counts.lost},
      {"abandoned", counts.abandoned},
  };
}

}  // namespace

void List::add(std::string_view item) {
  if (!items_.empty()) items_ += ",\n";
  items_ += item;
}

Response to_response(const List& list) {
  Response response;
  response.body = fmt::format(
      "{{\"items\":[{}],\"next\":{},\"dropped\":{},\"last\":{}}}\n",
      list.items(),
      list.next ? fmt::format("\"{}\"", *list.next) : std::string("null"),
      list.dropped,
      list.last
  );
  return response;
}

std::string render(const journal::Event& event, base::WallTime start) {
  std::string out;
  journal::append_json(out, event, start);
  return out;
}

std::string render(const journal::Attempt& attempt, base::WallTime start) {
  std::string out;
  journal::append_json(out, attempt, start);
  return out;
}

std::string render(
    const receiver::Receiver::DeliveryStory& story, std::string_view receiver, base::WallTime start
) {
  const journal::Delivery& delivery = story.delivery;
  const auto quoted = [](std::string_view text) {
    std::string out;
    journal::append_quoted(out, text);
    return out;
  };
  std::vector<std::string> attempts;
  for (const auto& attempt : story.attempts) attempts.push_back(render(attempt, start));
  return fmt::format(
      R"({{"id":{},"receiver":{},"key":{},"sender":{},"recipient":{},"message_id":{},"state":{},)"
      R"("attempts":[{}],"copies":{},"ambiguous":{}}})",
      delivery.id,
      quoted(receiver),
      quoted(delivery.key),
      quoted(delivery.sender),
      quoted(delivery.recipient),
      delivery.message_id.empty() ? "null" : quoted(delivery.message_id),
      quoted(name_of(delivery.state)),
      fmt::join(attempts, ","),
      delivery.copies,
      delivery.ambiguous
  );
}

json::object to_json(
    std::string_view name, const receiver::Status& status, const std::vector<Port>& ports
) {
  json::array listeners;
  for (const Port& port : ports) {
    listeners.push_back({{"address", port.address}, {"protocol", port.protocol}, {"tls", port.tls}}
    );
  }
  json::object out;
  out["name"] = name;
  out["scenario"] = status.scenario;
  out["seed"] = status.seed;
  out["domains"] = json::array();
  out["listeners"] = std::move(listeners);
  out["state"] = {
      {"phase", status.phase},
      {"clock",
       {{"now", seconds(status.receiver_clock)},
        {"judge", seconds(status.judge_clock)},
        {"scale", json_number(status.scale)},
        {"started", status.clock_started}}},
      {"open_connections", status.open_connections},
  };
  out["counts"] = counts_of(status.counts);
  out["dropped"] = status.dropped_events;
  out["forgotten"] = status.forgotten_attempts;
  return out;
}

}  // namespace control::api
