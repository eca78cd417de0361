// Fuzzes the PROXY header: whatever comes, the answer does not depend on how much more is there,
// and a header that is taken is exactly the line it was taken from.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "wire/proxy_header.hpp"

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto whole = wire::parse_proxy_header(input);
  bool refused = false;
  for (std::size_t n = 0; n <= size; ++n) {
    const auto part = wire::parse_proxy_header(input.substr(0, n));
    require(!refused || !part, "what was refused stays refused");
    refused = !part;
    if (part && *part) {
      require((*part)->octets == n, "it is complete with its last octet");
      require(n <= wire::kLongestProxyHeader, "it is no longer than allowed");
      require(input.substr(0, n).ends_with("\r\n"), "it ends with CRLF");
      require(whole && *whole && (*whole)->octets == n, "what follows changes nothing");
      require((*whole)->client == (*part)->client, "nor whom it names");
      return 0;
    }
  }
  require(!whole || !*whole, "no beginning of it was complete");
  return 0;
}
