// Shipped policies: see the header.
#include "app/policies.hpp"

#include <utility>

#include "document/parse.hpp"

namespace app {

verify::Policy policy_of(const shipped::File& file) {
  document::Diagnostics sink(file.name);
  const auto root = document::parse_toml(file.text, sink);
  auto policy = root ? verify::read_policy(*root, file.name, sink) : std::nullopt;
  return policy ? std::move(*policy) : verify::Policy{};
}

}  // namespace app
