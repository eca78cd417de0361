#include "verify/model/wish.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"

namespace verify::histories {

namespace {

using document::Pattern;

std::vector<Pattern> compiled(const std::vector<std::string>& texts) {
  std::vector<Pattern> out;
  for (const std::string& text : texts) out.push_back(*Pattern::compile(text));
  return out;
}

Select select_of(const Choice& choice) {
  using Fact = Select::Fact;
  Select select;
  if (!choice.outcomes.empty()) {
    select.add({.fact = Fact::outcome, .outcomes = choice.outcomes});
  }
  if (!choice.code.empty()) select.add({.fact = Fact::code, .patterns = compiled({choice.code})});
  if (!choice.recipient_domain.empty()) {
    select.add({.fact = Fact::recipient_domain, .patterns = compiled({choice.recipient_domain})});
  }
  if (!choice.client.empty()) {
    select.add({.fact = Fact::client, .networks = {*base::parse_network(choice.client)}});
  }
  if (choice.null_sender) select.add({.fact = Fact::sender, .patterns = compiled({"<>"})});
  return select;
}

class Chooser {
 public:
  Chooser(std::uint64_t seed, int scale) : dice_(seed), scale_(scale) {}

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(dice_() % n); }

  bool chance(std::size_t percent) { return below(100) < percent; }

  // On the judge clock; equal to what a sender may well do.
  Micros time() {
    static constexpr std::array kTimes{
        1,
        250'000,
        500'000,
        749'999,
        750'000,
        1'000'000,
        1'250'000,
        2'000'000,
        2'250'000,
        3'000'000,
        4'000'000,
        5'000'000,
        6'000'000,
        10'000'000,
        40'000'000};
    return Micros(kTimes[below(kTimes.size())]) * scale_;
  }

  std::optional<Micros> perhaps_time() { return chance(60) ? std::optional(time()) : std::nullopt; }

  Bounds bounds() {
    const Micros one = time(), other = time();
    return {std::min(one, other), std::max(one, other)};
  }

  Choice choice() {
    Choice out;
    if (chance(60)) return out;
    if (chance(20)) out.outcomes = {Outcome::lost};
    if (chance(20)) out.outcomes = {Outcome::deferred, Outcome::accepted};
    if (chance(15)) out.code = chance(50) ? "45?" : "4.*";
    if (chance(20)) out.recipient_domain = "GONE.test";
    if (chance(20)) out.client = "192.0.2.1";
    out.null_sender = chance(12);
    return out;
  }

 private:
  std::mt19937_64 dice_;
  int scale_;
};

void add_own(Wish& wish, Chooser& dice) {
  Params& p = wish.params;
  p.at_least = 1 + dice.below(2);
  p.min_gap = dice.perhaps_time();
  p.gaps = 1 + dice.below(3);
  static constexpr std::array kGrowths{1.0, 1.5, 2.0};
  if (dice.chance(40)) p.growth = kGrowths[dice.below(kGrowths.size())];
  if (dice.chance(30)) p.first = dice.bounds();
  p.cap = dice.chance(30) ? dice.perhaps_time() : std::nullopt;
  for (std::size_t i = dice.chance(20) ? dice.below(4) : 0; i > 0; --i) {
    p.schedule.push_back(dice.time());
  }
  static constexpr std::array kJitters{0.0, 0.25, 0.5};
  p.jitter = kJitters[dice.below(kJitters.size())];
  if (dice.chance(40)) p.tolerance = dice.time();
  if (dice.chance(30)) wish.codes = {dice.chance(50) ? "550" : "5.1.*"};
  if (dice.chance(20)) wish.except = {"5.7.?"};
  p.whole_domain = dice.chance(40);
  p.offered = dice.chance(50);
  p.probes = dice.chance(70) ? 0 : dice.below(3);
  p.probe_period = dice.perhaps_time();
  p.at_most = 1 + dice.below(3);
  p.after = dice.bounds();
}

std::string seconds(std::optional<Micros> time) {
  return time ? fmt::format("{}", static_cast<double>(time->count()) / 1e6) : "-";
}

}  // namespace

Wish random_wish(std::uint64_t seed, std::string_view check, int scale) {
  Chooser dice(seed, scale);
  Wish wish{.check = std::string(check), .choice = dice.choice()};
  Params& p = wish.params;
  p.clock = dice.chance(75) ? Clock::judge : Clock::receiver;
  p.within = dice.perhaps_time();
  p.quiet = dice.perhaps_time();
  add_own(wish, dice);
  p.select = select_of(wish.choice);
  p.codes = compiled(wish.codes);
  p.except = compiled(wish.except);
  return wish;
}

bool fits(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return fits(pattern.substr(1), text) || (!text.empty() && fits(pattern, text.substr(1)));
  }
  const bool one = !text.empty() && (pattern.front() == '?' || pattern.front() == text.front());
  return one && fits(pattern.substr(1), text.substr(1));
}

bool has_code(const std::vector<std::string>& patterns, const Fact& fact) {
  for (const std::string& pattern : patterns) {
    if (fact.reply.code == 0) continue;
    if (fits(pattern, fmt::format("{}", fact.reply.code))) return true;
    if (!fact.reply.enhanced.empty() && fits(pattern, fact.reply.enhanced)) return true;
  }
  return false;
}

bool chosen(const Choice& choice, const Fact& fact) {
  const auto& outcomes = choice.outcomes;
  const bool null_sender = fact.scope != Scope::client && fact.sender.empty();
  if (null_sender && !choice.null_sender) return false;
  // Nobody's address but the null sender's is empty; a client's failure has no sender either.
  if (choice.null_sender && !fact.sender.empty()) return false;
  const bool outcome_fits =
      std::find(outcomes.begin(), outcomes.end(), fact.outcome) != outcomes.end();
  if (!outcomes.empty() && !outcome_fits) return false;
  if (!choice.code.empty() && !has_code({choice.code}, fact)) return false;
  const std::string domain = base::to_lower(choice.recipient_domain);
  if (!domain.empty() && base::domain_of(fact.recipient) != domain) return false;
  return choice.client.empty() || choice.client == fact.client;
}

std::string in_words(const Wish& wish) {
  const Params& p = wish.params;
  const Choice& c = wish.choice;
  const auto range = [](const std::optional<Bounds>& b) {
    return b ? seconds(b->first) + ".." + seconds(b->second) : std::string("-");
  };
  std::string schedule;
  for (const Micros each : p.schedule) schedule += seconds(each) + " ";
  return fmt::format(
      "{} on the {} clock: select outcomes {} code '{}' domain '{}' client '{}'{}, within {}, "
      "quiet {}, at_least {}, min_gap {}, gaps {}, growth {}, first {}, cap {}, schedule {}, "
      "jitter {}, tolerance {}, codes {}, except {}, {}, {}, probes {} per {}, at_most {}, after "
      "{}\n",
      wish.check,
      p.clock == Clock::judge ? "judge" : "receiver",
      c.outcomes.size(),
      c.code,
      c.recipient_domain,
      c.client,
      c.null_sender ? " <>" : "",
      seconds(p.within),
      seconds(p.quiet),
      p.at_least,
      seconds(p.min_gap),
      p.gaps,
      p.growth.value_or(0),
      range(p.first),
      seconds(p.cap),
      schedule,
      p.jitter,
      seconds(p.tolerance),
      fmt::join(wish.codes, " "),
      fmt::join(wish.except, " "),
      p.whole_domain ? "whole domain" : "recipient",
      p.offered ? "offered" : "not offered",
      p.probes,
      seconds(p.probe_period),
      p.at_most,
      range(p.after)
  );
}

}  // namespace verify::histories
