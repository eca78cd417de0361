// Actions that end a connection, or its use: close, half_close, reset, stall.
#include "scenario/actions.hpp"

namespace scenario::actions_of {

namespace {

using document::Node;

void end(const Node& value, std::string_view what, wire::Op::Kind kind, Build& build) {
  build.ending = &value;
  if (want_true(value, what, build)) build.add({.kind = kind});
}

}  // namespace

void close(const Node& value, Build& build) {
  if (!value.is(document::Kind::boolean) || value.boolean) {
    return end(value, "close", wire::Op::Kind::close, build);
  }
  build.stays_open = true;
  build.rule.close_after_421 = false;
}

void half_close(const Node& value, Build& build) {
  end(value, "half_close", wire::Op::Kind::half_close, build);
}

void reset(const Node& value, Build& build) {
  end(value, "reset", wire::Op::Kind::reset, build);
}

void stall(const Node& value, Build& build) {
  end(value, "stall", wire::Op::Kind::stall, build);
}

}  // namespace scenario::actions_of
