// JSON of the API's answers: see the header. Events, attempts and deliveries are the journal's own
// rendering, the same as in a journal file.
#include "control/api/render.hpp"

#include <fmt/format.h>

#include "journal/json.hpp"

namespace control::api {

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

}  // namespace control::api
