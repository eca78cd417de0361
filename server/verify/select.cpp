// Select tables: keys to conditions, and what they say of an attempt.
#include "verify/select.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace verify {

namespace {

using document::Diagnostics;
using document::Node;
using document::Pattern;
using document::Row;
using Fact = Select::Fact;

constexpr std::array kOutcomes = {
    std::string_view{"accepted"},
    std::string_view{"deferred"},
    std::string_view{"rejected"},
    std::string_view{"lost"},
    std::string_view{"abandoned"}};

bool any_matches(const std::vector<Pattern>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& p) {
    return p.matches(text);
  });
}

bool is_null_sender(const Pattern& pattern) {
  return pattern.text() == "<>";
}

bool sender_matches(const std::vector<Pattern>& patterns, std::string_view sender) {
  if (!sender.empty()) return any_matches(patterns, sender);
  return std::any_of(patterns.begin(), patterns.end(), is_null_sender);
}

bool client_matches(const std::vector<base::IpNetwork>& networks, std::string_view client) {
  const auto address = base::parse_ip(client);
  return address && std::any_of(networks.begin(), networks.end(), [&](const auto& network) {
           return network.contains(*address);
         });
}

bool holds(const Select::Condition& condition, const journal::Attempt& attempt) {
  switch (condition.fact) {
    case Fact::recipient: return any_matches(condition.patterns, attempt.recipient);
    case Fact::recipient_domain:
      return any_matches(condition.patterns, base::domain_of(attempt.recipient));
    case Fact::sender: return sender_matches(condition.patterns, attempt.sender);
    case Fact::sender_domain:
      return any_matches(condition.patterns, base::domain_of(attempt.sender));
    case Fact::client: return client_matches(condition.networks, attempt.client);
    case Fact::outcome: {
      const auto& wanted = condition.outcomes;
      return std::find(wanted.begin(), wanted.end(), attempt.outcome) != wanted.end();
    }
    case Fact::code: return matches(condition.patterns, attempt);
    case Fact::phase: return any_matches(condition.patterns, attempt.phase);
    case Fact::rule: return any_matches(condition.patterns, attempt.rule);
  }
  return false;
}

template <Fact kFact>
void read_text(std::string_view name, const Node& value, Select& select, Diagnostics& sink) {
  select.add({.fact = kFact, .patterns = document::read_patterns(value, name, sink)});
}

void read_outcomes(const Node& value, Select& select, Diagnostics& sink) {
  Select::Condition condition{.fact = Fact::outcome};
  for (const Node& item : document::alternatives(value, "outcome", sink)) {
    const auto word = document::want_word(item, "outcome", kOutcomes, sink);
    // journal::Outcome begins with `open`, which no check selects.
    if (word) condition.outcomes.push_back(static_cast<journal::Outcome>(*word + 1));
  }
  select.add(std::move(condition));
}

void read_not(const Node& value, Select& select, Diagnostics& sink) {
  for (const Node& item : document::alternatives(value, "not", sink)) {
    select.exclude(Select::read(item, sink));
  }
}

constexpr std::string_view kPatterns = R"({"$ref":"#/$defs/patterns"})";

