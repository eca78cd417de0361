// The extensions of SMTP as a table: EHLO keyword and argument, and who offers it. One that this
// server never offers stands here too, so that its use can be called by name. Any thread.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smtp/profile.hpp"

namespace smtp {

// Which rows of the table a client has been offered; none before EHLO and after HELO.
using Offered = std::bitset<16>;

// How the octets travel, which decides on the offers of STARTTLS and AUTH.
enum class Transport : std::uint8_t { clear, tls };

[[nodiscard]] Offered offered_by(const Profile& profile, Transport transport);

[[nodiscard]] bool offers(const Offered& offered, std::string_view keyword);

// Takes an offer back; an unknown keyword is none.
void withdraw(Offered& offered, std::string_view keyword);

// The lines of the EHLO reply behind the first: "PIPELINING", "SIZE 10485760" ...
[[nodiscard]] std::vector<std::string> ehlo_lines(const Profile& profile, const Offered& offered);

}  // namespace smtp
