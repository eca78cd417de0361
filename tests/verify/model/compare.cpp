#include "verify/model/compare.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "verify/checks.hpp"

namespace verify::histories {

namespace {

template <typename Any>
std::string line(const Any& a, const std::string& message, int code, bool read) {
  return fmt::format(
      "{} {} {} {}..{} {}..{} mail {} {} {} '{}' to '{}' {} {} {}{}\n",
      a.id,
      name_of(a.scope),
      name_of(a.outcome),
      a.begin.count(),
      a.end.count(),
      a.judge_begin.count(),
      a.judge_end.count(),
      a.mail.count(),
      a.judge_mail.count(),
      a.client,
      a.sender,
      a.recipient,
      message,
      a.envid,
      code,
      read ? " read" : ""
  );
}

bool agree(const Verdict& verdict, const Answer& answer) {
  return verdict.value == answer.value && verdict.failed == answer.count(Value::fail);
}

}  // namespace

Timeline timeline_of(const Record& record, std::size_t events, const World& world) {
  journal::Account account;
  for (std::size_t i = 0; i < events; ++i) account.add(record.events[i]);
  return {account, {.at = world.now, .judge = world.judge_now, .over = world.over}};
}

Judged judged(const Plan& plan, Ties ties) {
  const Record all = record(plan, ties);
  World known = world(plan, all);
  Timeline timeline = timeline_of(all, kept_events(plan, all), known);
  return {std::move(known), std::move(timeline)};
}

std::string attempts_of(const Timeline& timeline) {
  std::string out;
  for (const auto* a : timeline.attempts()) {
    out += line(*a, a->message_id, a->code, a->outcome == Outcome::accepted && !a->ambiguous_end);
  }
  return out;
}

std::string attempts_of(const World& world) {
  std::string out;
  for (const Fact& a : world.attempts) out += line(a, a.message_id, a.reply.code, a.read);
  return out;
}

std::string deliveries_of(const Timeline& timeline) {
  std::string out;
  for (const auto& story : timeline.stories()) {
    out += fmt::format("{} {}:", name_of(story.facts->state), story.facts->ambiguous);
    for (const auto* attempt : story.attempts) out += fmt::format(" {}", attempt->id);
    out += "\n";
  }
  return out;
}

std::string deliveries_of(const World& world) {
  std::string out;
  for (const Mail& mail : world.mails) {
    out += fmt::format("{} {}:", name_of(mail.state), mail.ambiguous);
    for (const Fact& fact : mail.attempts) out += fmt::format(" {}", fact.id);
    out += "\n";
  }
  return out;
}

std::optional<std::string> difference(const Judged& judged, const Wish& wish) {
  const Verdict verdict = verify::find_check(wish.check)->judge(judged.timeline, wish.params);
  const Answer answer = judge(judged.world, wish);
  if (agree(verdict, answer)) return std::nullopt;
  std::string out = fmt::format(
      "check: {}, {} failed, {} passed, {} unclear: {}\nmodel: {}",
      name_of(verdict.value),
      verdict.failed,
      verdict.passed,
      verdict.unclear,
      verdict.observed,
      in_words(answer)
  );
  for (const auto& each : verdict.cases) {
    out += fmt::format("  {} {}: {}\n", name_of(each.value), each.who, each.observed);
  }
  return out;
}

Plan shrunk(Plan plan, const std::function<bool(const Plan&)>& differs) {
  const auto without = [&](auto& list, std::size_t i, Plan& from) {
    const auto kept = list[i];
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    if (!from.visits.empty() && differs(from)) return true;
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(i), kept);
    return false;
  };
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = plan.visits.size(); i-- > 0;) {
      again = again || without(plan.visits, i, plan);
    }
    for (Visit& visit : plan.visits) {
      for (std::size_t i = visit.transfers.size(); i-- > 0;) {
        again = again || without(visit.transfers, i, plan);
      }
    }
    for (std::size_t i = plan.advances.size(); i-- > 0;) {
      again = again || without(plan.advances, i, plan);
    }
    for (std::size_t i = plan.offers.size(); i-- > 0;) {
      again = again || without(plan.offers, i, plan);
    }
  }
  return plan;
}

std::vector<std::string> unnumbered(const World& world) {
  std::vector<std::string> out;
  for (const Mail& mail : world.mails) {
    std::vector<std::string> lines;
    for (Fact fact : mail.attempts) {
      fact.id = 0;
      lines.push_back(line(fact, fact.message_id, fact.reply.code, fact.read));
    }
    out.push_back(fmt::format(
        "{} {}\n{}", name_of(mail.state), mail.ambiguous, fmt::join(lines.begin(), lines.end(), "")
    ));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Wish> wishes(const Plan& plan) {
  std::vector<Wish> out;
  std::uint64_t number = plan.seed * 16;
  for (const auto& check : verify::checks()) {
    if (!has_model(check.name)) continue;
    out.push_back(random_wish(++number, check.name, plan.scale));
  }
  return out;
}

Verdict verdict_of(const Timeline& timeline, const Wish& wish) {
  return verify::find_check(wish.check)->judge(timeline, wish.params);
}

}  // namespace verify::histories
