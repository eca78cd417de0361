// The extensions of SMTP as tables: EHLO keyword and argument, and the parameters each adds to MAIL
// and RCPT. An extension this server never offers stands here too, so that its use can be called by
// name. Any thread.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtp/command.hpp"
#include "smtp/profile.hpp"

namespace smtp {

// Which rows of the table a client has been offered; none before EHLO and after HELO.
using Offered = std::bitset<16>;

[[nodiscard]] Offered offered_by(const Profile& profile);

[[nodiscard]] bool offers(const Offered& offered, std::string_view keyword);

// The lines of the EHLO reply behind the first: "PIPELINING", "SIZE 10485760" ...
[[nodiscard]] std::vector<std::string> ehlo_lines(const Profile& profile);

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

}  // namespace smtp
