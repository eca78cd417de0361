// Match tables: keys to conditions. What a key may say is one row; evaluating is match.cpp's.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "scenario/facts.hpp"
#include "scenario/keys.hpp"

namespace scenario {

namespace {

using document::alternatives;
using document::Diagnostics;
using document::Kind;
using document::Node;
using document::read_patterns;
using document::Row;

// False: the fact is not known at the rule's stage, which has been reported.
bool is_known(
    std::string_view name,
    Since since,
    const Node& value,
    const MatchDraft& draft,
    Diagnostics& sink
) {
  if (!draft.stage || known_at(since, *draft.stage)) return true;
  sink.error(
      value.place,
      fmt::format("'{}' is not known at {}", name, base::name_of(*draft.stage)),
      known_hint(since)
  );
  return false;
}

using ParseNumber = base::Result<std::uint64_t> (*)(std::string_view);

base::Result<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error == std::errc{} && end == text.data() + text.size()) return n;
  return base::failure(fmt::format("'{}' is no number", base::printable(text, 80)));
}

// "5", "5..", "..9", "5..9".
base::Result<Range> parse_range(std::string_view text, ParseNumber number) {
  Range range;
  const auto dots = text.find("..");
  const auto lo = text.substr(0, dots);
  const auto hi = dots == std::string_view::npos ? lo : text.substr(dots + 2);
  if (lo.empty() && hi.empty()) {
    return base::failure("a range needs a bound", "write \"5..\", \"..9\" or \"5..9\"");
  }
  if (!lo.empty()) {
    const auto n = number(lo);
    if (!n) return tl::unexpected(n.error());
    range.lo = *n;
  }
  if (!hi.empty()) {
    const auto n = number(hi);
    if (!n) return tl::unexpected(n.error());
    range.hi = *n;
  }
  if (range.lo > range.hi) {
    return base::failure(
        fmt::format("the range '{}' is empty", base::printable(text, 80)),
        "its larger bound stands first"
    );
  }
  return range;
}

std::vector<Range> read_ranges(
    const Node& value, std::string_view name, ParseNumber number, Diagnostics& sink
) {
  std::vector<Range> ranges;
  for (const Node& item : alternatives(value, name, sink)) {
    if (item.is(Kind::integer) && item.integer >= 0) {
      const auto n = static_cast<std::uint64_t>(item.integer);
      ranges.push_back({n, n});
      continue;
    }
    if (!item.is(Kind::string)) {
      sink.error(
          item.place,
          fmt::format("'{}' must be a number or a range, not {}", name, name_of(item.kind)),
          "write 5, \"5..\", \"..9\" or \"5..9\""
      );
      continue;
    }
    if (auto range = parse_range(item.text, number)) {
      ranges.push_back(*range);
    } else {
      sink.error(item.place, std::move(range.error()));
    }
  }
  return ranges;
}

// A key whose value is a pattern or a list of them.
template <Fact kFact, Since kSince>
void read_text(std::string_view name, const Node& value, MatchDraft& draft, Diagnostics& sink) {
  if (!is_known(name, kSince, value, draft, sink)) return;
  draft.match.all.push_back({.fact = kFact, .patterns = read_patterns(value, name, sink)});
}

void read_recipient(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  read_text<Fact::recipient, Since::rcpt>("recipient", value, draft, sink);
}

void read_recipient_domain(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  read_text<Fact::recipient_domain, Since::rcpt>("recipient_domain", value, draft, sink);
}

void read_sender(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  read_text<Fact::sender, Since::mail>("sender", value, draft, sink);
  if (draft.match.all.empty() || draft.match.all.back().fact != Fact::sender) return;
  const auto& patterns = draft.match.all.back().patterns;
  draft.match.names_null_sender =
      std::any_of(patterns.begin(), patterns.end(), [](const auto& p) { return p.text() == "<>"; });
}

void read_sender_domain(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  read_text<Fact::sender_domain, Since::mail>("sender_domain", value, draft, sink);
}

void read_ehlo(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  read_text<Fact::ehlo, Since::ehlo>("ehlo", value, draft, sink);
}

void read_auth_user(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  read_text<Fact::auth_user, Since::auth>("auth_user", value, draft, sink);
}

void read_tls(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  const auto flag = document::want_bool(value, "tls", sink);
  if (!flag) return;
  draft.match.all.push_back({.fact = Fact::tls, .flag = *flag});
}

void read_client(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  draft.match.all.push_back(
      {.fact = Fact::client, .networks = document::read_networks(value, "client", sink)}
  );
}

void read_size(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  if (!is_known("size", Since::mail, value, draft, sink)) return;
  draft.match.all.push_back(
      {.fact = Fact::size, .ranges = read_ranges(value, "size", document::parse_bytes, sink)}
  );
}

