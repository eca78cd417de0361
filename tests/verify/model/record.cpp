// A plan's visits put into one order of time, and the places of events turned into sequence
// numbers.
#include "verify/model/record.hpp"

#include <algorithm>
#include <utility>

#include "verify/model/player.hpp"

namespace verify::histories {

namespace {

std::shared_ptr<const journal::Setup> setup_of(const Plan& plan, int scale) {
  journal::Setup setup{.scenario = "random", .scale = static_cast<double>(scale)};
  setup.slack = plan.slack;
  setup.delivery_key = plan.key;
  setup.delivery_unique = plan.unique;
  return std::make_shared<const journal::Setup>(std::move(setup));
}

// What happens to the receiver rather than to a connection.
std::vector<Event> marks(const Plan& plan) {
  std::vector<Event> events;
  const auto add = [&](Kind kind, Micros at) -> Event& {
    events.push_back({.at = at, .kind = kind});
    return events.back();
  };
  add(Kind::receiver, Micros(0)).setup = setup_of(plan, plan.scale);
  for (const Advance& each : plan.advances) add(Kind::advanced, each.at).by = each.by;
  for (const Offer& each : plan.offers) add(Kind::offered, each.at).subject = each.recipient;
  for (const Rescale& each : plan.rescales) {
    add(Kind::receiver, each.at).setup = setup_of(plan, each.scale);
  }
  return events;
}

// The whole visit is lost; the receiver says so where it ended.
void lose(Record& visit) {
  Event dropped{.at = visit.events.back().at, .kind = Kind::dropped};
  dropped.count = visit.events.size();
  visit.events.assign(1, std::move(dropped));
  visit.attempts.clear();
}

// Places become sequence numbers.
void number(Record& out, const std::vector<std::size_t>& order) {
  std::vector<Seq> seq_of(order.size());
  std::vector<Event> sorted;
  for (std::size_t i = 0; i < order.size(); ++i) {
    seq_of[order[i]] = i + 1;
    sorted.push_back(std::move(out.events[order[i]]));
    sorted.back().seq = i + 1;
  }
  for (Event& event : sorted) {
    if (event.kind == Kind::sent) event.reply = seq_of[event.reply];
  }
  for (Planned& each : out.attempts) {
    for (Seq Planned::*seq :
         {&Planned::shown,
          &Planned::named,
          &Planned::content,
          &Planned::decided,
          &Planned::sent,
          &Planned::read,
          &Planned::gone,
          &Planned::told}) {
      if (each.*seq != kNever) each.*seq = seq_of[each.*seq];
    }
  }
  out.events = std::move(sorted);
}

void append(Record& out, Record&& more) {
  const Seq base = out.events.size();
  for (Event& event : more.events) {
    if (event.kind == Kind::sent) event.reply += base;
    out.events.push_back(std::move(event));
  }
  for (Planned& each : more.attempts) {
    for (Seq Planned::*seq :
         {&Planned::shown,
          &Planned::named,
          &Planned::content,
          &Planned::decided,
          &Planned::sent,
          &Planned::read,
          &Planned::gone,
          &Planned::told}) {
      if (each.*seq != kNever) each.*seq += base;
    }
    out.attempts.push_back(std::move(each));
  }
}

}  // namespace

Micros judge_clock(const Plan& plan, Micros at) {
  Micros judge{0}, since{0};
  int scale = plan.scale;
  for (const Rescale& each : plan.rescales) {
    if (each.at > at) break;
    judge += (each.at - since) * scale;
    since = each.at;
    scale = each.scale;
  }
  return judge + (at - since) * scale;
}

Record record(const Plan& plan, Ties ties) {
  Record out;
  out.events = marks(plan);
  std::uint64_t connection = 0;
  for (const Visit& visit : plan.visits) {
    Record own;
    Player(plan, visit, ++connection, own).play();
    if (visit.unseen) lose(own);
    append(out, std::move(own));
  }
  std::vector<std::size_t> order(out.events.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Event &one = out.events[a], &other = out.events[b];
    if (one.at != other.at || ties == Ties::as_planned) return one.at < other.at;
    return one.connection > other.connection;
  });
  number(out, order);
  for (Event& event : out.events) {
    event.judge = judge_clock(plan, event.at);
    event.receiver = base::Name("mx");
  }
  for (Planned& each : out.attempts) {
    if (each.scope == Scope::client) {
      each.judge_begin = each.judge_mail = judge_clock(plan, each.begin);
    }
    each.judge_end = judge_clock(plan, each.end);
    each.judge_dripped_end = judge_clock(plan, each.dripped_end);
  }
  // The tracker numbers attempts as they show.
  std::stable_sort(out.attempts.begin(), out.attempts.end(), [](const auto& a, const auto& b) {
    return a.shown < b.shown;
  });
  return out;
}

std::size_t kept_events(const Plan& plan, const Record& record) {
  const double part = static_cast<double>(record.events.size()) * plan.cut;
  return std::max<std::size_t>(1, static_cast<std::size_t>(part));
}

}  // namespace verify::histories
