// Paths of MAIL and RCPT (RFC 5321 4.1.2, RFC 6531 3.3): "<@a,@b:user@c>", "<>", "<postmaster>",
// quoted local parts, address literals, and their length limits (4.5.3.1.1 to 4.5.3.1.3). Syntax
// only. Pure, any thread.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace smtp {

// A reverse-path may be "<>"; a forward-path may be "<postmaster>" without a domain (RFC
// 5321 4.5.1).
enum class PathKind : unsigned char { reverse, forward };

struct Path {
  std::string_view address;  // the mailbox without source route and brackets; a view into the text
  std::string_view rest;     // what follows the ">"
};

// `text` begins with the path. The error is what to tell the client.
[[nodiscard]] tl::expected<Path, std::string_view> parse_path(std::string_view text, PathKind kind);

// Every octet above 127 is part of a well-formed sequence (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace smtp
