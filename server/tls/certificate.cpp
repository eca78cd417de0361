#include "tls/certificate.hpp"

#include <algorithm>

#include "tls/openssl.hpp"
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "base/ip.hpp"

namespace tls {

namespace {

constexpr std::size_t kCommonName = 64;  // ub-common-name
constexpr std::size_t kHostName = 253;   // RFC 1035 2.3.4

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, FreedBy<ASN1_TIME_free>>;

Certificate owned(X509* certificate) {
  return {certificate, FreedBy<X509_free>{}};
}

bool set_serial(X509* certificate) {
  std::uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  // Positive and not 0 (RFC 5280 4.1.2.2).
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), (serial >> 1) | 1) == 1;
}

bool set_validity(X509* certificate, const Contents& contents) {
  const auto seconds = [](base::WallTime at) {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  };
  const TimePtr from(ASN1_TIME_set(nullptr, seconds(contents.from)));
  const TimePtr until(ASN1_TIME_set(nullptr, seconds(contents.until)));
  return from && until && X509_set1_notBefore(certificate, from.get()) == 1 &&
         X509_set1_notAfter(certificate, until.get()) == 1;
}

bool set_subject(X509* certificate, std::string_view common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto add = [name](const char* field, std::string_view value) {
    return X509_NAME_add_entry_by_txt(
               name,
               field,
               MBSTRING_UTF8,
               reinterpret_cast<const unsigned char*>(value.data()),
               static_cast<int>(value.size()),
               -1,
               0
           ) == 1;
  };
  if (!add("O", "failmx")) return false;
  return common_name.empty() || common_name.size() > kCommonName || add("CN", common_name);
}

// X509V3_EXT_conf_nid() reads a small language: only for values that are our own.
bool add_extension(X509* certificate, X509V3_CTX& context, int nid, const char* value) {
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

GENERAL_NAME* general_name(const std::string& name) {
  GENERAL_NAME* entry = GENERAL_NAME_new();
  if (entry == nullptr) return nullptr;
  if (const auto address = base::parse_ip(name)) {
    const std::size_t skip = address->is_v4() ? 12 : 0;
    ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(
        octets, address->bytes.data() + skip, static_cast<int>(address->bytes.size() - skip)
    );
    GENERAL_NAME_set0_value(entry, GEN_IPADD, octets);
  } else {
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
    GENERAL_NAME_set0_value(entry, GEN_DNS, text);
  }
  return entry;
}

// What a SAN can hold as a name: the receiver may be called anything.
bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kHostName &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
}

bool add_names(X509* certificate, const std::vector<std::string>& names) {
  const NamesPtr list(GENERAL_NAMES_new());
  if (!list) return false;
  for (const std::string& name : names) {
    if (!is_name(name)) continue;
    GENERAL_NAME* entry = general_name(name);
    if (entry == nullptr) return false;
    sk_GENERAL_NAME_push(list.get(), entry);
  }
  return sk_GENERAL_NAME_num(list.get()) == 0 ||
         X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, 0) == 1;
}

bool add_extensions(X509* certificate, X509* issuer, const Contents& contents) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const auto add = [&](int nid, const char* value) {
    return add_extension(certificate, context, nid, value);
  };
  if (!add(NID_subject_key_identifier, "hash")) return false;
  if (issuer != certificate && !add(NID_authority_key_identifier, "keyid:always")) return false;
  if (contents.role == Contents::Role::authority) {
    return add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           add(NID_key_usage, "critical,keyCertSign,cRLSign");
  }
  // Key encipherment: for the RSA key exchange that old cipher suites have.
  const bool rsa = EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)) == EVP_PKEY_RSA;
  const char* usage =
      rsa ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature";
  return add(NID_basic_constraints, "critical,CA:FALSE") && add(NID_key_usage, usage) &&
         add(NID_ext_key_usage, "serverAuth") && add_names(certificate, contents.names);
}

// OpenSSL's own callback would ask at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

BioPtr reader(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

base::Result<Key> make_key(Algorithm algorithm) {
  EVP_PKEY* key = nullptr;
  switch (algorithm) {
    case Algorithm::ec_p256: key = EVP_EC_gen("P-256"); break;
    case Algorithm::rsa_2048: key = EVP_RSA_gen(2048); break;
    case Algorithm::rsa_1024: key = EVP_RSA_gen(1024); break;
  }
  if (key == nullptr) return openssl_failure("make a key");
  return Key(key, FreedBy<EVP_PKEY_free>{});
}

base::Result<Certificate> issue(
    const Contents& contents, const Key& subject, const Identity& issuer
) {
  const Certificate made = owned(X509_new());
  X509* const certificate = made.get();
  X509* const signer = issuer.leaf ? issuer.leaf.get() : certificate;
  // The order matters: the key identifiers are made of what is set before them.
  const bool done = certificate != nullptr && X509_set_version(certificate, X509_VERSION_3) == 1 &&
                    set_serial(certificate) && set_validity(certificate, contents) &&
                    set_subject(certificate, contents.common_name) &&
                    X509_set_issuer_name(certificate, X509_get_subject_name(signer)) == 1 &&
                    X509_set_pubkey(certificate, subject.get()) == 1 &&
                    add_extensions(certificate, signer, contents) &&
                    X509_sign(certificate, issuer.key.get(), EVP_sha256()) > 0;
  if (!done) return openssl_failure("make a certificate for '" + contents.common_name + "'");
  return made;
}

std::string to_pem(const Certificate& certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate.get());
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

base::Result<Identity> read_identity(std::string_view chain_pem, std::string_view key_pem) {
  Identity identity;
  const BioPtr chain = reader(chain_pem);
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr)) {
    if (!identity.leaf) {
      identity.leaf = owned(next);
    } else {
      identity.chain.push_back(owned(next));
    }
  }
  if (!identity.leaf) {
    return openssl_failure("read the certificate", "PEM is wanted, the server's own first");
  }
  ERR_clear_error();  // the end of the text counts as an error

  const BioPtr bio = reader(key_pem);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr);
  if (key == nullptr) {
    return openssl_failure("read the private key", "PEM without a passphrase is wanted");
  }
  identity.key = Key(key, FreedBy<EVP_PKEY_free>{});
  if (X509_check_private_key(identity.leaf.get(), key) != 1) {
    return openssl_failure(
        "use the private key", "the first certificate of the chain must be the one of this key"
    );
  }
  return identity;
}

}  // namespace tls
