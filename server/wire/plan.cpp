// The names of the operations, and how a time is drawn.
#include "wire/plan.hpp"

namespace wire {

base::Duration Dist::at(std::uint64_t draw) const {
  if (hi <= lo) return lo;
  // Unsigned, so that no pair of bounds overflows. The bias of the remainder is below one in 10^6
  // up to three hours of span, and a scenario cannot see it.
  const auto span = static_cast<std::uint64_t>(hi.count()) - static_cast<std::uint64_t>(lo.count());
  const std::uint64_t step = span == UINT64_MAX ? draw : draw % (span + 1);
  return base::Duration(
      static_cast<base::Duration::rep>(static_cast<std::uint64_t>(lo.count()) + step)
  );
}

std::string_view name_of(Op::Kind kind) {
  switch (kind) {
    case Op::Kind::say: return "say";
    case Op::Kind::noise: return "noise";
    case Op::Kind::wait: return "wait";
    case Op::Kind::await: return "await";
    case Op::Kind::pace: return "pace";
    case Op::Kind::cut: return "cut";
    case Op::Kind::slow_read: return "slow_read";
    case Op::Kind::stall: return "stall";
    case Op::Kind::half_close: return "half_close";
    case Op::Kind::close: return "close";
    case Op::Kind::reset: return "reset";
  }
  return "?";
}

}  // namespace wire
