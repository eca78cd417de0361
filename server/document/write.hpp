// A tree back to text. Pure, any thread.
#pragma once

#include <string>

#include "document/node.hpp"

namespace document {

// JSON on one line, members in their order. Dates become null: JSON has none.
[[nodiscard]] std::string to_json(const Node& node);

}  // namespace document
