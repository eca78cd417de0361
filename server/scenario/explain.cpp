// Reasons in words: see the header. A missing fact is never made up: where a value was not kept,
// only what the rule wants is said.
#include "scenario/explain.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace scenario {

namespace {

constexpr std::size_t kMostAlternatives = 3;

std::string shown(std::string_view text) {
  return text.empty() ? "<>" : base::printable(text, 200);
}

// "a, b, c or 4 more".
std::string any_of(const std::vector<std::string>& alternatives) {
  std::string out;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    if (i == kMostAlternatives) {
      return out + fmt::format(" or {} more", alternatives.size() - kMostAlternatives);
    }
    out += (i == 0 ? "" : i + 1 == alternatives.size() ? " or " : ", ") + alternatives[i];
  }
  return out;
}

std::string text_of(const Range& range) {
  constexpr auto kOpen = std::numeric_limits<std::uint64_t>::max();
  if (range.lo == range.hi) return std::to_string(range.lo);
  if (range.hi == kOpen) return fmt::format("at least {}", range.lo);
  if (range.lo == 0) return fmt::format("at most {}", range.hi);
  return fmt::format("{} to {}", range.lo, range.hi);
}

std::string text_of(const base::IpNetwork& network) {
  constexpr int kMapped = 96;
  const int bits = network.address.is_v4() ? network.prefix - kMapped : network.prefix;
  return fmt::format("{}/{}", base::to_string(network.address), bits);
}

// What a condition wants: "*@full.test", "at least 1000".
std::string wanted(const Condition& condition) {
  std::vector<std::string> out;
  for (const auto& pattern : condition.patterns)
    out.push_back(base::printable(pattern.text(), 200));
  for (const auto& range : condition.ranges) out.push_back(text_of(range));
  for (const auto& network : condition.networks) out.push_back(text_of(network));
  return any_of(out);
}

std::string recipients(const Facts& facts, std::string_view what, std::string_view value) {
  if (facts.recipients == 0) return "there is no recipient";
  if (facts.recipients == 1) return fmt::format("{} {} does not match", what, shown(value));
  return fmt::format(
      "none of {} recipients, such as {}, matches", facts.recipients, shown(facts.recipient)
  );
}

std::string failed(const Condition& condition, const Facts& facts) {
  const auto want = wanted(condition);
  switch (condition.fact) {
    case Fact::recipient:
      return fmt::format("{} {}", recipients(facts, "recipient", facts.recipient), want);
    case Fact::recipient_domain:
      return fmt::format(
          "{} {}", recipients(facts, "recipient domain", base::domain_of(facts.recipient)), want
      );
    case Fact::sender: return fmt::format("sender {} does not match {}", shown(facts.sender), want);
    case Fact::sender_domain:
      return fmt::format(
          "sender domain {} does not match {}", shown(base::domain_of(facts.sender)), want
      );
    case Fact::client:
      return fmt::format("client {} is not in {}", base::to_string(facts.client), want);
    case Fact::ehlo:
      return fmt::format("ehlo '{}' does not match {}", base::printable(facts.ehlo, 200), want);
    case Fact::auth_user:
      if (facts.auth_user.empty()) return fmt::format("nobody has logged in, so not {}", want);
      return fmt::format(
          "user '{}' does not match {}", base::printable(facts.auth_user, 200), want
      );
    case Fact::tls: return condition.flag ? "the connection is not encrypted" : "it is encrypted";
    case Fact::size:
      if (facts.size == 0) return fmt::format("the size is not known; only {}", want);
      return fmt::format("size {} is not {}", facts.size, want);
    case Fact::header: return fmt::format("no header {} matches {}", condition.name, want);
    case Fact::attempt:
      return fmt::format("attempt {} of the delivery is not {}", facts.attempt, want);
    case Fact::param: return fmt::format("no parameter {} matches {}", condition.name, want);
  }
  return {};
}

std::string failed_match(const Match& match, std::size_t failing, const Facts& facts) {
  if (failing < match.all.size()) return failed(match.all[failing], facts);
  failing -= match.all.size();
  if (failing >= match.none.size()) return "its match does not hold";
  std::string what;
  for (const auto& condition : match.none[failing].all) {
    if (!what.empty()) what += ", ";
    what += wanted(condition);
  }
  return fmt::format("excluded by 'not': {}", what);
}

std::string phase_of(const Scenario& scenario, std::size_t phase) {
  return phase < scenario.phases.size() ? scenario.phases[phase].name : std::string();
}

