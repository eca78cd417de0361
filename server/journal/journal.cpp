#include "journal/journal.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "base/text.hpp"

namespace journal {

namespace {

// How many events one hold of the lock copies out for a reader: some 50 us.
constexpr std::size_t kBatch = 4096;

template <typename Value, typename Wanted>
bool wanted(const std::vector<Wanted>& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

using Events = std::deque<EventPtr>;

Events::const_iterator first_after(const Events& events, std::uint64_t seq) {
  return std::upper_bound(
      events.begin(),
      events.end(),
      seq,
      [](std::uint64_t value, const EventPtr& event) { return value < event->seq; }
  );
}

// A ring's unread rest, ordered for a heap whose top is the smallest sequence number.
struct Rest {
  Events::const_iterator next;
  Events::const_iterator end;

  bool operator<(const Rest& other) const { return (*next)->seq > (*other.next)->seq; }
};

}  // namespace

bool Filter::matches(const Event& event) const {
  if (!wanted(receivers, event.receiver.view()) || !wanted(kinds, event.kind)) return false;
  if (!stages.empty() && (!event.stage || !wanted(stages, *event.stage))) return false;
  return wanted(connections, event.connection) && wanted(codes, event.code) &&
         wanted(rules, event.rule.view()) &&
         (subject.empty() || base::glob_matches(subject, event.subject));
}

Journal::Journal(base::WallTime start) : Journal(start, Limits{}) {}

Journal::Journal(base::WallTime start, Limits limits) : start_(start), limits_(limits) {}

void Journal::set_sink(Sink sink) {
  sink_ = std::move(sink);
}

void Journal::set_waker(Waker waker) {
  waker_ = std::move(waker);
}

base::WallTime Journal::start() const {
  return start_;
}

std::uint64_t Journal::add(Event event) {
  return keep(std::move(event))->seq;
}

EventPtr Journal::keep(Event event) {
  // All that needs no order is done before the lock is taken.
  const std::size_t octets = footprint(event);
  auto kept = std::make_shared<Event>(std::move(event));
  {
    const std::lock_guard lock(mutex_);
    kept->seq = ++last_seq_;
    const std::string_view receiver = kept->receiver.view();
    auto ring = rings_.find(receiver);
    if (ring == rings_.end()) ring = rings_.emplace(std::string(receiver), Ring{}).first;
    make_room(ring->second, octets);
    ring->second.octets += octets;
    if (sink_) sink_(*kept);
    ring->second.events.push_back(kept);
  }
  if (waker_) waker_();
  return kept;
}

// An event larger than all room is kept alone: evidence is never refused outright.
void Journal::make_room(Ring& ring, std::size_t octets) const {
  const std::size_t events = std::max<std::size_t>(limits_.events, 1);
  while (!ring.events.empty() &&
         (ring.events.size() >= events || ring.octets + octets > limits_.octets)) {
    ring.octets -= footprint(*ring.events.front());
    ring.losses.add(ring.events.front()->seq);
    ring.events.pop_front();
    ++ring.dropped;
  }
}

std::vector<const Journal::Ring*> Journal::rings_of(const Filter& filter) const {
  std::vector<const Ring*> chosen;
  for (const auto& [name, ring] : rings_) {
    if (wanted(filter.receivers, name)) chosen.push_back(&ring);
  }
  return chosen;
}

void Journal::next_batch(
    const Filter& filter, std::uint64_t after, std::uint64_t until, std::size_t most, Batch& batch
) const {
  batch.events.clear();
  std::priority_queue<Rest> heads;
  for (const Ring* ring : rings_of(filter)) {
    const Rest rest{first_after(ring->events, after), ring->events.end()};
    if (rest.next != rest.end) heads.push(rest);
  }
  while (!heads.empty() && batch.events.size() < most) {
    Rest rest = heads.top();
    heads.pop();
    // Up to the next other ring's event this ring is read without asking the heap.
    const std::uint64_t limit = heads.empty() ? until : (*heads.top().next)->seq;
    while (rest.next != rest.end && (*rest.next)->seq <= std::min(limit, until) &&
           batch.events.size() < most) {
      batch.events.push_back(*rest.next++);
    }
    if (rest.next != rest.end && (*rest.next)->seq <= until) heads.push(rest);
  }
  batch.exhausted = heads.empty();
}

Page Journal::read(const Filter& filter, std::uint64_t after, std::size_t limit) const {
  Page page;
  const std::uint64_t until = last_seq();
  Batch batch;
  std::uint64_t seen = after;
  while (!batch.exhausted && seen < until) {
    {
      const std::lock_guard lock(mutex_);
      next_batch(filter, seen, until, kBatch, batch);
    }
    for (EventPtr& event : batch.events) {
      if (filter.matches(*event)) {
        if (page.events.size() == limit) page.more = true;
        if (page.more) break;
        page.events.push_back(event);
      }
      seen = event->seq;
    }
    if (page.more) break;
  }
  page.last_seen = page.more ? seen : std::max(after, until);
  const std::lock_guard lock(mutex_);
  for (const Ring* ring : rings_of(filter)) page.dropped += ring->dropped;
  return page;
}

Stretch Journal::follow(const Filter& filter, std::uint64_t after, std::size_t most) const {
  Stretch stretch;
  Batch batch;
  {
    const std::lock_guard lock(mutex_);
    next_batch(filter, after, last_seq_, std::clamp<std::size_t>(most, 1, kBatch), batch);
    stretch.more = !batch.exhausted;
    stretch.seen = std::max(after, stretch.more ? batch.events.back()->seq : last_seq_);
    for (const Ring* ring : rings_of(filter)) {
      const auto count = ring->losses.between(after, stretch.seen);
      stretch.lost += count.events;
      stretch.lost_at_least = stretch.lost_at_least || count.at_least;
    }
  }
  for (EventPtr& event : batch.events) {
    if (filter.matches(*event)) stretch.events.push_back(std::move(event));
  }
  return stretch;
}

std::uint64_t Journal::last_seq() const {
  const std::lock_guard lock(mutex_);
  return last_seq_;
}

std::uint64_t Journal::dropped(std::string_view receiver) const {
  const std::lock_guard lock(mutex_);
  const auto ring = rings_.find(receiver);
  return ring == rings_.end() ? 0 : ring->second.dropped;
}

std::uint64_t Journal::clear(std::string_view receiver) {
  const std::lock_guard lock(mutex_);
  const auto ring = rings_.find(receiver);
  if (ring == rings_.end()) return 0;
  return std::exchange(ring->second, Ring{}).events.size();
}

void Journal::forget(std::string_view receiver) {
  const std::lock_guard lock(mutex_);
  has_forgotten_ = true;
  const auto ring = rings_.find(receiver);
  if (ring != rings_.end()) rings_.erase(ring);
}

bool Journal::has_forgotten() const {
  const std::lock_guard lock(mutex_);
  return has_forgotten_;
}

}  // namespace journal
