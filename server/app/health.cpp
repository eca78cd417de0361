// A health check as one HTTP request: see the header.
#include "app/health.hpp"

#include <string>

#include <fmt/format.h>

#include "app/http_client.hpp"

namespace app {

base::Result<void> check_health(std::string_view url) {
  constexpr unsigned kOk = 200;
  const auto answer = ask({.url = std::string(url), .path = "/livez"});
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status != kOk) {
    return base::failure(fmt::format("{} answers {}", url, answer->status), "is this failmx?");
  }
  return {};
}

}  // namespace app
