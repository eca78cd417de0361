// What of a client's words about AUTH (RFC 4954) may be shown: the mechanism and nothing else. No
// credential reaches a journal, a log or an answer of the API. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace smtp {

// The line as it may be shown. In whatever begins like AUTH, only the verb and the name of a
// well-known mechanism stay; all else is "***".
[[nodiscard]] std::string masked(std::string_view line);

// A well-known mechanism in any case. Any other word may be a credential.
[[nodiscard]] bool is_mechanism(std::string_view word);

// The argument of AUTH as it may be shown: the mechanism if it is well known, else "***".
[[nodiscard]] std::string masked_argument(std::string_view argument);

}  // namespace smtp
