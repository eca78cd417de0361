#include "journal/event.hpp"

#include <algorithm>
#include <array>

namespace journal {

namespace {

// In the order of the enumerators.
constexpr std::array kKindNames = {
    std::string_view{"run"},       std::string_view{"receiver"}, std::string_view{"phase"},
    std::string_view{"connected"}, std::string_view{"tls"},      std::string_view{"login"},
    std::string_view{"refused"},   std::string_view{"command"},  std::string_view{"message"},
    std::string_view{"reply"},     std::string_view{"sent"},     std::string_view{"reply-cut"},
    std::string_view{"stored"},    std::string_view{"fired"},    std::string_view{"finding"},
    std::string_view{"note"},      std::string_view{"ended"},    std::string_view{"advanced"},
    std::string_view{"offered"},   std::string_view{"rule"},     std::string_view{"recount"},
    std::string_view{"reset"},     std::string_view{"passed"},   std::string_view{"observed"},
    std::string_view{"dropped"},
};
static_assert(kKindNames.size() == static_cast<std::size_t>(Kind::dropped) + 1);

constexpr std::array kEndingNames = {
    std::string_view{"none"},
    std::string_view{"quit"},
    std::string_view{"client_left"},
    std::string_view{"client_reset"},
    std::string_view{"closed"},
    std::string_view{"reset"},
    std::string_view{"renamed"},
    std::string_view{"timeout"},
    std::string_view{"drained"},
};
static_assert(kEndingNames.size() == static_cast<std::size_t>(Ending::drained) + 1);

template <typename Value, std::size_t n>
std::optional<Value> named(const std::array<std::string_view, n>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Value>(found - names.begin());
}

// What a string keeps outside itself: short ones live inside the object.
std::size_t outside(const std::string& text) {
  static const std::size_t inside = std::string().capacity();
  return text.capacity() > inside ? text.capacity() + 1 : 0;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::size_t outside(const Pairs& pairs) {
  std::size_t sum = pairs.capacity() * sizeof(Pairs::value_type);
  for (const auto& [name, value] : pairs) sum += outside(name) + outside(value);
  return sum;
}

}  // namespace

std::string_view name_of(Kind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

std::optional<Kind> kind_named(std::string_view name) {
  return named<Kind>(kKindNames, name);
}

std::string_view name_of(Ending ending) {
  return kEndingNames[static_cast<std::size_t>(ending)];
}

std::optional<Ending> ending_named(std::string_view name) {
  return named<Ending>(kEndingNames, name);
}

std::size_t footprint(const Event& event) {
  // 32: the reference counts beside the event and the pointer to it.
  std::size_t sum = sizeof(Event) + 32 + outside(event.enhanced) + outside(event.subject) +
                    outside(event.text) + outside(event.parameters);
  if (event.message) {
    const MessageFacts& facts = *event.message;
    sum += sizeof(MessageFacts) + outside(facts.message_id) + outside(facts.body_hash) +
           outside(facts.key_fields);
  }
  if (event.trace) sum += event.trace->footprint();
  if (event.setup) {
    sum += sizeof(Setup) + outside(event.setup->scenario) + outside(event.setup->expect);
    for (const std::string& part : event.setup->delivery_key)
      sum += sizeof(std::string) + outside(part);
  }
  return sum;
}

}  // namespace journal
