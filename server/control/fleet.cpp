// Wishes for receivers: see the header. Domains and ports come first, since only they can fail once
// the scenario is loaded.
#include "control/fleet.hpp"

#include <utility>

#include <fmt/format.h>

namespace control {

namespace {

Refusal taken(const receiver::Directory::Conflict& conflict) {
  return {
      Refusal::Why::domain,
      {fmt::format("the receiver '{}' has the domain '{}'", conflict.owner, conflict.domain),
       "a domain has one owner: choose another, or take it away there first"},
      conflict.at};
}

}  // namespace

tl::expected<void, Refusal> Fleet::put(const Wish& wish, base::TimePoint now) {
  if (is_leaving(wish.name)) {
    base::Error leaving{
        fmt::format("the receiver '{}' is being deleted", wish.name),
        "try again when its DELETE has been answered"};
    return tl::unexpected(Refusal{Refusal::Why::leaving, std::move(leaving)});
  }
  auto receiver = registry_.find(wish.name);
  const bool is_new = receiver == nullptr;
  if (is_new) {
    if (registry_.all().size() >= kMostReceivers) {
      base::Error full{
          fmt::format("there are {} receivers already", kMostReceivers), "delete one of them"};
      return tl::unexpected(Refusal{Refusal::Why::limit, std::move(full)});
    }
    receiver =
        std::make_shared<receiver::Receiver>(wish.name, wish.scenario, journal_, run_start_, now);
  }
  if (auto refusal = place(receiver, wish, is_new)) {
    if (is_new) receiver->retire();
    return tl::unexpected(std::move(*refusal));
  }
  InForce wished{wish.source, wish.seed};
  const auto present = in_force_.find(wish.name);
  if (is_new) {
    registry_.add(receiver);
  } else if (present == in_force_.end() || present->second != wished) {
    receiver->use(wish.scenario, now);
  }
  in_force_.insert_or_assign(wish.name, std::move(wished));
  return {};
}

// Gives the receiver the domains and ports that are wished, or leaves both as they were.
std::optional<Refusal> Fleet::place(const ReceiverPtr& receiver, const Wish& wish, bool is_new) {
  const auto before = directory_.domains_of(wish.name);
  if (wish.domains) {
    if (const auto conflict = directory_.set(receiver, *wish.domains)) return taken(*conflict);
  }
  if (!is_new && !wish.listeners) return std::nullopt;
  auto listeners = wish.listeners.value_or(std::vector<Wished>{});
  const bool reached_by_domain = wish.domains && !wish.domains->empty();
  if (!wish.listeners && !reached_by_domain) {
    listeners.push_back({"127.0.0.1:0", {.shared = wish.name == kDefaultReceiver}});
  }
  auto listening = ports_.listen(receiver, listeners);
  if (listening) return std::nullopt;
  if (wish.domains) directory_.set(receiver, before);
  return Refusal{Refusal::Why::listener, std::move(listening.error())};
}

void Fleet::begin_removal(const receiver::Receiver& receiver) {
  leaving_.insert(receiver.name());
  directory_.remove(receiver.name());
  ports_.close(receiver.name());
}

void Fleet::finish_removal(receiver::Receiver& receiver) {
  receiver.retire();
  registry_.remove(receiver.name());
  in_force_.erase(receiver.name());
  leaving_.erase(receiver.name());
}

}  // namespace control
