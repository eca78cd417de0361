// What a healthy server says (RFC 5321 4.2, 4.3.2): the replies a session proposes. Pure, any
// thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "smtp/command.hpp"
#include "smtp/profile.hpp"
#include "smtp/reply.hpp"

namespace smtp {

// A one-line reply, with the enhanced code only if the profile offers them (RFC 2034).
[[nodiscard]] Reply healthy_reply(
    const Profile& profile, std::uint16_t code, std::string_view enhanced, std::string_view text
);

[[nodiscard]] Reply greeting(const Profile& profile);

// What a well-formed command that comes in its turn is answered, if nothing else speaks against it.
[[nodiscard]] Reply healthy_answer(const Profile& profile, Verb verb);

// At the end of data.
[[nodiscard]] Reply message_taken(const Profile& profile);
[[nodiscard]] Reply too_big(const Profile& profile);

}  // namespace smtp
