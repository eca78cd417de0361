// Operations in the short form that the tests of this folder write plans in.
#pragma once

#include <string>
#include <utility>

#include "wire/plan.hpp"

namespace wire {

inline Op say(std::string text) {
  return {.kind = Op::Kind::say, .text = std::move(text)};
}

inline Op wait(base::Duration time) {
  return {.kind = Op::Kind::wait, .time = {time, time}};
}

inline Op op(Op::Kind kind, std::uint32_t n = 0, base::Duration time = base::Duration{0}) {
  return {.kind = kind, .n = n, .time = {time, time}};
}

}  // namespace wire
