// What a healthy server says (RFC 5321 4.2, 4.3.2): the replies a session proposes. Pure, any
// thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "smtp/chunk.hpp"
#include "smtp/command.hpp"
#include "smtp/extensions.hpp"
#include "smtp/profile.hpp"
#include "smtp/reply.hpp"

namespace smtp {

// A one-line reply, with the enhanced code only if the profile offers them (RFC 2034).
[[nodiscard]] Reply healthy_reply(
    const Profile& profile, std::uint16_t code, std::string_view enhanced, std::string_view text
);

[[nodiscard]] Reply greeting(const Profile& profile);

// The reply to EHLO and LHLO.
[[nodiscard]] Reply hello(const Profile& profile, const Offered& offered);

// The reply to HELP: the verbs that are served.
[[nodiscard]] Reply help(const Profile& profile, const Offered& offered);

// What a well-formed command that comes in its turn, without TLS and with all that is offered
// there, is answered if nothing else speaks against it.
[[nodiscard]] Reply healthy_answer(const Profile& profile, Verb verb);

// To a verb that is not served.
[[nodiscard]] Reply not_implemented(const Profile& profile, Verb verb);

// To STARTTLS.
[[nodiscard]] Reply ready_for_tls(const Profile& profile);

// During AUTH (RFC 4954 4). A challenge is the same for every profile.
[[nodiscard]] Reply auth_challenge(std::string_view base64);
[[nodiscard]] Reply logged_in(const Profile& profile);
[[nodiscard]] Reply bad_credentials(const Profile& profile);

// To a BDAT whose octets are in; nothing yet if the message is complete with them.
[[nodiscard]] Reply chunk_taken(const Profile& profile, const Chunk& chunk);

// At the end of data.
[[nodiscard]] Reply message_taken(const Profile& profile);
[[nodiscard]] Reply too_big(const Profile& profile);

}  // namespace smtp
