// delivered-once, attempt-limit, gives-up.
#include <algorithm>

#include "verify/model/model.hpp"

namespace verify::histories::model {

namespace {

// The first acceptance that the client knows of.
const Fact* known_acceptance(const Mail& mail) {
  const Fact* known = nullptr;
  for (const Fact& fact : mail.attempts) {
    if (fact.read && (known == nullptr || fact.end < known->end)) known = &fact;
  }
  return known;
}

const Fact* first_acceptance(const Mail& mail) {
  const Fact* first = nullptr;
  for (const Fact& fact : mail.attempts) {
    const bool accepted = fact.outcome == Outcome::accepted;
    if (accepted && (first == nullptr || fact.end < first->end)) first = &fact;
  }
  return first;
}

bool duplicate(const Question& q, const Mail& mail, const Fact& known) {
  for (const Fact& fact : mail.attempts) {
    if (fact.id == known.id || !q.same(known, fact)) continue;
    const bool again = q.later(fact, known);
    const bool beside = fact.read && fact.end >= known.end;
    if (again || beside) return true;
  }
  return false;
}

const Fact* last_acceptance(const Mail& mail) {
  const Fact* last = nullptr;
  for (const Fact& fact : mail.attempts) {
    const bool accepted = fact.outcome == Outcome::accepted;
    if (accepted && (last == nullptr || fact.end > last->end)) last = &fact;
  }
  return last;
}

// Another message of the same key cannot be told from a copy.
bool perhaps_copied(const Question& q, const Mail& mail, const Fact& accepted, Micros until) {
  if (mail.ambiguous) return true;
  for (const Mail& other : q.world.mails) {
    const Fact& begins = other.attempts.front();
    const bool after = begins.begin >= accepted.begin && q.on_clock(begins.judge_begin) <= until;
    if (other.id != mail.id && other.key == mail.key && after) return true;
  }
  return false;
}

// Not accepted by the deadline, as far as anybody has seen.
Value not_in_time(const Question& q, const Mail& mail, const Fact* accepted, Micros deadline) {
  const Fact& first = mail.attempts.front();
  const Micros until = accepted == nullptr ? deadline : accepted->judge_end;
  if (q.jumped(first.set_out(), until) || q.lost_since(first)) return Value::blind;
  const bool another = accepted != nullptr && accepted->id != first.id && !q.same(first, *accepted);
  return mail.ambiguous && another ? Value::blind : Value::fail;
}

// Tried again after a reply that may have been read: is that known, or still to be known?
Value perhaps_read(const Question& q, const Mail& mail) {
  for (const Fact& fact : mail.attempts) {
    if (fact.outcome != Outcome::accepted || fact.read || fact.cut_off) continue;
    for (const Fact& again : mail.attempts) {
      if (!q.later(again, fact) || !q.same(fact, again)) continue;
      return fact.gone ? Value::blind : Value::open;
    }
  }
  return Value::pass;
}

Value once(const Question& q, const Mail& mail) {
  const Fact* accepted = first_acceptance(mail);
  const Fact* known = known_acceptance(mail);
  if (known != nullptr && duplicate(q, mail, *known)) return Value::fail;
  const Micros decided = accepted == nullptr ? q.now() : q.on_clock(accepted->judge_end);
  if (q.p.within) {
    const Micros start = mail.attempts.front().set_out();
    const Micros begin = q.on_clock(start);
    const Micros deadline = begin + *q.p.within + q.slack(start, start + *q.p.within);
    if (decided > deadline) return not_in_time(q, mail, accepted, deadline);
  }
  if (accepted == nullptr) return Value::open;
  const Fact& last = *last_acceptance(mail);
  Micros window = Micros(2'000'000) * q.scale_at(last.judge_end);
  for (const auto& gap : q.gaps(mail)) window = std::max(window, gap.length);
  if (q.p.quiet) window = *q.p.quiet;
  const Micros until = q.on_clock(last.judge_end) + window + q.slack(last, window);
  if (perhaps_copied(q, mail, *accepted, until)) return Value::blind;
  if (const Value read = perhaps_read(q, mail); read != Value::pass) return read;
  return q.now() > until ? Value::pass : Value::open;
}

}  // namespace

void delivered_once(const Question& q, Answer& out) {
  for (const Mail& mail : q.world.mails) {
    const auto counts = [&](const Fact& fact) {
      return (fact.failed() || fact.outcome == Outcome::accepted) && q.picked(fact);
    };
    const bool any = std::any_of(mail.attempts.begin(), mail.attempts.end(), counts);
    if (any && mail.state != Outcome::rejected) out.add(mail.key, once(q, mail));
  }
}

namespace {

// Who is told "too many recipients" is to send the rest: that is no further try.
std::size_t tries(const Mail& mail) {
  std::size_t n = 0;
  for (const Fact& fact : mail.attempts) {
    const bool rest = fact.reply.code == 452 && fact.reply.enhanced == "4.5.3";
    n += rest ? 0U : 1U;
  }
  return n;
}

}  // namespace

void attempt_limit(const Question& q, Answer& out) {
  for (const Mail& mail : q.world.mails) {
    if (q.first_failure(mail) == nullptr) continue;
    if (mail.ambiguous) {
      out.add(mail.key, Value::blind);
    } else if (tries(mail) > q.p.at_most) {
      out.add(mail.key, Value::fail);
    } else if (mail.state == Outcome::accepted) {
      out.add(mail.key, Value::pass);
    } else {
      bool looked = q.quiet_after(mail);
      for (const Fact& fact : mail.attempts) {
        const bool ended = fact.outcome != Outcome::open;
        looked = looked && ended && q.world.now > fact.end + q.world.slack;
      }
      out.add(mail.key, looked ? Value::pass : Value::open);
    }
  }
}

namespace {

Value gives_up_of(const Question& q, const Mail& mail) {
  if (mail.ambiguous) return Value::blind;
  const Fact &first = mail.attempts.front(), &last = mail.attempts.back();
  const Micros begin = q.on_clock(first.set_out());
  const Micros took = q.on_clock(last.set_out()) - begin;
  const auto [least, most] = *q.p.after;
  const Micros slack = q.slack(first.set_out(), first.set_out() + most);
  const bool past = q.now() > begin + most + slack;
  if (took > most + slack) {
    return q.jumped(first.set_out(), last.set_out()) ? Value::blind : Value::fail;
  }
  if (took + slack < least) {
    if (!past) return Value::open;
    const bool jumped = q.jumped(first.set_out(), begin + most + slack);
    return jumped || q.lost_since(last) ? Value::blind : Value::fail;
  }
  bool ended = true;
  for (const Fact& fact : mail.attempts) ended = ended && fact.outcome != Outcome::open;
  const bool sure = q.p.quiet && ended ? q.quiet_after(mail) : past;
  return sure ? Value::pass : Value::open;
}

}  // namespace

void gives_up(const Question& q, Answer& out) {
  for (const Mail& mail : q.world.mails) {
    if (q.first_failure(mail) == nullptr || mail.resolved()) continue;
    out.add(mail.key, gives_up_of(q, mail));
  }
}

}  // namespace verify::histories::model
