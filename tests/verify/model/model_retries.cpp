// retried, not-hasty, backs-off.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "verify/model/model.hpp"

namespace verify::histories::model {

namespace {

constexpr Micros kHour{3'600'000'000};

// The instant on the wish's clock by which a delivery must have been tried again. As long as the
// host itself fails, the time starts anew.
Micros deadline_of(const Question& q, const Fact& failure) {
  const Micros within = q.p.within.value_or(kHour);
  Micros end = failure.judge_end;
  const auto deadline = [&](Micros at) {
    return q.on_clock(at) + within + q.slack(at, at + within);
  };
  for (const Fact& host : q.world.attempts) {
    if (host.scope != Scope::client || host.client != failure.client) continue;
    if (host.begin < failure.end || q.on_clock(host.judge_begin) > deadline(end)) continue;
    end = std::max(end, host.judge_end);
  }
  return deadline(end);
}

// Nothing came in time.
Value missed(const Question& q, const Fact& since, Micros deadline) {
  if (q.now() <= deadline) return Value::open;
  for (const auto& [at, by] : q.world.advances) {
    const bool before = at <= deadline;
    if (q.p.clock == Clock::judge && at >= since.judge_end && before) return Value::blind;
  }
  return q.lost_since(since) ? Value::blind : Value::fail;
}

bool enough(const Question& q, const std::vector<Fact>& retries, Micros deadline) {
  std::size_t count = 0;
  for (const Fact& retry : retries) {
    if (q.on_clock(retry.set_out()) > deadline) continue;
    ++count;
    if (retry.outcome == Outcome::accepted || retry.outcome == Outcome::rejected) return true;
  }
  return count >= q.p.at_least;
}

Value of_delivery(const Question& q, const Mail& mail, const Fact& failure) {
  const Micros deadline = deadline_of(q, failure);
  std::vector<Fact> all, proven;
  for (const Fact& fact : mail.attempts) {
    if (fact.id == failure.id || fact.mail < failure.end) continue;
    if (q.on_clock(fact.set_out()) > deadline) continue;
    all.push_back(fact);
    if (q.same(failure, fact)) proven.push_back(fact);
  }
  if (enough(q, mail.ambiguous ? proven : all, deadline)) return Value::pass;
  if (mail.ambiguous && proven.size() < all.size()) return Value::blind;
  return missed(q, failure, deadline);
}

bool same_party(const Fact& failure, const Fact& other) {
  if (failure.scope == Scope::client) return other.client == failure.client;
  return other.scope != Scope::client && other.sender == failure.sender;
}

// Whoever backs off stays away for as long as it has been turned away already, or a little longer.
Micros patience(const Question& q, const Fact& failure) {
  Micros first = q.on_clock(failure.judge_begin);
  bool failing = false;
  for (const Fact& fact : q.world.attempts) {
    if (!same_party(failure, fact)) continue;
    if (fact.outcome == Outcome::accepted) failing = false;
    if (fact.failed() && !failing) {
      failing = true;
      first = q.on_clock(fact.judge_begin);
    }
    if (fact.id == failure.id) break;
  }
  const Micros away = q.on_clock(failure.judge_end) - first;
  return std::max(q.p.within.value_or(kHour), away + away);
}

// A failure that never reached a recipient: was anything of that host (or sender) tried again?
Value of_host(const Question& q, const Fact& failure) {
  const Micros stays = patience(q, failure);
  const Micros deadline = q.on_clock(failure.judge_end) + stays + q.slack(failure, stays);
  bool at_once = false;
  for (const Fact& next : q.world.attempts) {
    if (next.id == failure.id || !same_party(failure, next)) continue;
    // A new connection in time, or MAIL in time on one that was there before.
    for (const bool by_mail : {false, true}) {
      const Micros at = by_mail ? next.mail : next.begin;
      const Micros judge = by_mail ? next.judge_mail : next.judge_begin;
      if (at < failure.end || q.on_clock(judge) > deadline) continue;
      if (at > failure.end + q.world.slack) return Value::pass;
      at_once = true;
    }
  }
  bool elsewhere = false;
  for (const Fact& next : q.world.attempts) {
    const bool in_time = q.on_clock(next.judge_begin) <= deadline;
    const bool later = next.begin > failure.end + q.world.slack;
    elsewhere = elsewhere || (failure.scope == Scope::client && in_time && later);
  }
  const Value found = missed(q, failure, deadline);
  return (at_once || elsewhere) && found != Value::open ? Value::blind : found;
}

}  // namespace

void retried(const Question& q, Answer& out) {
  for (const Mail& mail : q.world.mails) {
    const Fact* failure = q.first_failure(mail);
    if (failure != nullptr) out.add(mail.key, of_delivery(q, mail, *failure));
  }
  for (const Fact& fact : q.world.attempts) {
    if (fact.scope == Scope::delivery || !fact.failed() || !q.picked(fact)) continue;
    out.add(fmt::format("host #{}", fact.id), of_host(q, fact));
  }
}

namespace {

// What the end of the story makes of a delivery without a fault.
Value unless_more_comes(const Question& q, const Mail& mail) {
  if (!mail.resolved()) return Value::open;
  return q.quiet_after(mail) ? Value::pass : Value::open;
}

// A gap that is too short, or otherwise wrong.
Value fault(const Question& q, const Mail& mail, const Question::Gap& gap) {
  if (mail.ambiguous && !q.same(gap.from, gap.to)) return Value::blind;
  if (q.jumped(gap.from.judge_end, gap.resumed())) return Value::blind;
  // What would excuse it may be in what was lost.
  if (q.lost_since(gap.from)) return Value::blind;
  return Value::fail;
}

Value worst(Value a, Value b) {
  for (const Value each : {Value::fail, Value::open, Value::blind}) {
    if (a == each || b == each) return each;
  }
  return a;
}

}  // namespace

void not_hasty(const Question& q, Answer& out) {
  for (const Mail& mail : q.world.mails) {
    if (q.first_failure(mail) == nullptr) continue;
    Value found = Value::pass;
    std::size_t judged = 0;
    for (const auto& gap : q.gaps(mail)) {
      if (!q.picked(gap.from) || q.excused(gap)) continue;
      ++judged;
      const Micros real = gap.to.begin + gap.to.waited - gap.from.end;
      const bool on_clock = q.p.min_gap || q.p.clock == Clock::receiver;
      const Micros least = q.p.min_gap.value_or(Micros(1'000'000) * q.world.scale);
      const bool enough =
          on_clock ? gap.length + q.slack(gap) >= least : real + q.world.slack >= Micros(1'000'000);
      if (enough) continue;
      const Value one = fault(q, mail, gap);
      found = worst(found, one == Value::fail && !q.settled(gap) ? Value::open : one);
    }
    if (found == Value::pass && mail.ambiguous) {
      found = Value::blind;
    } else if (found == Value::pass && judged == 0) {
      found = mail.resolved() || q.world.over ? Value::empty : Value::open;
    } else if (found == Value::pass) {
      found = unless_more_comes(q, mail);
    }
    out.add(mail.key, found);
  }
}

namespace {

double micros(Micros time) {
  return static_cast<double>(time.count());
}

// What is known of the gaps of one delivery.
struct Stretch {
  Question::Gap gap;
  bool excused = false, jumped = false;

