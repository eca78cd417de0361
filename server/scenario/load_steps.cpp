// What a rule does: its `do` list, or the shorthands for one.
#include <algorithm>

#include <fmt/format.h>

#include "scenario/actions.hpp"
#include "scenario/keys.hpp"

namespace scenario {

namespace {

using document::Diagnostics;
using document::Kind;
using document::Node;

void compile_list(const Node& list, Build& build) {
  if (document::want_list(list, "do", build.sink) == nullptr) return;
  for (const Node& element : list.items) {
    if (!element.is(Kind::table) || element.members.size() != 1) {
      build.sink.error(
          element.place,
          element.is(Kind::table)
              ? fmt::format("an element of do has one action, this one {}", element.members.size())
              : fmt::format("an element of do must be a table, not {}", name_of(element.kind)),
          "write do = [{ delay = \"2s\" }, { reply = \"451 4.3.2 Busy\" }]"
      );
      continue;
    }
    compile_action(element.members.front(), build);
  }
}

// delay, then reply or replies, then close, whatever their order in the file.
void compile_shorthands(const RuleDraft& draft, Build& build) {
  for (const std::string_view name : {"delay", "reply", "replies", "close"}) {
    const auto& members = draft.node->members;
    const auto member =
        std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key == name; });
    if (member == members.end()) continue;
    if (draft.list != nullptr) {
      build.sink.error(
          member->place, fmt::format("'{}' and 'do' exclude each other", name), "put it into do"
      );
    } else if (name == "replies" && draft.node->find("reply") != nullptr) {
      build.sink.error(member->place, "'reply' and 'replies' exclude each other");
    } else {
      compile_action(*member, build);
    }
  }
}

}  // namespace

void compile_steps(RuleDraft& draft, const Scenario& scenario, Diagnostics& sink) {
  const auto errors = sink.errors();
  Build build{.rule = draft.rule, .scenario = scenario, .stage = draft.stage, .sink = sink};
  compile_shorthands(draft, build);
  if (draft.list != nullptr) compile_list(*draft.list, build);
  if (sink.errors() == errors) finish_actions(draft.node->place, build);
}

}  // namespace scenario
