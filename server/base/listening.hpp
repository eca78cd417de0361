// Why an address cannot be listened on, and what to do about it: in the same words whoever finds it
// out, before the start or while it runs. Asks the system what it takes. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace base {

// `address` as it was asked for, with its port; `why`: the error number of socket() or bind().
[[nodiscard]] Error cannot_listen(std::string_view address, std::uint16_t port, int why);

}  // namespace base
