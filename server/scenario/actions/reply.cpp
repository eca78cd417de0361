// Actions about what is said and whether it accepts: reply, replies, healthy, accept, note.
#include <fmt/format.h>

#include "document/read.hpp"
#include "scenario/actions.hpp"
#include "scenario/template.hpp"

namespace scenario::actions_of {

namespace {

using document::Kind;
using document::Node;

constexpr std::string_view kNothingToAccept = "there are no credentials yet";

// Replies that the protocol has no use for at the stage.
std::optional<base::Error> impossible(const smtp::Reply& reply, const Build& build) {
  const auto stage = build.stage;
  if (!stage || !reply.positive()) return std::nullopt;
  const auto name = base::name_of(*stage);
  if (build.rule.early) {
    return base::Error{
        fmt::format("{} cannot answer an AUTH command early: {}", reply.code, kNothingToAccept),
        "use a 4yz or 5yz reply"};
  }
  if (*stage == base::Stage::data && reply.code < 300) {
    return base::Error{
        fmt::format("{} cannot answer data", reply.code), "data is accepted with 354"};
  }
  if (*stage != base::Stage::data && reply.code >= 300) {
    return base::Error{
        fmt::format("{} cannot answer {}", reply.code, name),
        reply.code == 354 ? "354 belongs to data" : "use a 2yz, 4yz or 5yz reply"};
  }
  return std::nullopt;
}

// "452 4.3.1 Full" or ["431-host", "431 Full"]; nullopt: reported.
std::optional<smtp::Reply> read_reply(const Node& node, Build& build) {
  if (node.is(Kind::table)) {
    build.sink.error(
        node.place,
        "a reply by condition needs a persona: not supported by this version",
        "write the reply as on the wire"
    );
    return std::nullopt;
  }
  if (!node.is(Kind::string) && !node.is(Kind::list)) {
    build.sink.error(
        node.place,
        fmt::format("a reply must be a string or a list of strings, not {}", name_of(node.kind))
    );
    return std::nullopt;
  }
  std::vector<std::string> lines;
  for (const Node& item : document::one_or_many(node)) {
    const auto line = document::want_string(item, "reply", build.sink);
    if (!line) return std::nullopt;
    if (auto error = check_template(*line, build.stage)) {
      build.sink.error(item.place, std::move(*error));
      return std::nullopt;
    }
    lines.push_back(*line);
  }
  auto reply = smtp::parse_reply(lines);
  if (!reply) {
    build.sink.error(node.place, std::move(reply.error()));
    return std::nullopt;
  }
  if (auto error = impossible(*reply, build)) {
    build.sink.error(node.place, std::move(*error));
    return std::nullopt;
  }
  for (auto& oddity : smtp::oddities(*reply)) build.sink.warning(node.place, std::move(oddity));
  return std::move(*reply);
}

void add_replies(std::vector<smtp::Reply> replies, Build& build) {
  build.rule.steps.push_back({.kind = Step::Kind::reply, .replies = std::move(replies)});
}

}  // namespace

void reply(const Node& value, Build& build) {
  build.replied = true;
  if (auto one = read_reply(value, build)) add_replies({std::move(*one)}, build);
}

void replies(const Node& value, Build& build) {
  build.replied = true;
  const Node* list = document::want_list(value, "replies", build.sink);
  if (list == nullptr) return;
  if (list->items.empty()) {
    build.sink.error(value.place, "'replies' must not be empty");
    return;
  }
  std::vector<smtp::Reply> all;
  for (const Node& item : list->items) {
    if (auto one = read_reply(item, build)) all.push_back(std::move(*one));
  }
  if (all.size() == list->items.size()) add_replies(std::move(all), build);
}

void healthy(const Node& value, Build& build) {
  build.replied = true;
  if (!want_true(value, "healthy", build)) return;
  build.rule.steps.push_back({.kind = Step::Kind::healthy_reply});
}

void accept(const Node& value, Build& build) {
  if (build.accepts) {
    build.sink.error(value.place, "a rule accepts or refuses once, this is the second accept");
    return;
  }
  build.accepts = true;
  const auto flag = document::want_bool(value, "accept", build.sink);
  if (!flag) return;
  if (*flag && build.rule.early) {
    build.sink.error(
        value.place,
        fmt::format("an early rule cannot accept: {}", kNothingToAccept),
        "leave out early"
    );
    return;
  }
  build.rule.steps.push_back({.kind = Step::Kind::accept, .flag = *flag});
}

void note(const Node& value, Build& build) {
  auto text = document::want_string(value, "note", build.sink);
  if (!text) return;
  if (auto error = check_template(*text, build.stage)) {
    build.sink.error(value.place, std::move(*error));
    return;
  }
  build.rule.steps.push_back({.kind = Step::Kind::note, .text = std::move(*text)});
}

}  // namespace scenario::actions_of
