#include "receiver/registry.hpp"

namespace receiver {

std::shared_ptr<Receiver> Registry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto at = receivers_.find(name);
  return at == receivers_.end() ? nullptr : at->second;
}

std::vector<std::shared_ptr<Receiver>> Registry::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Receiver>> found;
  found.reserve(receivers_.size());
  for (const auto& [name, receiver] : receivers_) found.push_back(receiver);
  return found;
}

bool Registry::add(std::shared_ptr<Receiver> receiver) {
  const std::lock_guard lock(mutex_);
  return receivers_.emplace(receiver->name(), receiver).second;
}

void Registry::remove(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto at = receivers_.find(name); at != receivers_.end()) receivers_.erase(at);
}

}  // namespace receiver
