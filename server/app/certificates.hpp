// The certificates that TLS begins with: made at the start, or the user's own. Reads and writes
// files. Main thread.
#pragma once

#include <memory>
#include <optional>
#include <ostream>

#include "tls/authority.hpp"

#include "app/cli.hpp"
#include "base/result.hpp"
#include "scenario/model.hpp"

namespace app {

// As the options say; nullopt: reported. The authority's own certificate is written where they ask
// for it.
[[nodiscard]] std::optional<tls::Authority> certificates_for(
    const Serving& options, std::ostream& err
);

// Makes what the handshakes of a scenario need, so that no client waits for it; the error says what
// cannot be had, such as a cipher that OpenSSL does not know.
[[nodiscard]] base::Result<void> prepare_handshakes(
    tls::Authority& authority, const scenario::Scenario& scenario
);

}  // namespace app
