// The certificates that TLS begins with: made at the start, or the user's own. Reads files. Main
// thread.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <vector>

#include "tls/authority.hpp"

#include "app/cli.hpp"
#include "base/result.hpp"
#include "scenario/model.hpp"

namespace app {

// As the options say; nullopt: reported.
[[nodiscard]] std::optional<tls::Authority> certificates_for(
    const Serving& options, std::ostream& err
);

// Makes what these handshakes need, so that no client waits for it; each error says what cannot be
// had, such as a cipher that OpenSSL does not know.
[[nodiscard]] std::vector<base::Error> prepare_handshakes(
    tls::Authority& authority,
    std::string_view host_name,
    const std::vector<wire::Handshake>& handshakes
);

// Those of a scenario.
[[nodiscard]] std::vector<base::Error> prepare_handshakes(
    tls::Authority& authority, const scenario::Scenario& scenario
);

}  // namespace app
