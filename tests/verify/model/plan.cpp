// How long the steps of a plan take, and the plan in words.
#include "verify/model/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace verify::histories {

namespace {

std::string seconds(Micros time) {
  return fmt::format("{:.6f}", static_cast<double>(time.count()) / 1e6);
}

std::string said(const Reply& reply) {
  if (reply.code == 0) return "broken";
  return reply.enhanced.empty() ? fmt::format("{}", reply.code)
                                : fmt::format("{} {}", reply.code, reply.enhanced);
}

std::string_view name_of(Door door) {
  switch (door) {
    case Door::opens: return "opens";
    case Door::greeting: return "greeting refused";
    case Door::ehlo: return "EHLO refused";
    case Door::ehlo_then_helo: return "EHLO refused and then HELO";
    case Door::breaks: return "broken at once";
    case Door::full: return "turned away";
  }
  return "";
}

std::string_view name_of(Finish finish) {
  switch (finish) {
    case Finish::answered: return "answered";
    case Finish::gone: return "client leaves before DATA";
    case Finish::gone_held: return "client leaves while we hold the last reply";
    case Finish::broken_off: return "broken in place of the last reply";
  }
  return "";
}

std::string in_words(const Transfer& t) {
  std::string to;
  for (const Target& target : t.targets)
    to += fmt::format(" {}={}", target.recipient, said(target.reply));
  return fmt::format(
      "    {} MAIL <{}>{}{} {}{}, to{}, DATA {}, dot {}, {}, message {}, step {}, held {}, "
      "dripped {}{}\n",
      seconds(t.at),
      t.sender,
      t.began == t.at ? "" : " came " + seconds(t.began),
      t.envid.empty() ? "" : " ENVID " + t.envid,
      said(t.mail),
      t.pipelined ? " pipelined" : "",
      to,
      said(t.data),
      said(t.dot),
      name_of(t.finish),
      t.message_id,
      seconds(t.step),
      seconds(t.held),
      seconds(t.dripped),
      t.kept ? ", kept" : ""
  );
}

std::string_view name_of(Farewell farewell) {
  switch (farewell) {
    case Farewell::quit: return "quit";
    case Farewell::leaves: return "leaves";
    case Farewell::resets: return "resets";
  }
  return "";
}

}  // namespace

End end_of(const Transfer& t) {
  Micros at = t.at + t.step;
  if (t.mail.code != 250) return {at, t.mail.code == 421 || t.mail.code == 0};
  bool taken = false;
  for (const Target& target : t.targets) {
    at += 2 * t.step;
    if (target.reply.code == 421 || target.reply.code == 0) return {at, true};
    taken = taken || target.reply.code < 400;
  }
  if (!taken) return {at, false};
  if (t.finish == Finish::gone) return {at + t.step, true};
  at += 2 * t.step;
  if (t.data.code >= 400) return {at, t.data.code == 421};
  at += t.step + t.held;
  if (t.finish != Finish::answered) return {at, true};
  return {at + t.dripped, t.dot.code == 421};
}

Micros ready(const Visit& visit) {
  const int steps = visit.door == Door::ehlo_then_helo ? 5 : 4;
  return visit.at + steps * visit.step;
}

std::string in_words(const Plan& plan) {
  std::string out = fmt::format(
      "seed {}, scale {}, slack {}{}, key {}, cut at {}, then watched {}{}\n",
      plan.seed,
      plan.scale,
      seconds(plan.slack),
      plan.unique ? ", unique" : "",
      fmt::join(plan.key, "+"),
      plan.cut,
      seconds(plan.watched),
      plan.over ? ", over" : ""
  );
  for (const Visit& visit : plan.visits) {
    out += fmt::format(
        "  {} {} {}{}, step {}, {}{}\n",
        seconds(visit.at),
        visit.client,
        name_of(visit.door),
        visit.door == Door::opens ? "" : " " + said(visit.refusal),
        seconds(visit.step),
        name_of(visit.farewell),
        visit.unseen ? ", all of it lost" : ""
    );
    for (const Transfer& each : visit.transfers) out += in_words(each);
  }
  for (const Advance& each : plan.advances) {
    out += fmt::format("  {} advanced by {}\n", seconds(each.at), seconds(each.by));
  }
  for (const Offer& each : plan.offers) {
    out += fmt::format("  {} offered to {}\n", seconds(each.at), each.recipient);
  }
  for (const Rescale& each : plan.rescales) {
    out += fmt::format("  {} scale {}\n", seconds(each.at), each.scale);
  }
  return out;
}

}  // namespace verify::histories
