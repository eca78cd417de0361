// Actions that step out of the protocol: text, await_input.
#include <fmt/format.h>

#include "document/read.hpp"
#include "scenario/actions.hpp"

namespace scenario::actions_of {

namespace {

constexpr std::size_t kMostText = std::size_t{64} * 1024;

}  // namespace

void text(const document::Node& value, Build& build) {
  build.said = true;
  auto octets = document::want_string(value, "text", build.sink);
  if (!octets) return;
  if (octets->empty() || octets->size() > kMostText) {
    build.sink.error(
        value.place, fmt::format("'text' must be 1 to {} octets, not {}", kMostText, octets->size())
    );
    return;
  }
  build.add({.kind = wire::Op::Kind::say, .text = std::move(*octets)});
}

void await_input(const document::Node& value, Build& build) {
  if (want_true(value, "await_input", build)) build.add({.kind = wire::Op::Kind::await});
}

}  // namespace scenario::actions_of