// clang-format off
constexpr std::array kKeys{
    Row<Select>{"recipient", "patterns", kPatterns, "the recipient's address",
                [](const Node& v, Select& s, Diagnostics& d) { read_text<Fact::recipient>("recipient", v, s, d); }},
    Row<Select>{"recipient_domain", "patterns", kPatterns, "what stands after its @",
                [](const Node& v, Select& s, Diagnostics& d) { read_text<Fact::recipient_domain>("recipient_domain", v, s, d); }},
    Row<Select>{"sender", "patterns", kPatterns, "the sender's address; \"<>\" names the null sender, which is selected by nothing else",
                [](const Node& v, Select& s, Diagnostics& d) { read_text<Fact::sender>("sender", v, s, d); }},
    Row<Select>{"sender_domain", "patterns", kPatterns, "what stands after its @",
                [](const Node& v, Select& s, Diagnostics& d) { read_text<Fact::sender_domain>("sender_domain", v, s, d); }},
    Row<Select>{"client", "addresses or networks", R"({"$ref":"#/$defs/strings"})", "the client's IP address: \"192.0.2.0/24\"",
                [](const Node& v, Select& s, Diagnostics& d) { s.add({.fact = Fact::client, .networks = document::read_networks(v, "client", d)}); }},
    Row<Select>{"outcome", "outcome, or list of them", R"({"anyOf":[{"$ref":"#/$defs/outcome"},{"type":"array","minItems":1,"items":{"$ref":"#/$defs/outcome"}}]})", "how the attempt ended: accepted, deferred, rejected, lost, abandoned", read_outcomes},
    Row<Select>{"code", "codes", R"({"$ref":"#/$defs/codes"})", "its reply code, basic or enhanced: 452, \"45?\", \"4.3.*\"",
                [](const Node& v, Select& s, Diagnostics& d) { s.add({.fact = Fact::code, .patterns = read_codes(v, "code", d)}); }},
    Row<Select>{"phase", "patterns", kPatterns, "the receiver's phase when it was decided",
                [](const Node& v, Select& s, Diagnostics& d) { read_text<Fact::phase>("phase", v, s, d); }},
    Row<Select>{"rule", "patterns", kPatterns, "the rule that decided it",
                [](const Node& v, Select& s, Diagnostics& d) { read_text<Fact::rule>("rule", v, s, d); }},
    Row<Select>{"not", "select table, or list of them", R"({"anyOf":[{"$ref":"#/$defs/select"},{"type":"array","minItems":1,"items":{"$ref":"#/$defs/select"}}]})", "none of these may hold", read_not},
};
// clang-format on

// Facts that rules match on and the journal does not keep with an attempt.
constexpr std::array<std::string_view, 7> kUnsupported{
    "ehlo", "auth_user", "tls", "size", "header", "attempt", "param"};

}  // namespace

bool matches(const Codes& codes, const journal::Attempt& attempt) {
  if (attempt.code == 0) return false;
  const std::string basic = std::to_string(attempt.code);
  return std::any_of(codes.begin(), codes.end(), [&](const Pattern& p) {
    return p.matches(basic) || (!attempt.enhanced.empty() && p.matches(attempt.enhanced));
  });
}

Codes read_codes(const Node& value, std::string_view name, Diagnostics& sink) {
  Codes codes;
  for (const Node& item : document::alternatives(value, name, sink)) {
    const bool number = item.is(document::Kind::integer);
    const auto text = number ? std::optional(std::to_string(item.integer))
                             : document::want_string(item, name, sink);
    if (!text) continue;
    const bool plausible = !text->empty() && std::all_of(text->begin(), text->end(), [](char c) {
      return (c >= '0' && c <= '9') || c == '.' || c == '*' || c == '?';
    });
    if (!plausible) {
      sink.error(
          item.place,
          fmt::format("'{}' is no reply code", base::printable(*text, 40)),
          "write 452, \"45?\" or \"4.3.*\""
      );
      continue;
    }
    codes.push_back(*document::Pattern::compile(*text));
  }
  return codes;
}

bool Select::conditions_hold(const journal::Attempt& attempt) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    return holds(condition, attempt);
  });
}

bool Select::matches(const journal::Attempt& attempt) const {
  const bool mail_seen = attempt.scope != journal::Scope::client;
  if (mail_seen && attempt.sender.empty() && !names_null_sender_) return false;
  return conditions_hold(attempt) && std::none_of(none_.begin(), none_.end(), [&](const auto& no) {
           return no.conditions_hold(attempt) &&
                  std::none_of(no.none_.begin(), no.none_.end(), [&](const Select& inner) {
                    return inner.conditions_hold(attempt);
                  });
         });
}

std::vector<std::string> Select::phases() const {
  std::vector<std::string> names;
  for (const Condition& condition : conditions_) {
    if (condition.fact != Fact::phase) continue;
    for (const Pattern& pattern : condition.patterns) names.push_back(pattern.text());
  }
  return names;
}

void Select::add(Condition condition) {
  const auto& patterns = condition.patterns;
  names_null_sender_ =
      names_null_sender_ || (condition.fact == Fact::sender &&
                             std::any_of(patterns.begin(), patterns.end(), is_null_sender));
  conditions_.push_back(std::move(condition));
}

Select Select::read(const Node& value, Diagnostics& sink) {
  Select select;
  document::read_table<Select>(value, "select", kKeys, kUnsupported, select, sink);
  return select;
}

std::span<const Row<Select>> Select::keys() {
  return kKeys;
}

}  // namespace verify
