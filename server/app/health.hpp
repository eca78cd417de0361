// `failmx health`: asks a running program whether it is alive, for a container's health check.
// Blocks, for a few seconds at most. Main thread.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace app {

// Fetches `url` + "/livez" ("http://127.0.0.1:8025"; the "http://" may be missing); the error says
// why it is not alive.
[[nodiscard]] base::Result<void> check_health(std::string_view url);

}  // namespace app
