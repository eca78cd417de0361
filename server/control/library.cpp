// Scenarios by name: see the header.
#include "control/library.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace control {

namespace {

void describe(Library::Entry& entry, const scenario::Scenario& scenario) {
  entry.summary = scenario.summary;
  entry.from = scenario.source;
  entry.tags = scenario.tags;
}

}  // namespace

bool is_plain_name(std::string_view name) {
  constexpr std::string_view kAlso = "-_.";
  if (name.find_first_not_of('.') == std::string_view::npos) return false;
  return name.size() <= 64 && std::all_of(name.begin(), name.end(), [&](char c) {
           const char lower = base::ascii_lower(c);
           return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                  kAlso.find(c) != std::string_view::npos;
         });
}

Library::Library(std::vector<Entry> known) {
  for (Entry& entry : known) {
    const auto loaded = load(entry.source, std::nullopt);
    if (loaded.ok()) describe(entry, **loaded.value);
    std::string name = entry.name;
    known_.insert_or_assign(std::move(name), std::move(entry));
  }
}

base::Result<Source> Library::find(std::string_view name) const {
  constexpr std::size_t kMostNames = 100;
  if (const Entry* found = entry(name)) return found->source;
  std::vector<std::string_view> names;
  for (const Entry* one : all()) names.emplace_back(one->name);
  auto message = fmt::format("there is no scenario '{}'", base::printable(name, 100));
  if (const auto near = base::nearest(name, names)) {
    return base::failure(std::move(message), fmt::format("did you mean '{}'?", *near));
  }
  const bool cut = names.size() > kMostNames;
  if (cut) names.resize(kMostNames);
  return base::failure(
      std::move(message), fmt::format("there is: {}{}", fmt::join(names, ", "), cut ? ", ..." : "")
  );
}

const Library::Entry* Library::entry(std::string_view name) const {
  if (const auto own = put_.find(name); own != put_.end()) return &own->second;
  const auto found = known_.find(name);
  return found == known_.end() ? nullptr : &found->second;
}

std::vector<const Library::Entry*> Library::all() const {
  std::map<std::string_view, const Entry*> shown;
  for (const auto& [name, entry] : known_) shown[name] = &entry;
  for (const auto& [name, entry] : put_) shown[name] = &entry;
  std::vector<const Entry*> out;
  for (const auto& [name, entry] : shown) out.push_back(entry);
  return out;
}

std::optional<Library::Full> Library::put(
    std::string name, Source source, const scenario::Scenario& scenario
) {
  const auto present = put_.find(name);
  const bool is_new = present == put_.end();
  if (is_new && put_.size() >= kMostPut) return Full::scenarios;
  const std::size_t freed = is_new ? 0 : present->second.source.text.size();
  const std::size_t octets = octets_ - freed + source.text.size();
  if (octets > kMostPutOctets) return Full::octets;
  octets_ = octets;
  Entry entry{name, Origin::api, std::move(source)};
  describe(entry, scenario);
  put_.insert_or_assign(std::move(name), std::move(entry));
  return std::nullopt;
}

bool Library::remove(std::string_view name) {
  const auto present = put_.find(name);
  if (present == put_.end()) return false;
  octets_ -= present->second.source.text.size();
  put_.erase(present);
  return true;
}

std::string_view name_of(Library::Origin origin) {
  constexpr std::array kNames = {
      std::string_view{"shipped"}, std::string_view{"folder"}, std::string_view{"api"}};
  return kNames[static_cast<std::size_t>(origin)];
}

}  // namespace control
