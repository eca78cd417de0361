// Actions about when and how octets move: delay, drip, slow_read, truncate, garbage.
#include <array>
#include <limits>

#include <fmt/format.h>

#include "document/read.hpp"
#include "document/table.hpp"
#include "scenario/actions.hpp"
#include "scenario/keys.hpp"

namespace scenario::actions_of {

namespace {

using document::Diagnostics;
using document::Kind;
using document::Node;

constexpr std::uint64_t kMostGarbage = 1024 * 1024;

// A number of octets that fits an operation.
std::optional<std::uint32_t> want_octets(
    const Node& node, std::string_view what, std::uint64_t lo, std::uint64_t hi, Diagnostics& sink
) {
  const auto octets = document::want_bytes(node, what, sink);
  if (!octets) return std::nullopt;
  if (*octets >= lo && *octets <= hi) return static_cast<std::uint32_t>(*octets);
  sink.error(
      node.place, fmt::format("'{}' must be {} to {} octets, not {}", what, lo, hi, *octets)
  );
  return std::nullopt;
}

std::optional<wire::Dist> want_positive(
    const Node& node, std::string_view what, Diagnostics& sink
) {
  const auto time = document::want_duration(node, what, sink);
  if (!time) return std::nullopt;
  if (*time > base::Duration{0}) return wire::Dist{*time, *time};
  sink.error(node.place, fmt::format("'{}' must be more than 0s", what));
  return std::nullopt;
}

void read_piece_bytes(const Node& value, Pieces& pieces, Diagnostics& sink) {
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
  if (const auto n = want_octets(value, "bytes", 1, kMost, sink)) pieces.bytes = *n;
}

void read_piece_every(const Node& value, Pieces& pieces, Diagnostics& sink) {
  if (const auto time = want_positive(value, "every", sink)) pieces.every = *time;
}

// clang-format off
constexpr std::array kPiecesKeys{
    document::Row<Pieces>{"bytes", "number of octets", R"({"$ref":"#/$defs/bytes"})", "how many at once", read_piece_bytes, document::Need::required},
    document::Row<Pieces>{"every", "duration", R"({"$ref":"#/$defs/duration"})", "how far apart", read_piece_every, document::Need::required},
};

// clang-format on

// {bytes = 1, every = "10ms"}
void read_pieces(const Node& value, std::string_view what, wire::Op::Kind kind, Build& build) {
  Pieces pieces;
  const auto errors = build.sink.errors();
  document::read_table(value, fmt::format("'{}'", what), pieces_keys(), {}, pieces, build.sink);
  if (build.sink.errors() > errors) return;
  build.add({.kind = kind, .n = pieces.bytes, .time = pieces.every});
}

}  // namespace

void delay(const Node& value, Build& build) {
  wire::Dist time;
  if (!value.is(Kind::list)) {
    const auto fixed = document::want_duration(value, "delay", build.sink);
    if (!fixed) return;
    time = {*fixed, *fixed};
  } else {
    if (value.items.size() != 2) {
      build.sink.error(value.place, "'delay' as a list must be [least, most]");
      return;
    }
    const auto lo = document::want_duration(value.items[0], "delay", build.sink);
    const auto hi = document::want_duration(value.items[1], "delay", build.sink);
    if (!lo || !hi) return;
    if (*lo > *hi) {
      build.sink.error(value.place, "'delay' has its longer duration first");
      return;
    }
    time = {*lo, *hi};
  }
  build.add({.kind = wire::Op::Kind::wait, .time = time});
}

void drip(const Node& value, Build& build) {
  if (value.is(Kind::table)) return read_pieces(value, "drip", wire::Op::Kind::pace, build);
  const auto gap = want_positive(value, "drip", build.sink);
  if (gap) build.add({.kind = wire::Op::Kind::pace, .n = 1, .time = *gap});
}

void slow_read(const Node& value, Build& build) {
  read_pieces(value, "slow_read", wire::Op::Kind::slow_read, build);
}

void truncate(const Node& value, Build& build) {
  constexpr auto kMost = std::numeric_limits<std::uint32_t>::max();
  build.cut = true;
  if (const auto n = want_octets(value, "truncate", 0, kMost, build.sink)) {
    build.add({.kind = wire::Op::Kind::cut, .n = *n});
  }
}

void garbage(const Node& value, Build& build) {
  if (const auto n = want_octets(value, "garbage", 1, kMostGarbage, build.sink)) {
    build.add({.kind = wire::Op::Kind::noise, .n = *n});
  }
}

}  // namespace scenario::actions_of

namespace scenario {

std::span<const document::Row<Pieces>> pieces_keys() {
  return actions_of::kPiecesKeys;
}

}  // namespace scenario
