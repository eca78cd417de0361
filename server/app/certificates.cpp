#include "app/certificates.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "app/catalogue.hpp"
#include "app/console.hpp"
#include "scenario/handshakes.hpp"

namespace app {

namespace {

tl::unexpected<base::Error> named(std::string_view option, const base::Error& error) {
  return base::failure(fmt::format("{}: {}", option, error.message), error.hint);
}

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
  if (!chain) return named("--tls-certificate", chain.error());
  auto key = read_file(options.tls_key);
  if (!key) return named("--tls-key", key.error());
  auto made =
      tls::Authority::create(now, {.chain_pem = std::move(*chain), .key_pem = std::move(*key)});
  if (made) return made;
  const auto files = fmt::format("'{}' and '{}'", options.tls_certificate, options.tls_key);
  return base::failure(fmt::format("{}: {}", files, made.error().message), made.error().hint);
}

}  // namespace

std::optional<tls::Authority> certificates_for(const Serving& options, std::ostream& err) {
  auto authority = authority_of(options);
  if (!authority) {
    complain(authority.error(), err);
    return std::nullopt;
  }
  return std::move(*authority);
}

std::vector<base::Error> prepare_handshakes(
    tls::Authority& authority,
    std::string_view host_name,
    const std::vector<wire::Handshake>& handshakes
) {
  std::vector<base::Error> errors;
  for (const auto& handshake : handshakes) {
    const auto context = authority.context(host_name, handshake);
    if (context) continue;
    const auto& error = context.error();
    base::Error told{fmt::format("this TLS cannot be had: {}", error.message), error.hint};
    // Many rules may show what is wrong with [server].
    if (std::find(errors.begin(), errors.end(), told) == errors.end()) {
      errors.push_back(std::move(told));
    }
  }
  return errors;
}

std::vector<base::Error> prepare_handshakes(
    tls::Authority& authority, const scenario::Scenario& scenario
) {
  auto errors =
      prepare_handshakes(authority, scenario.profile.hostname, scenario::handshakes_of(scenario));
  for (auto& error : errors) {
    error.message = fmt::format("scenario '{}': {}", scenario.name, error.message);
  }
  return errors;
}

}  // namespace app
