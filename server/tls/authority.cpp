#include "tls/authority.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "tls/certificate.hpp"
#include "tls/openssl.hpp"

namespace tls {

using base::Result;
using std::chrono::days;

namespace {

constexpr std::string_view kGood = "good";
constexpr std::string_view kWrongName = "wrong.name.invalid";

enum class Signer : std::uint8_t { authority, itself };

// What each name means; times are counted from the start of the program.
struct Kind {
  std::string_view name;
  Signer signer = Signer::authority;
  days from = days(-1);
  days until = days(396);   // clients may refuse more than 397 days in all
  std::string_view host{};  // instead of the server's names
  std::optional<Algorithm> only{};
};

// clang-format off
constexpr std::array kKinds{
    Kind{.name = kGood},
    Kind{.name = "self-signed", .signer = Signer::itself},
    Kind{.name = "expired", .from = days(-31), .until = days(-1)},
    // Far off, so that a server that runs for weeks does not grow into it.
    Kind{.name = "not-yet-valid", .from = days(3650), .until = days(3680)},
    Kind{.name = "wrong-name", .host = kWrongName},
    Kind{.name = "weak", .only = Algorithm::rsa_1024},
};
// clang-format on
static_assert(std::ranges::equal(kKinds, wire::kCertificates, {}, &Kind::name, [](const auto& row) {
  return row.name;
}));

const Kind* kind_named(std::string_view name) {
  const auto* const found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : found;
}

// Those of the certificates that a server shows in such a handshake.
std::vector<Algorithm> algorithms_for(const Kind& kind, const wire::Handshake& handshake) {
  std::vector<Algorithm> algorithms{kind.only.value_or(Algorithm::ec_p256)};
  // Old clients and old cipher suites may know RSA alone.
  if (!kind.only && is_lenient(handshake)) algorithms.push_back(Algorithm::rsa_2048);
  return algorithms;
}

}  // namespace

class Authority::Office {
 public:
  [[nodiscard]] Result<void> open(base::WallTime now, const OwnCertificate* own);
  [[nodiscard]] Result<ContextPtr> context(
      std::string_view host_name, const wire::Handshake& handshake
  );

  [[nodiscard]] const std::string& ca_pem() const { return ca_pem_; }

 private:
  using LeafName = std::tuple<std::string, std::string, Algorithm>;  // kind, host, key
  using ContextName =
      std::tuple<std::string, std::string, wire::TlsVersion, wire::TlsVersion, std::string, bool>;

  // Without mutex_ held: an RSA key takes long to find, and handshakes must not wait for it.
  [[nodiscard]] Result<void> find_keys(const std::vector<Algorithm>& algorithms);

  // With mutex_ held.
  [[nodiscard]] Result<std::vector<Identity>> identities(
      const Kind& kind, std::string_view host_name, const std::vector<Algorithm>& algorithms
  );
  [[nodiscard]] Result<Identity> leaf(
      const Kind& kind, std::string_view host_name, Algorithm algorithm
  );

  // Constant after open().
  base::WallTime now_{};
  Identity ca_{};
  std::string ca_pem_{};
  std::optional<Identity> own_{};

