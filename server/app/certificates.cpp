#include "app/certificates.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "app/catalogue.hpp"
#include "app/console.hpp"

namespace app {

namespace {

base::Result<tls::Authority> authority_of(const Serving& options) {
  const auto now = std::chrono::floor<base::WallTime::duration>(std::chrono::system_clock::now());
  if (options.tls_certificate.empty() && options.tls_key.empty()) {
    return tls::Authority::create(now);
  }
  if (options.tls_certificate.empty() || options.tls_key.empty()) {
    return base::failure(
        "a certificate and its key go together", "give both --tls-certificate and --tls-key"
    );
  }
  auto chain = read_file(options.tls_certificate);
  if (!chain) return tl::unexpected(std::move(chain.error()));
  auto key = read_file(options.tls_key);
  if (!key) return tl::unexpected(std::move(key.error()));
  return tls::Authority::create(now, {.chain_pem = std::move(*chain), .key_pem = std::move(*key)});
}

}  // namespace

std::optional<tls::Authority> certificates_for(const Serving& options, std::ostream& err) {
  auto authority = authority_of(options);
  if (!authority) {
    complain(authority.error(), err);
    return std::nullopt;
  }
  if (!options.tls_ca.empty()) {
    if (const auto written = write_whole(options.tls_ca, authority->ca_pem()); !written) {
      complain(written.error(), err);
      return std::nullopt;
    }
  }
  return std::move(*authority);
}

base::Result<void> prepare_handshakes(
    tls::Authority& authority, const scenario::Scenario& scenario
) {
  const auto prepare = [&](const wire::Handshake& handshake) -> base::Result<void> {
    const auto context = authority.context(scenario.profile.hostname, handshake);
    if (context) return {};
    const auto& error = context.error();
    return base::failure(
        fmt::format("the TLS of scenario '{}' cannot be had: {}", scenario.name, error.message),
        error.hint
    );
  };
  if (auto prepared = prepare(scenario.handshake); !prepared) return prepared;
  for (const auto& rule : scenario.rules) {
    for (const auto& step : rule.steps) {
      if (step.kind != scenario::Step::Kind::handshake) continue;
      if (auto prepared = prepare(step.handshake); !prepared) return prepared;
    }
  }
  return {};
}

}  // namespace app
