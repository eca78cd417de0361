// not-retried, suppressed.
#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "verify/model/model.hpp"

namespace verify::histories::model {

namespace {

bool refused(const Question& q, const Fact& fact) {
  const bool wanted = q.wish.codes.empty() || has_code(q.wish.codes, fact);
  return fact.outcome == Outcome::rejected && q.picked(fact) && wanted &&
         !has_code(q.wish.except, fact);
}

Value not_retried_of(const Question& q, const Mail& mail, const Fact& refusal) {
  const Micros end = q.on_clock(refusal.judge_end);
  bool perhaps = false;
  for (const Fact& fact : q.world.attempts) {
    if (fact.key != mail.key || fact.scope != Scope::delivery) continue;
    if (!q.later(fact, refusal)) continue;
    if (q.same(refusal, fact)) return Value::fail;
    const bool in_time = !q.p.quiet || q.on_clock(fact.judge_mail) <= end + *q.p.quiet;
    perhaps = perhaps || in_time;
  }
  if (perhaps) return Value::blind;
  if (q.p.quiet)
    return q.now() > end + *q.p.quiet + q.slack(refusal, *q.p.quiet) ? Value::pass : Value::open;
  // What comes within the slack was on its way: until then nobody has looked.
  return q.world.over && q.world.now > refusal.end + q.world.slack ? Value::pass : Value::open;
}

}  // namespace

void not_retried(const Question& q, Answer& out) {
  for (const Mail& mail : q.world.mails) {
    for (const Fact& fact : mail.attempts) {
      if (!refused(q, fact)) continue;
      out.add(mail.key, not_retried_of(q, mail, fact));
      break;
    }
  }
}

namespace {

std::string party(const Question& q, const std::string& recipient) {
  return q.p.whole_domain ? base::domain_of(recipient) : base::fold_domain(recipient);
}

// More attempts than probes in some stretch of the period.
bool too_many(const Question& q, const std::vector<Micros>& later) {
  for (const Micros start : later) {
    std::size_t count = 0;
    for (const Micros at : later) {
      const bool inside = at >= start && (!q.p.probe_period || at < start + *q.p.probe_period);
      count += inside ? 1U : 0U;
    }
    if (count > q.p.probes) return true;
  }
  return false;
}

Value suppressed_of(const Question& q, const std::string& who, const Fact& refusal) {
  const Heard* offer = nullptr;
  for (const Heard& each : q.world.offers) {
    const bool fits = party(q, each.recipient) == who && each.at >= refusal.end;
    if (offer == nullptr && fits) offer = &each;
  }
  const bool offered = q.p.offered || offer != nullptr;
  const Micros from = offer == nullptr ? refusal.judge_end : offer->judge;
  const Micros start = q.on_clock(from);
  std::vector<Micros> later;
  for (const Fact& fact : q.world.attempts) {
    const bool to_it = fact.scope == Scope::delivery && party(q, fact.recipient) == who;
    if (!to_it || (fact.sender.empty() && !q.wish.choice.null_sender)) continue;
    if (!q.later(fact, refusal)) continue;
    const Micros at = q.on_clock(fact.judge_mail);
    if (q.p.quiet && at > start + *q.p.quiet) continue;
    later.push_back(at);
  }
  if (too_many(q, later)) return Value::fail;
  if (!offered) return Value::empty;
  if (q.p.quiet)
    return q.now() > start + *q.p.quiet + q.slack(from, from + *q.p.quiet) ? Value::pass
                                                                           : Value::open;
  const Micros since = offer == nullptr ? refusal.end : offer->at;
  return q.world.over && q.world.now > since + q.world.slack ? Value::pass : Value::open;
}

}  // namespace

void suppressed(const Question& q, Answer& out) {
  std::map<std::string, Fact> first;
  for (const Fact& fact : q.world.attempts) {
    if (!fact.refused_at_rcpt || !refused(q, fact)) continue;
    const auto [known, fresh] = first.try_emplace(party(q, fact.recipient), fact);
    if (!fresh && fact.end < known->second.end) known->second = fact;
  }
  for (const auto& [who, refusal] : first) out.add(who, suppressed_of(q, who, refusal));
}

}  // namespace verify::histories::model