  // Guarded by mutex_.
  std::mutex mutex_{};
  std::map<Algorithm, Key> keys_{};
  std::map<LeafName, Identity> leaves_{};
  std::map<ContextName, ContextPtr> contexts_{};
};

Result<void> Authority::Office::open(base::WallTime now, const OwnCertificate* own) {
  // The machine's openssl.cnf may loosen or tighten what is to be the same everywhere.
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  ERR_clear_error();
  now_ = now;
  auto ca_key = make_key(Algorithm::ec_p256);
  if (!ca_key) return tl::unexpected(ca_key.error());
  ca_.key = *ca_key;
  const Contents contents{
      .role = Contents::Role::authority,
      .common_name = "failmx test authority",
      .from = now - days(400),
      .until = now + days(3650),
  };
  auto certificate = issue(contents, ca_.key, {.key = ca_.key});
  if (!certificate) return tl::unexpected(certificate.error());
  ca_.leaf = *certificate;
  ca_pem_ = to_pem(ca_.leaf);
  if (own == nullptr) return {};

  auto identity = read_identity(own->chain_pem, own->key_pem);
  if (!identity) return tl::unexpected(identity.error());
  own_ = std::move(*identity);
  // Told at the start, not to the first client: keys too small, certificates that cannot be used.
  if (auto usable = context("localhost", {}); !usable) return tl::unexpected(usable.error());
  return {};
}

Result<ContextPtr> Authority::Office::context(
    std::string_view host_name, const wire::Handshake& handshake
) {
  const Kind* const kind = kind_named(handshake.certificate);
  if (kind == nullptr) return base::failure("no such certificate '" + handshake.certificate + "'");
  ContextName name{
      host_name,
      handshake.certificate,
      handshake.least,
      handshake.most,
      handshake.ciphers,
      handshake.close_notify,
  };
  const bool own = own_ && kind->name == kGood;
  const auto algorithms = own ? std::vector<Algorithm>{} : algorithms_for(*kind, handshake);
  if (auto found = find_keys(algorithms); !found) return tl::unexpected(found.error());
  const std::lock_guard lock(mutex_);
  if (const auto found = contexts_.find(name); found != contexts_.end()) return found->second;

  auto shown =
      own ? Result<std::vector<Identity>>({*own_}) : identities(*kind, host_name, algorithms);
  if (!shown) return tl::unexpected(shown.error());
  auto context = make_context(handshake, *shown);
  if (!context) return context;
  if (contexts_.size() >= kKept) contexts_.clear();
  contexts_.emplace(std::move(name), *context);
  return context;
}

Result<void> Authority::Office::find_keys(const std::vector<Algorithm>& algorithms) {
  for (const Algorithm algorithm : algorithms) {
    {
      const std::lock_guard lock(mutex_);
      if (keys_.contains(algorithm)) continue;
    }
    auto made = make_key(algorithm);
    if (!made) return tl::unexpected(made.error());
    const std::lock_guard lock(mutex_);
    keys_.try_emplace(algorithm, std::move(*made));
  }
  return {};
}

Result<std::vector<Identity>> Authority::Office::identities(
    const Kind& kind, std::string_view host_name, const std::vector<Algorithm>& algorithms
) {
  std::vector<Identity> shown;
  for (const Algorithm algorithm : algorithms) {
    auto made = leaf(kind, host_name, algorithm);
    if (!made) return tl::unexpected(made.error());
    shown.push_back(std::move(*made));
  }
  return shown;
}

// The same certificate each time: clients may remember it.
Result<Identity> Authority::Office::leaf(
    const Kind& kind, std::string_view host_name, Algorithm algorithm
) {
  LeafName name{kind.name, host_name, algorithm};
  if (const auto found = leaves_.find(name); found != leaves_.end()) return found->second;

  const Key& own_key = keys_.at(algorithm);
  Contents contents{.from = now_ + kind.from, .until = now_ + kind.until};
  if (kind.host.empty()) {
    contents.common_name = host_name;
    contents.names = {std::string(host_name), "localhost", "127.0.0.1", "::1"};
  } else {
    contents.common_name = kind.host;
    contents.names = {std::string(kind.host)};
  }
  const Identity itself{.key = own_key};
  auto certificate = issue(contents, own_key, kind.signer == Signer::itself ? itself : ca_);
  if (!certificate) return tl::unexpected(certificate.error());
  Identity identity{.leaf = *certificate, .key = own_key};
  if (leaves_.size() >= kKept) leaves_.clear();
  leaves_.emplace(std::move(name), identity);
  return identity;
}

Authority::Authority(std::unique_ptr<Office> office) : office_(std::move(office)) {}

Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;
Authority::~Authority() = default;

Result<Authority> Authority::create(base::WallTime now) {
  auto office = std::make_unique<Office>();
  if (auto opened = office->open(now, nullptr); !opened) return tl::unexpected(opened.error());
  return Authority(std::move(office));
}

Result<Authority> Authority::create(base::WallTime now, const OwnCertificate& certificate) {
  auto office = std::make_unique<Office>();
  if (auto opened = office->open(now, &certificate); !opened) return tl::unexpected(opened.error());
  return Authority(std::move(office));
}

const std::string& Authority::ca_pem() const {
  return office_->ca_pem();
}

Result<ContextPtr> Authority::context(
    std::string_view host_name, const wire::Handshake& handshake
) {
  return office_->context(host_name, handshake);
}

}  // namespace tls