std::string wrong_phase(const Rule& rule, const Scenario& scenario, const Facts& facts) {
  std::vector<std::string> names;
  for (const auto phase : rule.during) {
    names.push_back(fmt::format("'{}'", phase_of(scenario, phase)));
  }
  return fmt::format(
      "only during {}, the phase is '{}'", any_of(names), phase_of(scenario, facts.phase)
  );
}

std::string clock_text(base::Duration time) {
  constexpr base::Duration kExact = std::chrono::seconds(1);
  if (time < kExact)
    return base::format_duration(std::chrono::floor<std::chrono::milliseconds>(time));
  return base::format_duration(std::chrono::floor<std::chrono::seconds>(time));
}

std::string wrong_time(const Window& window, const Facts& facts) {
  std::string out = fmt::format("only from {}", base::format_duration(window.from));
  if (window.until) out += fmt::format(" until {}", base::format_duration(*window.until));
  if (window.every) out += fmt::format(" of every {}", base::format_duration(*window.every));
  return out + fmt::format(", the clock shows {}", clock_text(facts.receiver_time));
}

std::string acted(const Rule& rule, const Consideration& one) {
  const auto number = one.firing + 1;
  if (!rule.times) return fmt::format("fired: number {}", number);
  return fmt::format("fired: number {} of {}", number, *rule.times);
}

std::string why(
    const Rule& rule, const Consideration& one, const Scenario& scenario, const Facts& facts
) {
  switch (one.miss) {
    case Miss::none: return acted(rule, one);
    case Miss::phase: return wrong_phase(rule, scenario, facts);
    case Miss::window: return wrong_time(rule.window, facts);
    case Miss::moment:
      return rule.early ? "it acts early, and the AUTH command has been answered"
                        : "it acts when the credentials are complete; with early it would act now";
    case Miss::null_sender: return "the sender is <>, which only a rule that names it matches";
    case Miss::match: return failed_match(rule.match, one.failing, facts);
    case Miss::after: return fmt::format("after = {}: this was number {}", rule.after, one.nth);
    case Miss::times:
      return fmt::format(
          "{} {}, times used up ({})",
          rule.per == Key::delivery ? "attempt" : "number",
          one.nth,
          rule.times.value_or(0)
      );
    case Miss::chance:
      return fmt::format("chance {:g}: the draw was {:.2g}", rule.chance, one.draw);
  }
  return {};
}

// Rules behind the one that ended the search.
void not_asked(
    const Scenario& scenario,
    const Facts& facts,
    const Considerations& considered,
    std::vector<Reason>& out,
    std::size_t& more
) {
  const auto decided = out.empty() ? std::string() : out.back().rule;
  for (const auto index : scenario.rules_at[static_cast<std::size_t>(facts.stage)]) {
    if (index <= considered.last()) continue;
    if (out.size() >= Considerations::kMost) {
      ++more;
    } else {
      out.push_back(
          {.rule = scenario.rules[index].name,
           .why = fmt::format("not asked: '{}' has decided", decided)}
      );
    }
  }
}

}  // namespace

std::size_t Facts::footprint() const {
  return sender.size() + recipient.size() + ehlo.size() + auth_user.size();
}

Facts facts_of(const Query& query) {
  Facts facts{
      .stage = query.stage,
      .receiver_time = query.receiver_time,
      .phase = query.phase,
      .sender = std::string(query.sender),
      .recipients = query.targets.size(),
      .ehlo = std::string(query.ehlo),
      .auth_user = std::string(query.auth_user),
      .tls = query.tls,
      .client = query.client,
      .size = query.size};
  if (!query.targets.empty()) {
    facts.recipient = query.targets.front().recipient;
    facts.attempt = query.targets.front().attempt;
  }
  return facts;
}

std::vector<Reason> explain(
    const Scenario& scenario, const Facts& facts, const Considerations& considered
) {
  std::vector<Reason> out;
  std::size_t more = considered.more();
  for (const auto& one : considered.all()) {
    const bool trigger = one.rule >= Considerations::kTriggers;
    const Rule& rule = trigger ? considered.trigger(one) : scenario.rules[one.rule];
    const bool acts = one.miss == Miss::none;
    out.push_back(
        {.rule = rule.name,
         .acts = acts,
         .why = why(rule, one, scenario, facts),
         .nth = one.nth,
         .decides = acts && rule.decides}
    );
  }
  const bool asked = !considered.all().empty();
  if (asked) not_asked(scenario, facts, considered, out, more);
  const auto& near = considered.near();
  if (!near.name.empty()) out.push_back({.rule = near.name, .why = near.why});
  if (more > 0) out.push_back({.why = fmt::format("and {} more", more)});
  return out;
}

}  // namespace scenario
