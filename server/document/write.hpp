// A tree back to text. Pure, any thread.
#pragma once

#include <string>

#include <boost/json/value.hpp>

#include "document/node.hpp"

namespace document {

// JSON on one line, members in their order. Dates become null: JSON has none.
[[nodiscard]] std::string to_json(const Node& node);

// The same of a value, with numbers as people write them: 0.5817, where Boost.JSON has 5.817E-1.
[[nodiscard]] std::string to_json(const boost::json::value& value);

}  // namespace document