void read_attempt(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  if (!is_known("attempt", Since::rcpt, value, draft, sink)) return;
  draft.match.all.push_back(
      {.fact = Fact::attempt, .ranges = read_ranges(value, "attempt", parse_count, sink)}
  );
}

void read_field(std::string_view name, const Node& value, MatchDraft& draft, Diagnostics& sink) {
  const auto what = fmt::format("header.{}", base::printable(name, 80));
  if (!is_known(what, Since::message, value, draft, sink)) return;
  draft.match.all.push_back(
      {.fact = Fact::header,
       .name = std::string(name),
       .patterns = read_patterns(value, what, sink)}
  );
}

void read_one_param(
    std::string_view name, const Node& value, MatchDraft& draft, Diagnostics& sink
) {
  const auto what = fmt::format("param.{}", base::printable(name, 80));
  if (!is_known(what, Since::mail, value, draft, sink)) return;
  draft.match.all.push_back(
      {.fact = Fact::param,
       .name = base::to_upper(name),
       .patterns = read_patterns(value, what, sink)}
  );
}

void read_header(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  if (document::want_table(value, "header", sink) == nullptr) return;
  for (const auto& member : value.members) read_field(member.key, member.value, draft, sink);
}

void read_param(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  if (document::want_table(value, "param", sink) == nullptr) return;
  for (const auto& member : value.members) read_one_param(member.key, member.value, draft, sink);
}

void read_not(const Node& value, MatchDraft& draft, Diagnostics& sink) {
  for (const Node& item : alternatives(value, "not", sink)) {
    draft.match.none.push_back(read_match(item, draft.stage, sink));
  }
}

constexpr std::string_view kPatterns = R"({"$ref":"#/$defs/patterns"})";
constexpr std::string_view kRanges = R"({"$ref":"#/$defs/ranges"})";
constexpr std::string_view kFields =
    R"({"type":"object","additionalProperties":{"$ref":"#/$defs/patterns"}})";

// clang-format off
constexpr std::array kMatchKeys{
    Row<MatchDraft>{"recipient", "patterns", kPatterns, "the recipient's address; from rcpt on, later any accepted one", read_recipient},
    Row<MatchDraft>{"recipient_domain", "patterns", kPatterns, "what stands after its @; from rcpt on", read_recipient_domain},
    Row<MatchDraft>{"sender", "patterns", kPatterns, "the sender's address; \"<>\" names the null sender, which no other rule meets; from mail on", read_sender},
    Row<MatchDraft>{"sender_domain", "patterns", kPatterns, "what stands after its @; from mail on", read_sender_domain},
    Row<MatchDraft>{"client", "addresses or networks", R"({"$ref":"#/$defs/strings"})", "the client's IP address: \"192.0.2.0/24\"", read_client},
    Row<MatchDraft>{"ehlo", "patterns", kPatterns, "what the client calls itself; from ehlo on", read_ehlo},
    Row<MatchDraft>{"auth_user", "patterns", kPatterns, "who has logged in, at auth who tries to; from auth on", read_auth_user},
    Row<MatchDraft>{"tls", "true or false", R"({"type":"boolean"})", "whether the connection is encrypted", read_tls},
    Row<MatchDraft>{"size", "ranges", kRanges, "octets: declared with SIZE= from mail on, real at message; \"1MiB..\", \"..500\"", read_size},
    Row<MatchDraft>{"header", "{NAME = patterns}", kFields, "header.NAME: a header field; at message", read_header},
    Row<MatchDraft>{"attempt", "ranges", kRanges, "which attempt of its delivery it is, from 1; from rcpt on", read_attempt},
    Row<MatchDraft>{"param", "{NAME = patterns}", kFields, "param.NAME: an ESMTP parameter of MAIL, or RCPT; from mail on", read_param},
    Row<MatchDraft>{"not", "match table, or list of them", R"({"anyOf":[{"$ref":"#/$defs/match"},{"type":"array","minItems":1,"items":{"$ref":"#/$defs/match"}}]})", "none of these may match", read_not},
};
// clang-format on

}  // namespace

std::span<const Row<MatchDraft>> match_keys() {
  return kMatchKeys;
}

Match read_match(const Node& node, std::optional<base::Stage> stage, Diagnostics& sink) {
  MatchDraft draft;
  draft.stage = stage;
  // "header.X-Id" may also be one quoted key, as JSON has it.
  Node plain = node;
  plain.members.clear();
  for (const auto& member : node.members) {
    const std::string_view key = member.key;
    if (key.substr(0, 7) == "header.") {
      read_field(key.substr(7), member.value, draft, sink);
    } else if (key.substr(0, 6) == "param.") {
      read_one_param(key.substr(6), member.value, draft, sink);
    } else {
      plain.members.push_back(member);
    }
  }
  document::read_table<MatchDraft>(plain, "match", match_keys(), {}, draft, sink);
  return std::move(draft.match);
}

}  // namespace scenario
