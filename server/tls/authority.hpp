// A certificate authority of its own, made at every start, with the server certificates that it
// issues on demand, good and faulty ones, and the contexts for handshakes with them. Knows no
// connection. Any thread: what is kept is guarded by a mutex.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tls/context.hpp"

#include "base/result.hpp"
#include "base/time.hpp"

namespace tls {

// A user's own certificate, which takes the place of "good" for every host name.
struct OwnCertificate {
  std::string chain_pem{};  // the server's certificate first, then what vouches for it
  std::string key_pem{};    // without a passphrase
};

class Authority {
 public:
  // How many certificates and contexts are kept; over that, all are forgotten and made again as
  // they are asked for. Connections under way keep theirs.
  static constexpr std::size_t kKept = 256;

  // `now` is what "expired" and the like count from; good certificates are valid for a year.
  [[nodiscard]] static base::Result<Authority> create(base::WallTime now);
  [[nodiscard]] static base::Result<Authority> create(
      base::WallTime now, const OwnCertificate& certificate
  );

  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;
  ~Authority();

  // The authority's certificate, for clients to trust. It does not vouch for a user's own.
  [[nodiscard]] const std::string& ca_pem() const;

  // What a Channel of a server called `host_name` needs; kept, so that the second time is cheap.
  // The first time may look for an RSA key (some tenths of a second, once per process and size):
  // ask when a scenario is put in force, not when its first client is there. An error means that
  // the handshake cannot be had, for every host name alike.
  [[nodiscard]] base::Result<ContextPtr> context(
      std::string_view host_name, const wire::Handshake& handshake
  );

 private:
  class Office;

  explicit Authority(std::unique_ptr<Office> office);

  std::unique_ptr<Office> office_;
};

}  // namespace tls
