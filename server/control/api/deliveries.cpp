// Attempts and deliveries as lists and one by one: what a sender made of its refusals.
#include "journal/deliveries.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"
#include "control/api/render.hpp"

namespace control::api {

namespace {

// How many are copied out of a receiver at a time: its lock is held for that long.
constexpr std::size_t kChunk = 1000;

// Which attempts or deliveries are asked for; empty members ask for all.
struct Wanted {
  std::string sender;
  std::string recipient;
  std::vector<std::size_t> outcomes;
  std::vector<std::size_t> scopes;

  [[nodiscard]] bool mail(std::string_view from, std::string_view to) const {
    const std::string_view shown = from.empty() ? "<>" : from;
    return (sender.empty() || base::glob_matches(sender, from) || base::glob_matches(sender, shown)
           ) &&
           (recipient.empty() || base::glob_matches(recipient, to));
  }
};

template <typename Enum>
bool is_among(const std::vector<std::size_t>& wanted, Enum value) {
  if (wanted.empty()) return true;
  return std::find(wanted.begin(), wanted.end(), static_cast<std::size_t>(value)) != wanted.end();
}

std::vector<std::size_t> outcomes_asked_for(Query& query, std::string_view name) {
  return query.choices(name, names_until(journal::Outcome::abandoned));
}

// Up to `limit` items after `after` that `wants` lets through, as one list of the API. `read` gives
// the items after an id, `id_of` an item's id, `render` its JSON.
template <typename Read, typename Wants, typename IdOf, typename Render>
List collect(
    std::uint64_t after, std::uint64_t limit, Read read, Wants wants, IdOf id_of, Render render
) {
  List list;
  std::uint64_t last = after;
  std::uint64_t kept = 0;
  for (;;) {
    const auto chunk = read(last, kChunk);
    for (const auto& item : chunk) {
      if (wants(item)) {
        if (kept == limit) {
          list.next = list.last;
          return list;
        }
        list.add(render(item));
        list.last = id_of(item);
        ++kept;
      }
      last = id_of(item);
    }
    if (chunk.size() < kChunk) break;
  }
  list.last = last;
  return list;
}

Answer<Outcome> attempts(Api& api, const Call& call) {
  auto query = call.query();
  const auto receiver = receiver_asked_for(api, query);
  Wanted wanted;
  wanted.sender = query.text("sender").value_or("");
  wanted.recipient = query.text("recipient").value_or("");
  wanted.outcomes = outcomes_asked_for(query, "outcome");
  wanted.scopes = query.choices("scope", names_until(journal::Scope::delivery));
  const auto after = query.number("after", 0, 0, UINT64_MAX);
  const auto limit = query.number("limit", kDefaultLimit, 1, kMostLimit);
  if (auto error = query.error()) return tl::unexpected(std::move(*error));

  const auto wall = api.journal.start();
  auto list = collect(
      after,
      limit,
      [&](std::uint64_t from, std::size_t most) { return receiver->attempts(from, most); },
      [&](const journal::Attempt& attempt) {
        return wanted.mail(attempt.sender, attempt.recipient) &&
               is_among(wanted.outcomes, attempt.outcome) && is_among(wanted.scopes, attempt.scope);
      },
      [](const journal::Attempt& attempt) { return attempt.id; },
      [&](const journal::Attempt& attempt) { return render(attempt, wall); }
  );
  list.dropped = receiver->status(call.now).forgotten_attempts;
  return Outcome{to_response(list)};
}

Answer<Outcome> deliveries(Api& api, const Call& call) {
  auto query = call.query();
  const auto receiver = receiver_asked_for(api, query);
  Wanted wanted;
  wanted.sender = query.text("sender").value_or("");
  wanted.recipient = query.text("recipient").value_or("");
  wanted.outcomes = outcomes_asked_for(query, "state");
  const auto after = query.number("after", 0, 0, UINT64_MAX);
  const auto limit = query.number("limit", kDefaultLimit, 1, kMostLimit);
  if (auto error = query.error()) return tl::unexpected(std::move(*error));

  using Story = receiver::Receiver::DeliveryStory;
  const auto wall = api.journal.start();
  auto list = collect(
      after,
      limit,
      [&](std::uint64_t from, std::size_t most) { return receiver->deliveries(from, most); },
      [&](const Story& story) {
        return wanted.mail(story.delivery.sender, story.delivery.recipient) &&
               is_among(wanted.outcomes, story.delivery.state);
      },
      [](const Story& story) { return story.delivery.id; },
      [&](const Story& story) { return render(story, receiver->name(), wall); }
  );
  list.dropped = receiver->status(call.now).forgotten_attempts;
  return Outcome{to_response(list)};
}

Answer<Outcome> delivery(Api& api, const Call& call) {
  auto query = call.query();
  const auto receiver = receiver_asked_for(api, query);
  if (auto error = query.error()) return tl::unexpected(std::move(*error));

  const std::string& text = call.variables.front();
  std::uint64_t id = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_number = fault == std::errc{} && stop == text.data() + text.size();
  const auto story = is_number ? receiver->delivery(id) : std::nullopt;
  if (!story) {
    return refuse(
        Fault::not_found,
        {call.request.path,
         fmt::format(
             "receiver '{}' has no delivery '{}'", receiver->name(), base::printable(text, 80)
         ),
         "GET /v1/deliveries lists them; the oldest are forgotten"}
    );
  }
  Response response;
  response.body = render(*story, receiver->name(), api.journal.start()) + "\n";
  return Outcome{std::move(response)};
}

// clang-format off
constexpr ParameterDoc kSenderDoc{"sender", "GLOB", "whose sender matches", R"({"type":"string"})", R"("*@example.test")"};
constexpr ParameterDoc kRecipientDoc{"recipient", "GLOB", "whose recipient matches", R"({"type":"string"})", R"("*@example.test")"};
constexpr std::string_view kOutcomes = R"({"type":"array","items":{"$ref":"#/components/schemas/Outcome"}})";

constexpr ParameterDoc kAttemptParameters[] = {
    kReceiverDoc,
    kSenderDoc,
    kRecipientDoc,
    {"scope",   "SCOPE",   "of this scope: client, sender, delivery; several by commas", R"({"type":"array","items":{"$ref":"#/components/schemas/Scope"}})"},
    {"outcome", "OUTCOME", "that ended so: open, accepted, deferred, rejected, lost, abandoned; several by commas", kOutcomes, R"(["deferred"])"},
    kAfterDoc,
    kLimitDoc,
};
constexpr ParameterDoc kDeliveryParameters[] = {
    kReceiverDoc,
    kSenderDoc,
    kRecipientDoc,
    {"state", "STATE", "in this state: open, accepted, deferred, rejected, lost, abandoned; several by commas", kOutcomes, R"(["accepted"])"},
    kAfterDoc,
    kLimitDoc,
};
// clang-format on
constexpr ParameterDoc kOneDeliveryParameters[] = {kReceiverDoc};

constexpr ReplyDoc kAttemptReplies[] = {{200, "A page of attempts", "Attempts"}};
constexpr ReplyDoc kDeliveryReplies[] = {{200, "A page of deliveries", "Deliveries"}};
constexpr ReplyDoc kOneDeliveryReplies[] = {{200, "The delivery", "Delivery"}};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/v1/attempts",
     .handle = attempts,
     .doc = "Tries to hand over mail, in order of their beginning",
     .parameters = kAttemptParameters,
     .replies = kAttemptReplies},
    {.verb = Verb::get,
     .pattern = "/v1/deliveries",
     .handle = deliveries,
     .doc = "Messages to recipients, each with its attempts",
     .parameters = kDeliveryParameters,
     .replies = kDeliveryReplies},
    {.verb = Verb::get,
     .pattern = "/v1/deliveries/{id}",
     .handle = delivery,
     .doc = "One delivery with its attempts",
     .parameters = kOneDeliveryParameters,
     .replies = kOneDeliveryReplies},
};

}  // namespace

std::span<const Route> deliveries_routes() {
  return kRoutes;
}

}  // namespace control::api
