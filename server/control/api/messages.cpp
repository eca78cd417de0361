// The messages that a receiver has kept: a list, one with its header fields, its octets.
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"
#include "control/api/number.hpp"
#include "journal/json.hpp"
#include "smtp/headers.hpp"

namespace control::api {

namespace {

namespace json = boost::json;
using receiver::KeptMessage;

// What clients send need not be UTF-8, and JSON must be.
json::value text(std::string_view octets) {
  std::string quoted;
  journal::append_quoted(quoted, octets);
  return json::parse(quoted);
}

json::object shape(const KeptMessage& kept, std::string_view receiver, base::WallTime start) {
  json::array recipients;
  for (const auto& recipient : kept.recipients) recipients.push_back(text(recipient));
  const auto& message = *kept.message;
  json::object out{{"id", kept.id}, {"receiver", receiver}, {"connection", kept.connection}};
  out["at"] = base::format_wall(start + kept.at);
  out["sender"] = text(kept.sender);
  out["recipients"] = std::move(recipients);
  out["size"] = message.size;
  out["captured"] = kept.captured().size();
  out["complete"] = kept.complete;
  out["message_id"] = message.message_id.empty() ? json::value(nullptr) : text(message.message_id);
  out["body_hash"] = message.body_hash;
  out["stored"] = kept.stored;
  return out;
}

Answer<Outcome> messages(Api& api, const Call& call) {
  auto query = call.query();
  const auto receiver = receiver_asked_for(api, query);
  const receiver::Messages::Filter filter{
      .sender = query.text("sender").value_or(""),
      .recipient = query.text("recipient").value_or("")};
  const auto after = query.number("after", 0, 0, UINT64_MAX);
  const auto limit = query.number("limit", kDefaultLimit, 1, kMostLimit);
  if (auto error = query.error()) return tl::unexpected(std::move(*error));
  const auto page = receiver->messages(after, limit, filter);
  json::array items;
  for (const auto& kept : page.messages) {
    items.push_back(shape(kept, receiver->name(), api.journal.start()));
  }
  json::object out{{"items", std::move(items)}};
  const auto last = page.messages.empty() ? after : page.messages.back().id;
  out["next"] = page.more ? json::value(std::to_string(last)) : json::value(nullptr);
  out["dropped"] = receiver->status(call.now).messages.dropped;
  out["last"] = last;
  return Outcome{json_response(out)};
}

struct Found {
  std::shared_ptr<receiver::Receiver> receiver;
  KeptMessage message;
};

Answer<Found> message_in_path(Api& api, const Call& call) {
  auto query = call.query();
  auto receiver = receiver_asked_for(api, query);
  if (auto error = query.error()) return tl::unexpected(std::move(*error));
  const std::string& given = call.variables.front();
  const auto id = number_in(given);
  auto message = id ? receiver->message(*id) : std::nullopt;
  if (message && message->message) return Found{std::move(receiver), std::move(*message)};
  return refuse(
      Fault::not_found,
      {call.request.path,
       fmt::format(
           "receiver '{}' has no message '{}'", receiver->name(), base::printable(given, 80)
       ),
       "GET /v1/messages lists them; the oldest make room"}
  );
}

Answer<Outcome> message(Api& api, const Call& call) {
  const auto found = message_in_path(api, call);
  if (!found) return tl::unexpected(found.error());
  const auto& kept = found->message;
  auto out = shape(kept, found->receiver->name(), api.journal.start());
  json::array fields;
  for (const auto& field : smtp::header_fields(kept.message->headers)) {
    fields.push_back({{"name", text(field.name)}, {"value", text(field.value)}});
  }
  out["headers"] = std::move(fields);
  return Outcome{json_response(out)};
}

Answer<Outcome> raw_message(Api& api, const Call& call) {
  const auto found = message_in_path(api, call);
  if (!found) return tl::unexpected(found.error());
  const auto& captured = found->message.captured();
  if (captured.empty() && found->message.message->size > 0) {
    return refuse(
        Fault::not_found,
        {call.request.path,
         fmt::format("nothing of the content of message {} was captured", found->message.id),
         "the scenario says so (server.capture), or it is larger than SIZE allows"}
    );
  }
  return Outcome{{.content_type = "message/rfc822", .body = captured}};
}

// clang-format off
constexpr ParameterDoc kListParameters[] = {
    kReceiverDoc,
    {"sender",    "GLOB", "whose sender matches; <> is the null sender", R"({"type":"string"})", R"("*@example.test")"},
    {"recipient", "GLOB", "with a recipient that matches", R"({"type":"string"})", R"("*@example.test")"},
    kAfterDoc,
    kLimitDoc,
};
constexpr ParameterDoc kOneParameters[] = {kReceiverDoc};
constexpr std::string_view kRawTypes[] = {"message/rfc822"};
constexpr ReplyDoc kListReplies[] = {{200, "A page of messages", "Messages"}};
constexpr ReplyDoc kOneReplies[] = {{200, "The message", "MessageWithHeaders"}};
constexpr ReplyDoc kRawReplies[] = {{200, "Its octets, as far as they were captured", "", kRawTypes}};
// clang-format on

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/v1/messages",
     .handle = messages,
     .doc = "Messages that arrived, as far as they are kept, stored or not",
     .parameters = kListParameters,
     .replies = kListReplies},
    {.verb = Verb::get,
     .pattern = "/v1/messages/{id}",
     .handle = message,
     .doc = "One message with its header fields",
     .parameters = kOneParameters,
     .replies = kOneReplies},
    {.verb = Verb::get,
     .pattern = "/v1/messages/{id}/raw",
     .handle = raw_message,
     .doc = "The octets of one message",
     .parameters = kOneParameters,
     .replies = kRawReplies},
};

}  // namespace

std::span<const Route> messages_routes() {
  return kRoutes;
}

}  // namespace control::api
