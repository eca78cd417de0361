// The store of received messages: see the header.
#include "receiver/messages.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace receiver {

namespace {

// Capacity, not size: a string that grew piece by piece may have taken twice what it holds.
std::size_t footprint(const KeptMessage& kept) {
  std::size_t octets = kept.sender.size();
  for (const auto& recipient : kept.recipients) octets += recipient.size();
  if (kept.message) octets += kept.message->content.capacity() + kept.message->headers.capacity();
  return octets;
}

}  // namespace

const std::string& KeptMessage::captured() const {
  static const std::string kNothing;
  if (!message) return kNothing;
  return message->content.empty() ? message->headers : message->content;
}

bool Messages::Filter::matches(const KeptMessage& message) const {
  const std::string_view from = message.sender.empty() ? "<>" : std::string_view(message.sender);
  if (!sender.empty() && !base::glob_matches(sender, from)) return false;
  return recipient.empty() ||
         std::any_of(message.recipients.begin(), message.recipients.end(), [&](const auto& one) {
           return base::glob_matches(recipient, one);
         });
}

void Messages::add(KeptMessage message) {
  message.complete = message.message && message.captured().size() == message.message->size;
  const auto octets = footprint(message);
  make_room(octets);
  octets_ += octets;
  kept_.push_back(std::move(message));
}

void Messages::make_room(std::size_t octets) {
  const auto most = std::max<std::size_t>(limits_.messages, 1);
  while (!kept_.empty() && (kept_.size() >= most || octets_ + octets > limits_.octets)) {
    octets_ -= footprint(kept_.front());
    kept_.pop_front();
    ++dropped_;
  }
}

std::deque<KeptMessage>::const_iterator Messages::first_after(std::uint64_t id) const {
  return std::upper_bound(
      kept_.begin(),
      kept_.end(),
      id,
      [](std::uint64_t value, const KeptMessage& message) { return value < message.id; }
  );
}

void Messages::mark_stored(std::uint64_t id) {
  if (id == 0) return;
  const auto place = first_after(id - 1);
  if (place == kept_.end() || place->id != id) return;
  kept_[static_cast<std::size_t>(place - kept_.begin())].stored = true;
}

Messages::Page Messages::page(std::uint64_t after, std::size_t limit, const Filter& filter) const {
  Page page;
  for (auto place = first_after(after); place != kept_.end(); ++place) {
    if (!filter.matches(*place)) continue;
    page.more = page.messages.size() == limit;
    if (page.more) break;
    page.messages.push_back(*place);
  }
  return page;
}

Messages::Page Messages::page(std::uint64_t after, std::size_t limit) const {
  return page(after, limit, {});
}

std::optional<KeptMessage> Messages::find(std::uint64_t id) const {
  if (id == 0) return std::nullopt;
  const auto place = first_after(id - 1);
  if (place == kept_.end() || place->id != id) return std::nullopt;
  return *place;
}

void Messages::clear() {
  kept_.clear();
  octets_ = 0;
  dropped_ = 0;
}

Messages::Counts Messages::counts() const {
  return {kept_.size(), octets_, dropped_};
}

}  // namespace receiver
