// The certificates that TLS begins with: made at the start, or the user's own. Reads and writes
// files. Main thread.
#pragma once

#include <memory>
#include <optional>
#include <ostream>

#include "tls/authority.hpp"

#include "app/cli.hpp"

namespace app {

// As the options say; nullopt: reported. The authority's own certificate is written where they ask
// for it.
[[nodiscard]] std::optional<tls::Authority> certificates_for(
    const Serving& options, std::ostream& err
);

}  // namespace app
