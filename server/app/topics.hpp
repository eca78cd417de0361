// `failmx help TOPIC`: reference texts, printed from the tables the program itself reads, so that
// they cannot say what it does not do. Pure, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace app {

struct Topic {
  std::string_view name;
  std::string_view doc;  // one sentence without a full stop
  std::string (*text)();
};

[[nodiscard]] std::span<const Topic> topics();

// The text of a topic, or of a command's --help; without a topic the list of topics. An unknown one
// is an error that names the nearest.
[[nodiscard]] base::Result<std::string> explain(std::string_view topic);

}  // namespace app
