// One request to the control API of another failmx, over HTTP/1.1 (RFC 9112). Blocks until the
// answer is there or the time is over. No TLS. Main thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace app {

struct HttpRequest {
  std::string url{};   // of the control API: "http://127.0.0.1:8025"; the "http://" may be missing
  std::string path{};  // "/livez"
  std::string body{};  // JSON; empty: GET, else POST
  std::string accept{};
  std::string token{};  // empty: none
  base::Duration within = std::chrono::seconds(5);
  base::Duration asked{
      0};  // what a message names instead of `within`, which may be its rest; 0: no
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body{};
};

// That it is one which ask() understands.
[[nodiscard]] base::Result<void> check_url(std::string_view url);

// An error when there was no answer at all.
[[nodiscard]] base::Result<HttpAnswer> ask(const HttpRequest& request);

}  // namespace app
