// TABLE of actions, and what is checked for every one of them.
#include "scenario/actions.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "document/table.hpp"

namespace scenario {

namespace {

constexpr std::string_view kTrue = R"({"const":true})";
constexpr std::string_view kPieces = R"({"$ref":"#/$defs/pieces"})";

// clang-format off
constexpr std::array kActions{
    ActionRow{"reply", "string, or list of strings (a multi-line reply)", R"({"$ref":"#/$defs/reply"})",
              Effect::decides, Shorthand::yes,
              "sends this reply, written as on the wire; 2yz (at data 354) accepts, 4yz and 5yz do not, 421 closes",
              actions_of::reply},
    ActionRow{"replies", "list of replies", R"({"type":"array","minItems":1,"items":{"$ref":"#/$defs/reply"}})",
              Effect::decides, Shorthand::yes,
              "sends the next of these replies each time the rule fires; the last one stays",
              actions_of::replies},
    ActionRow{"accept", "true or false", R"({"type":"boolean"})", Effect::decides, Shorthand::no,
              "accepts here, or not, whatever the reply says; beside text, close, reset, half_close or stall no reply "
              "is sent, else the healthy one",
              actions_of::accept},
    ActionRow{"healthy", "true", kTrue, Effect::decides, Shorthand::no,
              "behaves as the healthy server, and no later rule is asked", actions_of::healthy},
    ActionRow{"delay", "duration, or [least, most]", R"({"$ref":"#/$defs/delay"})", Effect::adds, Shorthand::yes,
              "waits; between two durations the wait is drawn", actions_of::delay},
    ActionRow{"drip", "duration between octets, or {bytes, every}",
              R"({"anyOf":[{"$ref":"#/$defs/duration"},{"$ref":"#/$defs/pieces"}]})", Effect::adds, Shorthand::no,
              "sends the reply in pieces of one octet, or of `bytes`, this far apart", actions_of::drip},
    ActionRow{"slow_read", "{bytes, every}", kPieces, Effect::adds, Shorthand::no,
              "from here on reads at most `bytes` octets of the client's input per `every`", actions_of::slow_read},
    ActionRow{"note", "string", R"({"type":"string"})", Effect::adds, Shorthand::no,
              "writes a text into the journal; placeholders are filled in", actions_of::note},
    ActionRow{"truncate", "number of octets", R"({"$ref":"#/$defs/bytes"})", Effect::decides, Shorthand::no,
              "sends only the first octets of the rule's reply or text (else of the healthy reply), then closes unless another "
              "ending is named; what the reply accepts stays accepted",
              actions_of::truncate},
    ActionRow{"garbage", "number of octets", R"({"$ref":"#/$defs/bytes"})", Effect::decides, Shorthand::no,
              "sends pseudo-random octets", actions_of::garbage},
    ActionRow{"text", "string", R"({"type":"string","minLength":1})", Effect::decides, Shorthand::no,
              "sends these octets as they are, no reply: nothing is filled in, no CRLF added, and it accepts nothing by itself",
              actions_of::text},
    ActionRow{"await_input", "true", kTrue, Effect::adds, Shorthand::no,
              "goes on once the client has sent something that was not there before", actions_of::await_input},
    ActionRow{"withhold", "extension, or list of them", R"({"$ref":"#/$defs/strings"})", Effect::adds, Shorthand::no,
              "at ehlo: these extensions are not offered, and not served until the next EHLO", actions_of::withhold},
    ActionRow{"tls", "table", R"({"$ref":"#/$defs/tls"})", Effect::adds, Shorthand::no,
              "at starttls: changes keys of [server.tls] for this handshake: certificate, min_version, max_version, "
              "ciphers, close_notify",
              actions_of::tls},
    ActionRow{"alert", "alert", R"({"$ref":"#/$defs/alert"})", Effect::decides, Shorthand::no,
              "at starttls: lets the client begin (with the healthy reply, if the rule has none), then sends this "
              "fatal alert of RFC 8446 6.2 and closes",
              actions_of::alert},
    ActionRow{"close", "true or false", R"({"type":"boolean"})", Effect::decides, Shorthand::yes,
              "closes the connection (FIN) after what was sent; false keeps it open after a 421", actions_of::close},
    ActionRow{"half_close", "true", kTrue, Effect::decides, Shorthand::no,
              "sends FIN and goes on reading", actions_of::half_close},
    ActionRow{"reset", "true", kTrue, Effect::decides, Shorthand::no,
              "resets the connection (RST)", actions_of::reset},
    ActionRow{"stall", "true", kTrue, Effect::decides, Shorthand::no,
              "sends nothing any more and reads until the client leaves", actions_of::stall},
};
constexpr std::array<std::string_view, 2> kUnsupported{"bounce", "complain"};

// clang-format on

bool is_reply(const ActionRow& row) {
  return row.compile == actions_of::reply || row.compile == actions_of::replies ||
         row.compile == actions_of::healthy;
}

// Shapes the reply, so it comes before it.
bool shapes_reply(const ActionRow& row) {
  return row.compile == actions_of::truncate || row.compile == actions_of::drip;
}

// Sends or takes octets that belong to the handshake which an accepting reply begins.
bool breaks_handshake(const ActionRow& row) {
  return row.compile == actions_of::text || row.compile == actions_of::garbage ||
         row.compile == actions_of::await_input;
}

// What is impossible because of the actions before.
bool order_is_possible(const document::Member& member, const ActionRow& row, Build& build) {
  if (build.ending != nullptr && row.compile != actions_of::note) {
    build.sink.error(
        member.place,
        fmt::format("'{}' follows the end of the connection", row.name),
        row.compile == actions_of::accept ? "put accept first" : "nothing but a note can"
    );
    return false;
  }
  if (is_reply(row) && build.replied) {
    build.sink.error(member.place, "a rule sends one reply, this is the second");
    return false;
  }
  if (shapes_reply(row) && build.replied) {
    build.sink.error(
        member.place,
        fmt::format("'{}' comes too late, the reply was sent before it", row.name),
        "put it before the reply"
    );
    return false;
  }
  return true;
}

}  // namespace

std::span<const ActionRow> actions() {
  return kActions;
}

std::span<const std::string_view> unsupported_actions() {
  return kUnsupported;
}

void compile_action(const document::Member& member, Build& build) {
  const auto* row = std::find_if(kActions.begin(), kActions.end(), [&](const ActionRow& r) {
    return r.name == member.key;
  });
  if (row != kActions.end()) {
    if (!order_is_possible(member, *row, build)) return;
    if (row->effect == Effect::decides) build.rule.decides = true;
    const bool behind_reply = build.replied && breaks_handshake(*row);
    // What is awaited at STARTTLS is the beginning of the handshake.
    const bool takes_hello = row->compile == actions_of::await_input;
    if ((behind_reply || takes_hello) && build.stage == base::Stage::starttls) {
      build.behind_reply = &member;
    }
    row->compile(member.value, build);
    return;
  }
  if (std::find(kUnsupported.begin(), kUnsupported.end(), member.key) != kUnsupported.end()) {
    build.sink.error(member.place, fmt::format("'{}' is {}", member.key, document::kUnsupported));
    return;
  }
  std::vector<std::string_view> known(kUnsupported.begin(), kUnsupported.end());
  for (const auto& action : kActions) known.push_back(action.name);
  document::unknown_key(member, "do", known, build.sink);
}

void finish_actions(const document::Place& place, Build& build) {
  auto& steps = build.rule.steps;
  if (build.stays_open && !build.replied) {
    build.sink.error(
        place, "close = false changes nothing", "it keeps the connection open after a 421 reply"
    );
  } else if (steps.empty()) {
    build.sink.error(place, "this rule does nothing", "give it a reply or a do list");
  }
  if (build.behind_reply != nullptr && build.ending == nullptr && may_accept(build.rule)) {
    build.sink.error(
        build.behind_reply->place,
        fmt::format("'{}' after the reply breaks the handshake", build.behind_reply->key),
        "put it before the reply, or end with close, reset, stall or alert"
    );
  }
  // The reply that an ending or a text leaves out, but accept and truncate stand for.
  const bool bare_accept = build.accepts && build.ending == nullptr;
  if (!build.replied && !build.said && (bare_accept || build.cut)) {
    const bool before_ending = build.ending != nullptr;
    auto at = steps.end();
    if (before_ending) {
      at = std::find_if(steps.begin(), steps.end(), [](const Step& step) {
        return step.kind == Step::Kind::op && is_ending(step.op.kind);
      });
    }
    steps.insert(at, Step{.kind = Step::Kind::healthy_reply});
  }
  if (build.cut && build.ending == nullptr) build.add({.kind = wire::Op::Kind::close});
}

bool may_accept(const Rule& rule) {
  bool replies = false;
  for (const Step& step : rule.steps) {
    if (step.kind == Step::Kind::accept) return step.flag;
    replies |= step.kind == Step::Kind::healthy_reply ||
               std::any_of(step.replies.begin(), step.replies.end(), [](const smtp::Reply& reply) {
                 return reply.positive();
               });
  }
  return replies;
}

bool want_true(const document::Node& value, std::string_view what, Build& build) {
  const auto flag = document::want_bool(value, what, build.sink);
  if (flag && !*flag) {
    build.sink.error(value.place, fmt::format("'{}' can only be true", what), "leave it out");
  }
  return flag.value_or(false);
}

bool is_ending(wire::Op::Kind kind) {
  switch (kind) {
    case wire::Op::Kind::close:
    case wire::Op::Kind::reset:
    case wire::Op::Kind::stall:
    case wire::Op::Kind::half_close: return true;
    case wire::Op::Kind::say:
    case wire::Op::Kind::noise:
    case wire::Op::Kind::wait:
    case wire::Op::Kind::await:
    case wire::Op::Kind::pace:
    case wire::Op::Kind::cut:
    case wire::Op::Kind::slow_read: return false;
  }
  return false;
}

}  // namespace scenario