  [[nodiscard]] bool usable() const { return !excused && !jumped; }
};

bool off_schedule(const Question& q, const Stretch& here) {
  const Params& p = q.p;
  const Micros length = here.gap.length;
  const bool first = here.gap.number == 1 && p.first;
  if (first && length + q.slack(here.gap) < p.first->first) return true;
  if (first && length > p.first->second + q.slack(here.gap)) return true;
  if (here.gap.number > p.schedule.size()) return false;
  const Micros entry = p.schedule[here.gap.number - 1];
  const double off = p.tolerance ? micros(*p.tolerance) : micros(entry) * p.jitter;
  return std::abs(micros(length - entry)) > std::round(off) + micros(q.slack(here.gap));
}

bool shrinks(const Question& q, const Stretch& before, const Stretch& here) {
  double wanted = std::round(micros(before.gap.length) * q.p.growth.value_or(1));
  if (q.p.cap) wanted = std::min(wanted, micros(*q.p.cap));
  return micros(here.gap.length) + micros(q.slack(here.gap)) <
         std::round(wanted * (1 - q.p.jitter));
}

// A fault of `here`, found by comparing it with `before` or with nothing.
Value shown(const Question& q, const Mail& mail, const Stretch* before, const Stretch& here) {
  if (mail.ambiguous) return Value::blind;
  if (here.jumped || (before != nullptr && before->jumped)) return Value::blind;
  // An attempt in between, or an excuse, may be in what was lost.
  if (q.lost_since(before != nullptr ? before->gap.from : here.gap.from)) return Value::blind;
  const bool settled = q.settled(here.gap) && (before == nullptr || q.settled(before->gap));
  return settled ? Value::fail : Value::open;
}

Value faults(const Question& q, const Mail& mail, const std::vector<Stretch>& gaps) {
  Value found = Value::pass;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    if (gaps[i].excused) continue;
    if (off_schedule(q, gaps[i])) found = worst(found, shown(q, mail, nullptr, gaps[i]));
    if (i < 2 || gaps[i - 1].excused || !shrinks(q, gaps[i - 1], gaps[i])) continue;
    found = worst(found, shown(q, mail, &gaps[i - 1], gaps[i]));
  }
  return found;
}

}  // namespace

void backs_off(const Question& q, Answer& out) {
  for (const Mail& mail : q.world.mails) {
    if (q.first_failure(mail) == nullptr) continue;
    std::vector<Stretch> gaps;
    for (const auto& gap : q.gaps(mail)) {
      gaps.push_back({gap, q.excused(gap), q.jumped(gap.from.judge_end, gap.resumed())});
    }
    std::size_t usable = 0;
    for (const Stretch& each : gaps) usable += each.usable() ? 1U : 0U;
    const bool asks_more = q.p.first || !q.p.schedule.empty();
    const bool last_pair =
        gaps.size() < 3 || (gaps[gaps.size() - 1].usable() && gaps[gaps.size() - 2].usable());
    const Value found = faults(q, mail, gaps);
    if (found != Value::pass) {
      out.add(mail.key, found);
    } else if (gaps.size() < q.p.gaps) {
      continue;
    } else if (mail.ambiguous) {
      out.add(mail.key, Value::blind);
    } else if (usable < q.p.gaps || !(asks_more || last_pair)) {
      out.add(mail.key, Value::empty);
    } else {
      out.add(mail.key, unless_more_comes(q, mail));
    }
  }
}

}  // namespace verify::histories::model
