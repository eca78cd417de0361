// The parameters that extensions add to MAIL and RCPT, as a table: whose they are, and which values
// they take. A parameter of an extension this server never offers stands here too, so that its use
// can be called by name. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "smtp/command.hpp"
#include "smtp/extensions.hpp"

namespace smtp {

struct ParameterFault {
  SyntaxError reply;
  std::string unoffered;  // the finding, if the fault is that an extension was not offered
};

// The first thing wrong with the parameters of MAIL or RCPT: unknown or not offered (555), a bad
// value (501).
[[nodiscard]] std::optional<ParameterFault> check_parameters(
    const Command& command, const Offered& offered
);

// The value of SIZE= (RFC 1870 3); 0 when it is absent.
[[nodiscard]] std::uint64_t declared_size(const Command& command);

// Whether MAIL or VRFY asks for SMTPUTF8 (RFC 6531 3.4, 3.7.4.2).
[[nodiscard]] bool asks_for_utf8(const Command& command);

}  // namespace smtp
