// Decoding expectations and policies: see the header.
#include "verify/expectation.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"

namespace verify {

namespace {

using document::Diagnostics;
using document::Need;
using document::Node;
using document::Row;

constexpr std::string_view kString = R"({"type":"string"})";

// What stands in every expectation beside the keys of its check. The check is read first, by hand.
struct Frame {
  std::string name{};
  bool advice = false;
  bool optional = false;
};

constexpr std::array kFrameKeys{
    Row<Frame>{
        "check",
        "check",
        R"({"$ref":"#/$defs/check"})",
        "which check: see the table of checks",
        [](const Node&, Frame&, Diagnostics&) {},
        Need::required},
    Row<Frame>{
        "name",
        "string",
        kString,
        "what reports call it; default the check's name",
        [](const Node& v, Frame& f, Diagnostics& s) {
          f.name = document::want_name(v, "name", s).value_or("");
        }},
    Row<Frame>{
        "advice",
        "true or false",
        R"({"type":"boolean"})",
        "its verdict is reported and never counted; default false",
        [](const Node& v, Frame& f, Diagnostics& s) {
          f.advice = document::want_bool(v, "advice", s).value_or(false);
        }},
    Row<Frame>{
        "optional",
        "true or false",
        R"({"type":"boolean"})",
        "where there is nothing to judge, or no occasion, it is not applicable instead of "
        "inconclusive; default false",
        [](const Node& v, Frame& f, Diagnostics& s) {
          f.optional = document::want_bool(v, "optional", s).value_or(false);
        }},
};

// Checks that this version does not have; a scenario that names one is refused, never half judged.
constexpr std::array<std::string_view, 11> kLaterChecks{
    "paused",
    "not-suppressed",
    "whole-system",
    "concurrency",
    "leaves-on-421",
    "partial",
    "same-message",
    "alternative-mx",
    "waits-for-reply",
    "spread",
    "reports-failure"};

bool is_frame_key(std::string_view key) {
  return std::any_of(kFrameKeys.begin(), kFrameKeys.end(), [&](const Row<Frame>& row) {
    return row.name == key;
  });
}

bool has_key(std::span<const Row<Params>> rows, std::string_view key) {
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.name == key; });
}

// An expectation without a check: that, and the keys that no check has, one of which may be it
// misspelt.
void tell_missing_check(const Node& item, std::string_view where, Diagnostics& sink) {
  Node frame_part = item;
  std::erase_if(frame_part.members, [](const auto& member) {
    const auto all = checks();
    return !is_frame_key(member.key) &&
           (has_key(common_keys(), member.key) ||
            std::any_of(all.begin(), all.end(), [&](const Check& check) {
              return has_key(check.keys, member.key);
            }));
  });
  Frame frame;
  document::read_table<Frame>(frame_part, where, kFrameKeys, {}, frame, sink);
}

const Check* read_check(const Node& item, std::string_view where, Diagnostics& sink) {
  if (!item.is(document::Kind::table)) {
    document::not_a_table(item, where, sink);
    return nullptr;
  }
  const Node* named = item.find("check");
  if (named == nullptr) {
    tell_missing_check(item, where, sink);
    return nullptr;
  }
  const auto word = document::want_string(*named, "check", sink);
  if (!word) return nullptr;
  if (const Check* check = find_check(*word)) return check;
  std::vector<std::string_view> known;
  for (const Check& check : checks()) known.push_back(check.name);
  if (std::find(kLaterChecks.begin(), kLaterChecks.end(), *word) != kLaterChecks.end()) {
    sink.error(
        named->place,
        fmt::format("check '{}' is {}", *word, document::kUnsupported),
        fmt::format("there are {}", fmt::join(known, ", "))
    );
    return nullptr;
  }
  const auto near = word->size() < 64 ? base::nearest(*word, known) : std::nullopt;
  sink.error(
      named->place,
      fmt::format("there is no check '{}'", base::printable(*word, 80)),
      near ? fmt::format("did you mean '{}'?", *near)
           : fmt::format("there are {}", fmt::join(known, ", "))
  );
  return nullptr;
}

