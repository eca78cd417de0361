// What a test changes about a receiver while it runs: its clock, and messages that it says it has
// submitted.
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "control/api/api.hpp"
#include "control/api/body.hpp"
#include "document/parse.hpp"
#include "document/table.hpp"
#include "smtp/path.hpp"

namespace control::api {

namespace {

using document::Diagnostics;
using document::Need;
using document::Node;

// ---- PATCH /v1/receivers/{name}/state

struct Change {
  std::optional<base::Duration> advance{};
};

void read_advance(const Node& value, Change& change, Diagnostics& sink) {
  change.advance = document::want_duration(value, "advance", sink);
}

constexpr document::Row<Change> kClockKeys[] = {
    {"advance",
     "24h",
     "",
     "moves the receiver clock forward at once",
     read_advance,
     Need::required},
};
constexpr std::string_view kClockUnsupported[] = {"scale", "now"};

void read_clock(const Node& value, Change& change, Diagnostics& sink) {
  document::read_table<Change>(value, "'clock'", kClockKeys, kClockUnsupported, change, sink);
}

constexpr document::Row<Change> kStateKeys[] = {
    {"clock",
     "{\"advance\":\"24h\"}",
     "",
     "moves the receiver clock forward at once; the judge clock stays",
     read_clock,
     Need::required},
};
constexpr std::string_view kStateUnsupported[] = {"phase", "storage", "quotas", "counters"};

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

template <typename Target>
Answer<Target> read_body(
    const Call& call,
    std::span<const document::Row<Target>> rows,
    std::span<const std::string_view> unsupported
) {
  Diagnostics sink("body");
  const auto body = document::parse_json(call.request.body, sink);
  if (!body) return tl::unexpected(malformed(sink));
  Target target;
  document::read_table<Target>(*body, "the body", rows, unsupported, target, sink);
  if (auto error = error_of(sink)) return tl::unexpected(std::move(*error));
  return target;
}

}  // namespace

Answer<Outcome> patch_state(Api& api, const Call& call) {
  const auto receiver = receiver_in_path(api, call);
  if (!receiver) return tl::unexpected(receiver.error());
  const auto change = read_body<Change>(call, kStateKeys, kStateUnsupported);
  if (!change) return tl::unexpected(change.error());
  (*receiver)->advance(*change->advance, call.now);
  return api::receiver(api, call);
}

Answer<Outcome> offered(Api& api, const Call& call) {
  const auto receiver = receiver_in_path(api, call);
  if (!receiver) return tl::unexpected(receiver.error());
  auto offer = read_body<Offer>(call, kOfferKeys, {});
  if (!offer) {
    offer.error().fault = Fault::malformed;
    return tl::unexpected(std::move(offer.error()));
  }
  const auto seq = (*receiver)->offered(offer->recipient, call.now);
  return Outcome{json_response(
      {{"seq", seq}, {"receiver", (*receiver)->name()}, {"recipient", offer->recipient}}
  )};
}

std::vector<ParameterDoc> patch_state_members() {
  return members_of<Change>(kStateKeys);
}

std::vector<ParameterDoc> offered_members() {
  return members_of<Offer>(kOfferKeys);
}

}  // namespace control::api
