// From which stage on something is known: facts to match on, counter keys, placeholders of replies.
// Values only; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/stage.hpp"

namespace scenario {

// rset, noop, vrfy and quit may come at any time, so there only what a connection knows of itself
// is.
enum class Since : std::uint8_t { connect, ehlo, auth, mail, rcpt, message };

[[nodiscard]] bool known_at(Since since, base::Stage stage);

// "it is known at rcpt, data and message".
[[nodiscard]] std::string known_hint(Since since);

}  // namespace scenario
