// A received message as far as it is kept. A value, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

// What arrived between 354 and the end of data, after dot-unstuffing.
struct Message {
  std::uint64_t size = 0;  // octets
  // "xxh3:" + 32 hex digits: XXH3-128 of the octets after the first empty line (of all if there is
  // none).
  std::string body_hash{};
  std::string message_id{};  // without angle brackets; empty when absent
  std::string headers{};   // the header section without its empty line, at most kMaxHeaders octets
  std::string content{};   // captured octets (see Session::capture), else empty
  bool over_size = false;  // longer than SIZE allows; the normal reply is then 552 5.3.4
  static constexpr std::size_t kMaxHeaders = 64 * 1024;

  // The unfolded values of a header field, by name without case; at most 100.
  [[nodiscard]] std::vector<std::string> header(std::string_view name) const;
};

}  // namespace smtp
