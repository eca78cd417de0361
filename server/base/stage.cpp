// Stage names as scenario files write them. The table itself is in the header.
#include "base/stage.hpp"

namespace base {

std::optional<Stage> stage_named(std::string_view name) {
  for (std::size_t i = 0; i < kStageNames.size(); ++i) {
    if (kStageNames[i] == name) return static_cast<Stage>(i);
  }
  return std::nullopt;
}

}  // namespace base