// An expectation's keys belong to two targets: those of every one, and the check's parameters.
void read_params(
    const Node& item, std::string_view where, Expectation& expectation, Diagnostics& sink
) {
  std::vector<Row<Params>> rows(common_keys().begin(), common_keys().end());
  const auto own = expectation.check->keys;
  rows.insert(rows.end(), own.begin(), own.end());
  Node frame_part = item;
  Node params_part = item;
  frame_part.members.clear();
  params_part.members.clear();
  for (const auto& member : item.members) {
    (is_frame_key(member.key) ? frame_part : params_part).members.push_back(member);
  }
  Frame frame;
  document::read_table<Frame>(frame_part, where, kFrameKeys, {}, frame, sink);
  const std::string which = fmt::format("{} '{}'", where, expectation.check->name);
  document::read_table<Params>(params_part, which, rows, {}, expectation.params, sink);
  expectation.name = std::move(frame.name);
  expectation.advice = frame.advice;
  expectation.optional = frame.optional;
}

struct PolicyDraft {
  Policy policy{};
  const Node* expect = nullptr;
};

// clang-format off
constexpr std::array kPolicyKeys{
    Row<PolicyDraft>{"name", "string", kString, "the policy's name; default the file's",
                     [](const Node& v, PolicyDraft& d, Diagnostics& s) { if (auto t = document::want_name(v, "name", s)) d.policy.name = std::move(*t); }},
    Row<PolicyDraft>{"summary", "string", kString, "one sentence on what it asks for",
                     [](const Node& v, PolicyDraft& d, Diagnostics& s) { d.policy.summary = document::want_string(v, "summary", s).value_or(""); }},
    Row<PolicyDraft>{"source", "string", kString, "where it is known from",
                     [](const Node& v, PolicyDraft& d, Diagnostics& s) { d.policy.source = document::want_string(v, "source", s).value_or(""); }},
    Row<PolicyDraft>{"expect", "list of tables", R"({"type":"array","items":{"$ref":"#/$defs/expect"}})", "what is expected of a sender",
                     [](const Node& v, PolicyDraft& d, Diagnostics&) { d.expect = &v; }, Need::required},
};
// clang-format on

// The other tables of a scenario: its expectations may be used as a file of them.
constexpr std::array<std::string_view, 16> kScenarioKeys{
    "tags",
    "seed",
    "server",
    "time",
    "delivery",
    "phase",
    "rule",
    "storage",
    "mailboxes",
    "connections",
    "limit",
    "greylist",
    "backpressure",
    "reputation",
    "maintenance",
    "outage"};

template <typename Target>
void append(std::vector<ExpectationKey>& keys, std::span<const Row<Target>> rows) {
  for (const auto& row : rows) {
    keys.push_back({row.name, row.form, row.schema, row.doc, row.need == Need::required});
  }
}

}  // namespace

std::vector<Expectation> read_expectations(
    const Node& list, std::string_view where, Diagnostics& sink
) {
  std::vector<Expectation> expectations;
  if (document::want_list(list, "expect", sink) == nullptr) return expectations;
  std::map<std::string, int> names;
  for (const Node& item : list.items) {
    Expectation expectation{.check = read_check(item, where, sink)};
    if (expectation.check == nullptr) continue;
    const auto errors = sink.errors();
    read_params(item, where, expectation, sink);
    if (sink.errors() > errors) continue;
    if (expectation.name.empty()) expectation.name = expectation.check->name;
    const int n = ++names[expectation.name];
    if (n > 1) expectation.name += fmt::format(" ({})", n);
    expectations.push_back(std::move(expectation));
  }
  return expectations;
}

std::optional<Policy> read_policy(
    const Node& root, std::string_view default_name, Diagnostics& sink
) {
  const auto errors = sink.errors();
  PolicyDraft draft;
  draft.policy.name = default_name;
  Node plain = root;
  std::erase_if(plain.members, [](const auto& member) {
    return std::find(kScenarioKeys.begin(), kScenarioKeys.end(), member.key) != kScenarioKeys.end();
  });
  document::read_table<PolicyDraft>(plain, "a file of expectations", kPolicyKeys, {}, draft, sink);
  if (draft.expect != nullptr) {
    draft.policy.expectations = read_expectations(*draft.expect, "[[expect]]", sink);
  }
  if (sink.errors() > errors) return std::nullopt;
  return std::move(draft.policy);
}

std::vector<ExpectationKey> expectation_keys() {
  std::vector<ExpectationKey> keys;
  append<Frame>(keys, kFrameKeys);
  append<Params>(keys, common_keys());
  return keys;
}

std::vector<ExpectationKey> keys_of(const Check& check) {
  std::vector<ExpectationKey> keys;
  append<Params>(keys, check.keys);
  return keys;
}

}  // namespace verify
