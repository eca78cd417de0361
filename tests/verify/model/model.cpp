#include "verify/model/model.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "verify/checks.hpp"

namespace verify::histories {

namespace {

struct Row {
  std::string_view check;
  void (*judge)(const Question&, Answer&);
};

constexpr std::array kModels{
    Row{"retried", model::retried},
    Row{"not-hasty", model::not_hasty},
    Row{"backs-off", model::backs_off},
    Row{"not-retried", model::not_retried},
    Row{"suppressed", model::suppressed},
    Row{"delivered-once", model::delivered_once},
    Row{"attempt-limit", model::attempt_limit},
    Row{"gives-up", model::gives_up},
};

// Fail before open before not to be known before nothing to judge before pass; and of a past with
// holes nothing is passed.
Value together(const Answer& answer, bool holes) {
  if (answer.count(Value::fail) > 0) return Value::fail;
  if (answer.count(Value::open) > 0) return Value::open;
  if (answer.count(Value::blind) > 0 || holes) return Value::blind;
  if (answer.count(Value::empty) > 0 || answer.cases.empty()) return Value::empty;
  return Value::pass;
}

}  // namespace

std::size_t Answer::count(Value wanted) const {
  return static_cast<std::size_t>(std::count_if(cases.begin(), cases.end(), [&](const auto& c) {
    return c.second == wanted;
  }));
}

bool has_model(std::string_view check) {
  return std::any_of(kModels.begin(), kModels.end(), [&](const Row& row) {
    return row.check == check;
  });
}

Answer judge(const World& world, const Wish& wish) {
  Answer out;
  const Question question(world, wish);
  for (const Row& row : kModels) {
    if (row.check == wish.check) row.judge(question, out);
  }
  out.value = together(out, world.last_loss > 0);
  return out;
}

std::string in_words(const Answer& answer) {
  std::string out = fmt::format("{}:", name_of(answer.value));
  for (const auto& [who, value] : answer.cases) out += fmt::format(" [{} {}]", who, name_of(value));
  return out + "\n";
}

Micros Question::on_clock(Micros judge) const {
  if (p.clock == Clock::judge) return judge;
  Micros out = judge;
  for (const auto& [at, by] : world.advances) out += at <= judge ? by : Micros(0);
  return out;
}

bool Question::jumped(Micros from_judge, Micros to_judge) const {
  if (p.clock == Clock::receiver) return false;
  return std::any_of(world.advances.begin(), world.advances.end(), [&](const auto& advance) {
    return advance.first >= from_judge && advance.first <= to_judge;
  });
}

int Question::scale_at(Micros judge) const {
  int scale = world.scales.front().second;
  for (const auto& [since, each] : world.scales) {
    if (since <= judge) scale = each;
  }
  return scale;
}

Micros Question::slack(Micros from_judge, Micros to_judge) const {
  int most = scale_at(from_judge);
  for (const auto& [since, scale] : world.scales) {
    if (since > from_judge && since <= to_judge) most = std::max(most, scale);
  }
  return world.slack * most;
}

bool Question::same(const Fact& a, const Fact& b) const {
  const bool id = !a.message_id.empty() && a.message_id == b.message_id;
  const bool envelope = !a.envid.empty() && a.envid == b.envid;
  return world.unique || id || envelope;
}

const Fact* Question::first_failure(const Mail& mail) const {
  for (const Fact& fact : mail.attempts) {
    if (fact.failed() && picked(fact)) return &fact;
  }
  return nullptr;
}

// To an attempt from the one before it that ended last; where one before it is still at work, or
// ended after it began, there is none.
std::vector<Question::Gap> Question::gaps(const Mail& mail) const {
  std::vector<Gap> out;
  for (std::size_t i = 1; i < mail.attempts.size(); ++i) {
    const Fact& to = mail.attempts[i];
    const Fact* from = nullptr;
    bool all_ended = true;
    for (std::size_t j = 0; j < i; ++j) {
      const Fact& before = mail.attempts[j];
      all_ended = all_ended && before.outcome != Outcome::open && before.end <= to.begin;
      if (from == nullptr || before.end >= from->end) from = &before;
    }
    if (!all_ended || !from->failed()) continue;
    out.push_back({*from, to, out.size() + 1, on_clock(to.set_out()) - on_clock(from->judge_end)});
  }
  return out;
}

bool Question::excused(const Gap& gap) const {
  const Fact &from = gap.from, &to = gap.to;
  if (from.reply.code == 452 && from.reply.enhanced == "4.5.3") return true;
  for (const Fact& other : world.attempts) {
    const bool host = other.scope == Scope::client && other.client == from.client;
    if (host && other.begin >= from.end && other.begin <= to.begin + to.waited) return true;
  }
  for (const Mail& mail : world.mails) {
    const Fact& first = mail.attempts.front();
    const bool near = first.begin >= to.begin - Micros(1'000'000) &&
                      first.begin <= to.begin + to.waited + Micros(1'000'000);
    const bool another = mail.id != to.delivery && first.client == to.client;
    if (another && near && first.begin > from.end) return true;
  }
  return false;
}

bool Question::quiet_after(const Mail& mail) const {
  if (!p.quiet) return world.over;
  for (const Fact& fact : mail.attempts) {
    if (fact.outcome == Outcome::open) return false;
    if (now() <= on_clock(fact.judge_end) + *p.quiet + slack(fact, *p.quiet)) return false;
  }
  return true;
}

}  // namespace verify::histories
