// [server.auth] and [server.tls]: who may log in, how handshakes go. No message quotes a password.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "scenario/keys.hpp"

namespace scenario {

namespace {

using document::Diagnostics;
using document::Node;
using document::Row;

// RFC 4616 2: neither is empty, neither has a NUL.
constexpr std::size_t kLongestCredential = 255;
constexpr std::size_t kLongestCipherList = 4096;

bool is_credential(std::string_view text) {
  return !text.empty() && text.size() <= kLongestCredential &&
         text.find('\0') == std::string_view::npos;
}

void read_users(const Node& value, smtp::Authentication& auth, Diagnostics& sink) {
  if (document::want_table(value, "users", sink) == nullptr) return;
  auth.users.emplace();
  for (const auto& member : value.members) {
    const auto name = base::printable(member.key, 80);
    const auto what = fmt::format("users.{}", name);
    const auto password = document::want_string(member.value, what, sink);
    if (!is_credential(member.key)) {
      sink.error(member.place, fmt::format("'{}' is no user name of 1 to 255 octets", name));
    }
    if (password && !is_credential(*password)) {
      sink.error(member.value.place, fmt::format("'{}' must be 1 to 255 octets without NUL", what));
    }
    if (password) auth.users->emplace_back(member.key, *password);
  }
}

void read_auth_required(const Node& value, smtp::Authentication& auth, Diagnostics& sink) {
  auth.required = document::want_bool(value, "required", sink).value_or(false);
}

void read_needs_tls(const Node& value, smtp::Authentication& auth, Diagnostics& sink) {
  auth.needs_tls = document::want_bool(value, "needs_tls", sink).value_or(false);
}

void read_certificate(const Node& value, TlsDraft& draft, Diagnostics& sink) {
  std::array<std::string_view, wire::kCertificates.size()> names;
  std::transform(
      wire::kCertificates.begin(),
      wire::kCertificates.end(),
      names.begin(),
      [](const auto& row) { return row.name; }
  );
  const auto index = document::want_word(value, "certificate", names, sink);
  if (index) draft.handshake.certificate = names[*index];
}

void read_version(
    const Node& value, std::string_view what, wire::TlsVersion& version, Diagnostics& sink
) {
  const auto index = document::want_word(value, what, wire::kTlsVersions, sink);
  if (index) version = wire::tls_version_named(wire::kTlsVersions[*index]).value();
}

void read_min_version(const Node& value, TlsDraft& draft, Diagnostics& sink) {
  read_version(value, "min_version", draft.handshake.least, sink);
}

void read_max_version(const Node& value, TlsDraft& draft, Diagnostics& sink) {
  read_version(value, "max_version", draft.handshake.most, sink);
}

void read_ciphers(const Node& value, TlsDraft& draft, Diagnostics& sink) {
  auto list = document::want_string(value, "ciphers", sink);
  if (!list) return;
  if (list->empty() || list->size() > kLongestCipherList) {
    sink.error(value.place, fmt::format("'ciphers' must be 1 to {} octets", kLongestCipherList));
  }
  draft.handshake.ciphers = std::move(*list);
}

void read_close_notify(const Node& value, TlsDraft& draft, Diagnostics& sink) {
  draft.handshake.close_notify = document::want_bool(value, "close_notify", sink).value_or(true);
}

void read_tls_required(const Node& value, TlsDraft& draft, Diagnostics& sink) {
  draft.required = document::want_bool(value, "required", sink).value_or(false);
}

constexpr std::string_view kBool = R"({"type":"boolean"})";
constexpr std::string_view kVersion = R"({"$ref":"#/$defs/tls_version"})";

// clang-format off
constexpr std::array kAuthKeys{
    Row<smtp::Authentication>{"users", "{NAME = password}", R"({"type":"object","additionalProperties":{"type":"string"}})", "who may log in; default anybody with any password", read_users},
    Row<smtp::Authentication>{"required", "true or false", kBool, "MAIL without it is told 530 5.7.0; default false", read_auth_required},
    Row<smtp::Authentication>{"needs_tls", "true or false", kBool, "offered over TLS only, in clear AUTH is told 538 5.7.11; default false", read_needs_tls},
};

constexpr std::array kServerTlsKeys{
    Row<TlsDraft>{"certificate", "certificate", R"({"$ref":"#/$defs/certificate"})", "which certificate is shown; default good", read_certificate},
    Row<TlsDraft>{"min_version", "TLSv1.0 to TLSv1.3", kVersion, "the oldest version that is spoken; default TLSv1.2", read_min_version},
    Row<TlsDraft>{"max_version", "TLSv1.0 to TLSv1.3", kVersion, "the newest version that is spoken; default TLSv1.3", read_max_version},
    Row<TlsDraft>{"ciphers", "string", R"({"type":"string"})", "an OpenSSL cipher list, for TLS 1.2 and older", read_ciphers},
    Row<TlsDraft>{"close_notify", "true or false", kBool, "false ends connections without a close_notify (RFC 8446 6.1); default true", read_close_notify},
    Row<TlsDraft>{"required", "true or false", kBool, "offers STARTTLS, and tells all but EHLO, HELO, NOOP, RSET and QUIT 530 5.7.0 before it; default false", read_tls_required},
};
// clang-format on

// `required`, the last row, is no part of a handshake.
constexpr std::size_t kHandshakeKeys = kServerTlsKeys.size() - 1;

// A bound that was not written is the default one.
void check_versions(const Node& node, const wire::Handshake& handshake, Diagnostics& sink) {
  const auto most = handshake.most;
  const auto least = handshake.least == wire::TlsVersion::any && most >= wire::TlsVersion::tls1_2
                         ? wire::TlsVersion::tls1_2
                         : handshake.least;
  if (most != wire::TlsVersion::any && least > most) {
    sink.error(
        node.place,
        fmt::format("min_version {} is newer than max_version {}", name_of(least), name_of(most))
    );
  }
  if (!handshake.ciphers.empty() && least == wire::TlsVersion::tls1_3) {
    sink.warning(
        node.place,
        "'ciphers' changes nothing: only TLSv1.3 is spoken",
        "it is for TLSv1.2 and older"
    );
  }
}

}  // namespace

std::span<const Row<smtp::Authentication>> auth_keys() {
  return kAuthKeys;
}

std::span<const Row<TlsDraft>> server_tls_keys() {
  return kServerTlsKeys;
}

std::span<const Row<TlsDraft>> tls_keys() {
  return std::span(kServerTlsKeys).first(kHandshakeKeys);
}

void read_auth(const Node& value, Scenario& scenario, Diagnostics& sink) {
  auto& auth = scenario.profile.auth;
  document::read_table<smtp::Authentication>(value, "[server.auth]", kAuthKeys, {}, auth, sink);
  // If extensions come later they replace these.
  if (auth.mechanisms.empty()) auth.mechanisms = {"PLAIN", "LOGIN"};
}

void read_server_tls(const Node& value, Scenario& scenario, Diagnostics& sink) {
  TlsDraft draft;
  document::read_table<TlsDraft>(value, "[server.tls]", kServerTlsKeys, {}, draft, sink);
  check_versions(value, draft.handshake, sink);
  if (draft.required) scenario.profile.starttls = smtp::StartTls::required;
  scenario.handshake = std::move(draft.handshake);
}

std::optional<wire::Handshake> read_handshake(
    const Node& value, const wire::Handshake& handshake, Diagnostics& sink
) {
  const auto errors = sink.errors();
  TlsDraft draft{.handshake = handshake};
  document::read_table<TlsDraft>(value, "'tls'", tls_keys(), {}, draft, sink);
  check_versions(value, draft.handshake, sink);
  if (sink.errors() > errors) return std::nullopt;
  return std::move(draft.handshake);
}

}  // namespace scenario
