#include "transcripts/core_world.hpp"

#include <algorithm>
#include <stdexcept>

#include "transcripts/records.hpp"

#include "base/random.hpp"
#include "scenario/load.hpp"

namespace transcripts {

namespace {

constexpr base::TimePoint kStart{std::chrono::hours(1)};

// As long as nothing is planned for longer than this, a conversation counts as hanging.
constexpr base::Duration kForever = std::chrono::hours(24 * 30);

// How long a client that was told that it is idle may take to read that.
constexpr base::Duration kLastWords = std::chrono::seconds(5);

}  // namespace

scenario::ScenarioPtr scenario_of(const std::string& toml, const std::string& file) {
  auto loaded = scenario::load_toml(toml, file);
  if (loaded.ok()) return std::make_shared<const scenario::Scenario>(std::move(*loaded.value));
  std::string all;
  for (const auto& diagnostic : loaded.diagnostics) all += base::to_string(diagnostic) + "\n";
  throw std::invalid_argument(all);
}

CoreWorld::CoreWorld(scenario::ScenarioPtr scenario, Chunks chunks, receiver::Service service)
    : chunks_(chunks),
      service_(std::move(service)),
      now_(kStart),
      journal_(base::WallTime{}),
      receiver_(std::make_shared<receiver::Receiver>(
          "default", std::move(scenario), journal_, kStart, kStart
      )) {}

void CoreWorld::open(int connection, const std::string& from) {
  receiver::Peer peer;
  peer.connection = lines_.size() + 1;
  peer.client = base::parse_ip(from.empty() ? "127.0.0.1" : from).value();
  peer.listener = "127.0.0.1:25";
  peer.tls = service_.tls;
  peer.protocol = service_.protocol;
  Line& line = lines_[connection];
  line.talk = std::make_unique<receiver::Conversation>(receiver_, std::move(peer), now_);
  pump(line);
}

void CoreWorld::send(int connection, std::string_view octets) {
  Line& line = lines_.at(connection);
  while (!octets.empty()) {
    const auto n = piece(octets.size());
    line.unsent += octets.substr(0, n);
    octets.remove_prefix(n);
    pump(line);
  }
}

void CoreWorld::leave(int connection) {
  Line& line = lines_.at(connection);
  line.fin = true;
  pump(line);
}

void CoreWorld::abort(int connection) {
  Line& line = lines_.at(connection);
  if (line.over) return;
  line.talk->peer_left(receiver::Left::reset, now_);
  end(line, End::reset);
}

Inbox& CoreWorld::inbox(int connection) {
  return lines_.at(connection).inbox;
}

bool CoreWorld::await(int connection, base::Duration patience) {
  if (patience <= base::Duration{0}) return false;
  return !run_until(now_ + patience, &lines_.at(connection));
}

bool CoreWorld::quiet(int connection, base::Duration time) {
  Line& line = lines_.at(connection);
  if (!line.inbox.octets.empty() || line.inbox.end != End::none) return false;
  const auto until = now_ + time;
  // Up to the last moment before, and then into it.
  if (!run_until(until - base::Duration{1}, &line)) return false;
  run_until(until, nullptr);
  return true;
}

void CoreWorld::pass(base::Duration time) {
  run_until(now_ + time, nullptr);
}

std::vector<Record> CoreWorld::events() {
  std::vector<Record> records;
  for (const auto& event : journal_.read({}, 0, 1'000'000).events) {
    records.push_back(record_of(*event));
  }
  return records;
}

std::vector<Record> CoreWorld::attempts() {
  std::vector<Record> records;
  for (const auto& attempt : receiver_->attempts(0, 1'000'000)) {
    records.push_back(record_of(attempt));
  }
  return records;
}

std::vector<Record> CoreWorld::deliveries() {
  std::vector<Record> records;
  for (const auto& story : receiver_->deliveries(0, 1'000'000)) {
    records.push_back(record_of(story.delivery, story.attempts));
  }
  return records;
}

void CoreWorld::use(const std::string& scenario, const std::string& file) {
  receiver_->use(scenario_of(scenario, file), now_);
}

void CoreWorld::drain() {
  for (auto& [id, line] : lines_) {
    if (line.over) continue;
    line.talk->drain(now_);
    pump(line);
  }
}

// Everything the conversation wants at this instant.
void CoreWorld::pump(Line& line) {
  while (!line.over) {
    const auto wants = line.talk->poll(now_);
    line.wake = wants.wake;
    if (!wants.write.empty()) {
      const auto n = wants.write.size();
      line.inbox.octets += wants.write;
      line.talk->wrote(n, now_);
    } else if (wants.ending == wire::Ending::half_close) {
      line.inbox.end = End::half_closed;
      line.talk->half_closed();
    } else if (wants.ending == wire::Ending::start_tls) {
      // Nothing is encrypted here: the handshake succeeds, and no octet of it is seen.
      line.talk->secured(
          {.version = "TLSv1.3",
           .cipher = {},
           .sni = {},
           .alpn = {},
           .certificate = line.talk->handshake().certificate},
          now_
      );
    } else if (wants.ending != wire::Ending::none) {
      end(line, wants.ending == wire::Ending::reset ? End::reset : End::closed);
    } else if (!feed(line, wants.read)) {
      return;
    }
  }
}

// Hands over what the client sent, as far as it is welcome. False: nothing was.
bool CoreWorld::feed(Line& line, std::size_t room) {
  if (room == 0) return false;
  if (!line.unsent.empty()) {
    const std::string part = line.unsent.substr(0, room);
    line.unsent.erase(0, part.size());
    line.talk->received(part, now_);
    return true;
  }
  if (!line.fin) return false;
  line.fin = false;
  line.talk->peer_left(receiver::Left::orderly, now_);
  return true;
}

void CoreWorld::end(Line& line, End how) {
  line.over = true;
  line.wake = base::kNever;
  if (line.inbox.end == End::none) line.inbox.end = how;
  line.talk->ended(now_);
}

// The sweep of the driver: who has been silent for too long is told, and soon after that dropped.
void CoreWorld::check_idle(Line& line) {
  if (line.over) return;
  if (line.last_words <= now_) return end(line, End::closed);
  if (line.last_words != base::kNever) return;
  const auto since = line.talk->quiet_since();
  if (since == base::kNever || now_ - since < line.talk->idle_timeout()) return;
  line.last_words = now_ + kLastWords;
  line.talk->timed_out(now_);
}

base::TimePoint CoreWorld::next_wake() const {
  auto next = base::kNever;
  for (const auto& [id, line] : lines_) {
    if (line.over) continue;
    next = std::min({next, line.wake, line.last_words});
    const auto since = line.talk->quiet_since();
    if (since != base::kNever && line.last_words == base::kNever) {
      next = std::min(next, since + line.talk->idle_timeout());
    }
  }
  return next;
}

// Lets time pass instant by instant. False: something came on the watched line, at now_.
bool CoreWorld::run_until(base::TimePoint until, Line* watched) {
  const auto before = watched ? watched->inbox.octets.size() : 0;
  for (;;) {
    const auto next = std::max(now_, std::min(until, next_wake()));
    const bool last = next >= until;
    now_ = next;
    receiver_->tick(now_);
    for (auto& [id, line] : lines_) {
      check_idle(line);
      pump(line);
    }
    if (watched && (watched->inbox.octets.size() != before || watched->inbox.end != End::none)) {
      return false;
    }
    if (last) return true;
  }
}

std::size_t CoreWorld::piece(std::size_t left) {
  switch (chunks_.kind) {
    case Chunks::Kind::whole: return left;
    case Chunks::Kind::octets: return 1;
    case Chunks::Kind::random: break;
  }
  const auto draw = base::draw(chunks_.seed, "piece", "", ++pieces_);
  return 1 + static_cast<std::size_t>(draw % std::min<std::size_t>(left, 40));
}

std::string CoreWorld::leave_all(receiver::Left how) {
  for (auto& [id, line] : lines_) {
    if (line.over) continue;
    if (how == receiver::Left::reset) {
      abort(id);
    } else {
      leave(id);
    }
  }
  const auto deadline = now_ + kForever;
  while (next_wake() < deadline) run_until(next_wake(), nullptr);
  for (const auto& [id, line] : lines_) {
    if (!line.over) return "connection " + std::to_string(id) + " was left and does not end";
  }
  return endings();
}

std::string CoreWorld::endings() const {
  std::map<std::uint64_t, int> ended;
  for (const auto& event : journal_.read({}, 0, 1'000'000).events) {
    if (event->connection == 0) continue;
    const std::string which = "connection " + std::to_string(event->connection);
    if (event->kind == journal::Kind::connected) {
      if (!ended.emplace(event->connection, 0).second) return which + " is connected twice";
    } else if (ended[event->connection] > 0) {
      return which + " has an event after its end";
    }
    if (event->kind == journal::Kind::ended) ++ended[event->connection];
  }
  if (ended.size() != lines_.size()) return "the journal does not have all connections";
  for (const auto& [connection, times] : ended) {
    if (times != 1) return "connection " + std::to_string(connection) + " does not end";
  }
  return "";
}

}  // namespace transcripts
