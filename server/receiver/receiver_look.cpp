// What is asked about a receiver: its past as one consistent look, its state, attempts and
// deliveries. What changes it is in receiver.cpp and receiver_state.cpp.
#include <algorithm>
#include <utility>

#include "receiver/receiver.hpp"

namespace receiver {

void Receiver::look(const std::function<void(const journal::Account&)>& see) const {
  const std::lock_guard lock(mutex_);
  see(account_);
}

void Receiver::look(base::TimePoint now, const See& see) const {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  see(account_,
      {.at = in_run(now),
       .judge = std::chrono::floor<base::Micros>(clocks_.judge(now)),
       .seq = account_.marks.last().seq});
}

void Receiver::conclude(base::TimePoint now, const See& see) {
  const std::lock_guard lock(mutex_);
  now = std::max(now, last_event_);
  pass_phases_locked(now);
  journal::Event event;
  event.kind = journal::Kind::observed;
  record_locked(std::move(event), now);
  see(account_, account_.marks.last());
}

Status Receiver::status(base::TimePoint now) {
  const std::lock_guard lock(mutex_);
  pass_phases_locked(now);
  const auto& s = *edition_->scenario;
  Status status;
  status.scenario = s.name;
  status.seed = s.seed;
  status.scale = clocks_.scale();
  status.receiver_clock = clocks_.receiver(now);
  status.judge_clock = clocks_.judge(now);
  status.clock_started = clocks_.started();
  status.phase = s.phases[phase_].name;
  status.open_connections = open_connections_;
  status.counts = account_.deliveries.counts();
  status.dropped_events = journal_.dropped(name_);
  status.forgotten_attempts = account_.deliveries.dropped();
  status.messages = messages_.counts();
  return status;
}

std::vector<journal::Attempt> Receiver::attempts(std::uint64_t after, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  return account_.deliveries.attempts(after, limit);
}

namespace {

Receiver::DeliveryStory story_of(const journal::Deliveries& all, journal::Delivery delivery) {
  Receiver::DeliveryStory story{std::move(delivery), {}};
  for (const auto id : story.delivery.attempts) {
    if (auto attempt = all.attempt(id)) story.attempts.push_back(std::move(*attempt));
  }
  return story;
}

}  // namespace

std::vector<Receiver::DeliveryStory> Receiver::deliveries(std::uint64_t after, std::size_t limit)
    const {
  const std::lock_guard lock(mutex_);
  std::vector<DeliveryStory> stories;
  for (auto& delivery : account_.deliveries.deliveries(after, limit)) {
    stories.push_back(story_of(account_.deliveries, std::move(delivery)));
  }
  return stories;
}

std::optional<Receiver::DeliveryStory> Receiver::delivery(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  auto delivery = account_.deliveries.delivery(id);
  if (!delivery) return std::nullopt;
  return story_of(account_.deliveries, std::move(*delivery));
}

}  // namespace receiver
