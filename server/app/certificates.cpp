#include "app/certificates.hpp"

#include <chrono>
#include <string>
#include <utility>

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

}  // namespace app
