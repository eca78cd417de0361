// Figures from events: see the header.
#include "journal/meter.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace journal {

namespace {

std::size_t verb_of(std::string_view line) {
  const auto word = base::to_upper(line.substr(0, std::min(line.find(' '), line.size())));
  const auto* const end = Meter::kVerbs.end() - 1;
  return static_cast<std::size_t>(
      std::find(Meter::kVerbs.begin(), end, word) - Meter::kVerbs.begin()
  );
}

bool is_code(std::uint16_t code) {
  return code >= 200 && code <= 599;
}

}  // namespace

void Histogram::add(base::Micros value) {
  const double seconds = std::chrono::duration<double>(value).count();
  const auto* const bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++counts_[static_cast<std::size_t>(bound - kBounds.begin())];
  sum_ += value;
}

Meter::Times* Meter::times_of(std::uint64_t connection) {
  const auto known = open_.find(connection);
  return known == open_.end() ? nullptr : &known->second;
}

void Meter::add(const Event& event) {
  switch (event.kind) {
    case Kind::connected:
      ++figures_.connections;
      ++figures_.open;
      if (open_.size() < kConnections) {
        open_[event.connection] = {.began = event.at, .asked = event.at, .waits = true};
      }
      return;
    case Kind::refused: ++figures_.turned_away; return;
    case Kind::command: ++figures_.commands[verb_of(event.text)]; [[fallthrough]];
    case Kind::message:
      if (Times* times = times_of(event.connection)) {
        times->asked = event.at;
        times->waits = true;
      }
      return;
    case Kind::reply: return replied(event);
    case Kind::ended: return ended(event);
    case Kind::reset: {
      const auto open = figures_.open;
      figures_ = {};
      figures_.open = open;
      return;
    }
    case Kind::run:
    case Kind::receiver:
    case Kind::phase:
    case Kind::sent:
    case Kind::cut:
    case Kind::stored:
    case Kind::fired:
    case Kind::finding:
    case Kind::note:
    case Kind::advanced:
    case Kind::tls:
    case Kind::login:
    case Kind::offered:
    case Kind::rule:
    case Kind::recount:
    case Kind::passed:
    case Kind::observed:
    case Kind::dropped: return;
  }
}

void Meter::replied(const Event& event) {
  Pair pair = is_code(event.code) ? Pair{event.code, event.enhanced} : Pair{kOther, ""};
  auto known = figures_.replies.find(pair);
  if (known == figures_.replies.end()) {
    if (figures_.replies.size() >= kPairs) pair = {kOther, ""};
    known = figures_.replies.try_emplace(std::move(pair), 0).first;
  }
  ++known->second;
  Times* times = times_of(event.connection);
  if (times == nullptr || !times->waits) return;
  times->waits = false;
  figures_.reply.add(std::max(event.at - times->asked, base::Micros(0)));
}

void Meter::ended(const Event& event) {
  figures_.octets += event.count;
  if (figures_.open > 0) --figures_.open;
  const auto known = open_.find(event.connection);
  if (known == open_.end()) return;
  figures_.connection.add(std::max(event.at - known->second.began, base::Micros(0)));
  open_.erase(known);
}

}  // namespace journal
