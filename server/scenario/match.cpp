// Evaluating a match against a question: see the header.
#include "scenario/match.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "scenario/decide.hpp"

namespace scenario {

namespace {

bool any_matches(const std::vector<Pattern>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const Pattern& p) {
    return p.matches(text);
  });
}

bool sender_matches(const std::vector<Pattern>& patterns, std::string_view sender) {
  if (!sender.empty()) return any_matches(patterns, sender);
  return std::any_of(patterns.begin(), patterns.end(), [](const Pattern& p) {
    return p.text() == "<>";
  });
}

bool any_contains(const std::vector<Range>& ranges, std::uint64_t n) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& r) { return r.contains(n); });
}

// At mail an undeclared size (0) is not known and is in no range; a received message always has
// one.
std::optional<std::uint64_t> size_of(const Query& query) {
  if (query.message != nullptr) return query.size;
  const std::uint64_t declared =
      query.size != 0 || query.envelope == nullptr || query.stage == base::Stage::mail
          ? query.size
          : query.envelope->declared_size;
  if (declared == 0) return std::nullopt;
  return declared;
}

bool parameter_matches(const std::vector<smtp::Parameter>* parameters, const Condition& condition) {
  if (parameters == nullptr) return false;
  return std::any_of(parameters->begin(), parameters->end(), [&](const smtp::Parameter& p) {
    return base::same_text(p.keyword, condition.name) && any_matches(condition.patterns, p.value);
  });
}

// RCPT's own parameters and those of the transaction's MAIL.
bool any_parameter_matches(const Query& query, const Target* target, const Condition& condition) {
  if (parameter_matches(query.parameters, condition)) return true;
  if (target != nullptr && parameter_matches(target->parameters, condition)) return true;
  return query.stage != base::Stage::mail && query.envelope != nullptr &&
         parameter_matches(&query.envelope->mail_parameters, condition);
}

bool header_matches(const Query& query, const Condition& condition) {
  if (query.message == nullptr) return false;
  const auto values = query.message->header(condition.name);
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    return any_matches(condition.patterns, value);
  });
}

bool condition_holds(const Condition& condition, const Query& query, const Target* target) {
  const auto& patterns = condition.patterns;
  switch (condition.fact) {
    case Fact::recipient: return target != nullptr && any_matches(patterns, target->recipient);
    case Fact::recipient_domain:
      return target != nullptr && any_matches(patterns, base::domain_of(target->recipient));
    case Fact::sender: return sender_matches(patterns, query.sender);
    case Fact::sender_domain: return any_matches(patterns, base::domain_of(query.sender));
    case Fact::client:
      return std::any_of(
          condition.networks.begin(),
          condition.networks.end(),
          [&](const base::IpNetwork& n) { return n.contains(query.client); }
      );
    case Fact::ehlo: return any_matches(patterns, query.ehlo);
    // "*" is anybody who has logged in, not nobody.
    case Fact::auth_user: return !query.auth_user.empty() && any_matches(patterns, query.auth_user);
    case Fact::tls: return condition.flag == query.tls;
    case Fact::size: {
      const auto size = size_of(query);
      return size && any_contains(condition.ranges, *size);
    }
    case Fact::header: return header_matches(query, condition);
    case Fact::attempt: return target != nullptr && any_contains(condition.ranges, target->attempt);
    case Fact::param: return any_parameter_matches(query, target, condition);
  }
  return false;
}

// Whether the match holds for any recipient of the question.
bool holds_for_any(const Match& match, const Query& query) {
  if (query.targets.empty()) return match.holds(query, nullptr);
  return std::any_of(query.targets.begin(), query.targets.end(), [&](const Target& target) {
    return match.holds(query, &target);
  });
}

}  // namespace

std::size_t Match::failing(const Query& query, const Target* target) const {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!condition_holds(all[i], query, target)) return i;
  }
  for (std::size_t i = 0; i < none.size(); ++i) {
    if (holds_for_any(none[i], query)) return all.size() + i;
  }
  return kNone;
}

}  // namespace scenario
