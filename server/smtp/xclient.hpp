// The argument of XCLIENT: how a trusted client says on whose behalf it speaks ("NAME=mx.test
// ADDR=192.0.2.1"). Values are xtext. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace smtp {

// Who the client now claims to be.
struct ClaimedPeer {
  std::string address{};  // an IP address as text; empty: unchanged
  std::string ehlo{};
  std::string login{};
};

// The attributes that may be named, as EHLO lists them.
inline constexpr std::string_view kXclientAttributes =
    "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";

// The error is what to tell the client. Attributes that change nothing here are only checked.
[[nodiscard]] tl::expected<ClaimedPeer, std::string_view> parse_xclient(std::string_view argument);

}  // namespace smtp
