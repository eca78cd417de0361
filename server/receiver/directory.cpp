#include "receiver/directory.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace receiver {

namespace {

constexpr std::string_view kAnyBelow = "*.";

bool may_stand_in_domain(char c) {
  const auto octet = static_cast<unsigned char>(c);
  const char low = base::ascii_lower(c);
  const bool plain = (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9');
  return plain || c == '-' || c == '.' || c == '_' || octet > 127;
}

// Patterns of one receiver are told by its name: a receiver that was made anew is the same owner.
bool owned_by(const std::shared_ptr<Receiver>& owner, std::string_view receiver) {
  return owner->name() == receiver;
}

}  // namespace

std::optional<base::Error> check_domain(std::string_view pattern) {
  static constexpr std::string_view kForms =
      "write a domain as \"a.test\", or \"*.a.test\" for all below it";
  const auto shown = base::printable(pattern, 100);
  if (pattern.size() > kLongestDomain) {
    return base::Error{
        fmt::format("the domain \"{}\" is longer than {} octets", shown, kLongestDomain),
        std::string(kForms)};
  }
  auto domain = pattern;
  if (domain.starts_with(kAnyBelow)) domain.remove_prefix(kAnyBelow.size());
  if (domain.empty()) {
    return base::Error{fmt::format("\"{}\" names no domain", shown), std::string(kForms)};
  }
  const bool empty_label =
      domain.front() == '.' || domain.back() == '.' || domain.find("..") != std::string_view::npos;
  if (empty_label || !std::all_of(domain.begin(), domain.end(), may_stand_in_domain)) {
    return base::Error{fmt::format("\"{}\" is not a domain", shown), std::string(kForms)};
  }
  return std::nullopt;
}

std::shared_ptr<Receiver> Directory::Map::owner_of(std::string_view domain) const {
  if (owners_.empty()) return nullptr;
  const auto folded = base::to_lower(domain);
  if (const auto exact = owners_.find(folded); exact != owners_.end()) return exact->second;
  // Longer than any pattern that could match: its many labels need not be tried.
  if (folded.size() > kLongestDomain) return nullptr;
  // The longest suffix stands behind the first dot.
  for (auto dot = folded.find('.'); dot != std::string::npos; dot = folded.find('.', dot + 1)) {
    if (dot == 0) continue;
    const auto wide = owners_.find("*" + folded.substr(dot));
    if (wide != owners_.end()) return wide->second;
  }
  return nullptr;
}

std::optional<Directory::Conflict> Directory::add_to(
    Map& map, std::string_view domain, std::size_t at, const std::shared_ptr<Receiver>& receiver
) const {
  auto folded = base::to_lower(domain);
  const auto [owned, fresh] = map.owners_.try_emplace(std::move(folded), receiver);
  if (fresh || owned_by(owned->second, receiver->name())) return std::nullopt;
  return Conflict{.at = at, .domain = owned->first, .owner = owned->second->name()};
}

std::optional<Directory::Conflict> Directory::add(
    std::string_view domain, const std::shared_ptr<Receiver>& receiver
) {
  const std::lock_guard lock(mutex_);
  auto map = std::make_shared<Map>(*map_);
  if (auto conflict = add_to(*map, domain, 0, receiver)) return conflict;
  map_ = std::move(map);
  return std::nullopt;
}

std::optional<Directory::Conflict> Directory::set(
    const std::shared_ptr<Receiver>& receiver, const std::vector<std::string>& domains
) {
  const std::lock_guard lock(mutex_);
  auto map = std::make_shared<Map>(*map_);
  std::erase_if(map->owners_, [&](const auto& owned) {
    return owned_by(owned.second, receiver->name());
  });
  for (std::size_t at = 0; at < domains.size(); ++at) {
    if (auto conflict = add_to(*map, domains[at], at, receiver)) return conflict;
  }
  map_ = std::move(map);
  return std::nullopt;
}

void Directory::remove(std::string_view receiver) {
  const std::lock_guard lock(mutex_);
  auto map = std::make_shared<Map>(*map_);
  std::erase_if(map->owners_, [&](const auto& owned) { return owned_by(owned.second, receiver); });
  map_ = std::move(map);
}

std::vector<std::string> Directory::domains_of(std::string_view receiver) const {
  const auto map = snapshot();
  std::vector<std::string> domains;
  for (const auto& [domain, owner] : map->owners_) {
    if (owned_by(owner, receiver)) domains.push_back(domain);
  }
  return domains;
}

Directory::MapPtr Directory::snapshot() const {
  const std::lock_guard lock(mutex_);
  return map_;
}

}  // namespace receiver
