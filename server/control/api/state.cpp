// The state of a receiver: what it is, what a test changes about it while it runs, and messages
// that the test says it has submitted.
#include <optional>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"
#include "control/api/body.hpp"
#include "control/api/shapes.hpp"
#include "document/table.hpp"
#include "smtp/path.hpp"

namespace control::api {

namespace {

using document::Diagnostics;
using document::Need;
using document::Node;

// ---- PATCH /v1/receivers/{name}/state

struct Change {
  const Node* phase = nullptr;  // a string
  std::optional<base::Duration> advance{};
  std::optional<double> scale{};
  bool counters = false;
};

void read_phase(const Node& value, Change& change, Diagnostics& sink) {
  if (document::want_string(value, "phase", sink)) change.phase = &value;
}

void read_advance(const Node& value, Change& change, Diagnostics& sink) {
  change.advance = document::want_duration(value, "advance", sink);
}

void read_scale(const Node& value, Change& change, Diagnostics& sink) {
  constexpr double kLeast = 1e-6;  // as in [time]
  constexpr double kMost = 1e6;
  change.scale = document::want_number(value, "scale", kLeast, kMost, sink);
}

constexpr document::Row<Change> kClockKeys[] = {
    {"advance",
     "24h",
     R"({"type":"string"})",
     "moves the receiver clock forward at once; the judge clock stays",
     read_advance},
    {"scale",
     "60",
     R"({"type":"number","minimum":1e-6,"maximum":1e6})",
     "simulated seconds per real second from now on",
     read_scale},
};

void read_clock(const Node& value, Change& change, Diagnostics& sink) {
  document::read_table<Change>(value, "'clock'", kClockKeys, {}, change, sink);
  if (value.is(document::Kind::table) && value.members.empty()) {
    sink.error(value.place, "'clock' changes nothing", "add \"advance\" or \"scale\"");
  }
}

void read_counters(const Node& value, Change& change, Diagnostics& sink) {
  constexpr std::string_view kWords[] = {"reset"};
  change.counters = document::want_word(value, "counters", kWords, sink).has_value();
}

constexpr document::Row<Change> kStateKeys[] = {
    {"phase",
     "NAME",
     R"({"type":"string"})",
     "goes to this phase of the scenario at once",
     read_phase},
    {"clock",
     R"({"advance":"24h","scale":60})",
     R"({"type":"object","minProperties":1,"additionalProperties":false,"properties":)"
     R"({"advance":{"type":"string"},"scale":{"type":"number","minimum":1e-6,"maximum":1e6}}})",
     "moves the receiver clock forward at once (the judge clock stays), or changes its pace",
     read_clock},
    {"counters", "'reset'", R"({"const":"reset"})", "all rules count anew", read_counters},
};
constexpr std::string_view kStateUnsupported[] = {"storage", "quotas"};

// What only the receiver knows: whether it has the phase; and whether anything is asked for at all.
void check_change(
    const Change& change, const Node& body, const receiver::Edition& edition, Diagnostics& sink
) {
  if (body.is(document::Kind::table) && body.members.empty()) {
    sink.error(body.place, "nothing is to be changed", "add \"phase\", \"clock\" or \"counters\"");
  }
  if (change.phase == nullptr) return;
  std::vector<std::string_view> phases;
  for (const auto& phase : edition.scenario->phases) {
    if (!phase.name.empty()) phases.emplace_back(phase.name);
    if (!phase.name.empty() && phase.name == change.phase->text) return;
  }
  sink.error(
      change.phase->place,
      fmt::format("no phase '{}'", base::printable(change.phase->text, 80)),
      phases.empty() ? std::string("this scenario has no phases")
                     : hint_for(change.phase->text, phases)
  );
}

// ---- POST /v1/receivers/{name}/offered

struct Offer {
  std::string recipient{};
};

bool is_address(std::string_view text) {
  const auto path = fmt::format("<{}>", text);
  const auto parsed = smtp::parse_path(path, smtp::PathKind::forward);
  // Without a source route, so that it is the address which RCPT is compared with.
  return parsed && parsed->rest.empty() && parsed->address == text;
}

void read_recipient(const Node& value, Offer& offer, Diagnostics& sink) {
  const auto text = document::want_string(value, "recipient", sink);
  if (!text) return;
  if (!is_address(*text)) {
    sink.error(
        value.place,
        fmt::format("'{}' is no address", base::printable(*text, 80)),
        "write it as in RCPT, without brackets: user@example.test"
    );
  }
  offer.recipient = *text;
}

constexpr document::Row<Offer> kOfferKeys[] = {
    {"recipient",
     "user@example.test",
     "",
     "whom the message that was submitted to the sender is for",
     read_recipient,
     Need::required},
};

Answer<Outcome> state(Api& api, const Call& call) {
  return receiver_in_path(api, call).map([&](const auto& found) {
    return Outcome{json_response(state_shape(*found, call.now))};
  });
}

Answer<Outcome> patch_state(Api& api, const Call& call) {
  const auto found = receiver_to_change(api, call);
  if (!found) return tl::unexpected(found.error());
  auto& receiver = **found;
  Change change;
  auto& sink = *call.findings;
  document::read_table<Change>(*call.body, "the body", kStateKeys, kStateUnsupported, change, sink);
  check_change(change, *call.body, *receiver.edition(), sink);
  if (auto error = error_of(sink)) return tl::unexpected(std::move(*error));
  // The pace first, so that an advance and a phase are measured by it.
  if (change.counters) receiver.reset_counters(call.now);
  if (change.scale) receiver.rescale(*change.scale, call.now);
  if (change.advance) receiver.advance(*change.advance, call.now);
  if (change.phase != nullptr) receiver.enter_phase(change.phase->text, call.now);
  return Outcome{json_response(state_shape(receiver, call.now))};
}

Answer<Outcome> offered(Api& api, const Call& call) {
  const auto receiver = receiver_to_change(api, call);
  if (!receiver) return tl::unexpected(receiver.error());
  Offer offer;
  document::read_table<Offer>(*call.body, "the body", kOfferKeys, {}, offer, *call.findings);
  if (auto error = error_of(*call.findings)) {
    error->fault = Fault::malformed;
    return tl::unexpected(std::move(*error));
  }
  const auto seq = (*receiver)->offered(offer.recipient, call.now);
  return Outcome{json_response(
      {{"seq", seq}, {"receiver", (*receiver)->name()}, {"recipient", offer.recipient}}
  )};
}

std::vector<MemberDoc> patch_state_members() {
  return members_of<Change>(kStateKeys);
}

std::vector<MemberDoc> offered_members() {
  return members_of<Offer>(kOfferKeys);
}

constexpr BodyDoc kChange{
    .members = patch_state_members,
    .example = R"({"phase":"healthy","clock":{"advance":"24h"},"counters":"reset"})",
};
constexpr BodyDoc kOffer{
    .members = offered_members,
    .example = R"({"recipient":"user@example.test"})",
};
constexpr ReplyDoc kStateReplies[] = {{200, "The state", "State"}};
constexpr ReplyDoc kChangeReplies[] = {
    {200, "The state, changed", "State"},
    {409, "The receiver is being deleted", "Errors"},
};
constexpr ReplyDoc kOfferReplies[] = {
    {200, "The event that says so", "Offered"},
    {409, "The receiver is being deleted", "Errors"},
};

constexpr Route kRoutes[] = {
    {.verb = Verb::get,
     .pattern = "/v1/receivers/{name}/state",
     .handle = state,
     .doc = "Phase, clock, counters, and how many messages are kept",
     .replies = kStateReplies},
    {.verb = Verb::patch,
     .pattern = "/v1/receivers/{name}/state",
     .handle = patch_state,
     .doc = "Changes a receiver's phase, clock or counters, all of it or nothing",
     .body = &kChange,
     .replies = kChangeReplies},
    {.verb = Verb::post,
     .pattern = "/v1/receivers/{name}/offered",
     .handle = offered,
     .doc = "Says that a message was submitted: the occasion that 'suppressed' needs",
     .body = &kOffer,
     .replies = kOfferReplies},
};

}  // namespace

std::span<const Route> state_routes() {
  return kRoutes;
}

}  // namespace control::api
