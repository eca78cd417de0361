// The table of extensions: see the header.
#include "smtp/extensions.hpp"

#include <array>
#include <cstddef>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "smtp/xclient.hpp"

namespace smtp {

namespace {

struct Extension {
  std::string_view keyword;
  bool (*offered)(const Profile&, Transport);  // nullptr: never
  std::string (*argument)(const Profile&);     // nullptr: none
};

std::string size_argument(const Profile& profile) {
  return profile.size.value_or(0) == 0 ? std::string() : std::to_string(*profile.size);
}

bool offers_auth(const Profile& profile, Transport transport) {
  const auto& auth = profile.auth;
  return !auth.mechanisms.empty() && (transport == Transport::tls || !auth.needs_tls);
}

std::string auth_argument(const Profile& profile) {
  return fmt::format("{}", fmt::join(profile.auth.mechanisms, " "));
}

std::string xclient_argument(const Profile&) {
  return std::string(kXclientAttributes);
}

bool offers_starttls(const Profile& profile, Transport transport) {
  return profile.starttls != StartTls::never && transport == Transport::clear;
}

// clang-format off
constexpr std::array kExtensions = {
    Extension{"PIPELINING",          [](const Profile& p, Transport) { return p.pipelining; },            nullptr},
    Extension{"SIZE",                [](const Profile& p, Transport) { return p.size.has_value(); },      size_argument},
    Extension{"8BITMIME",            [](const Profile& p, Transport) { return p.eight_bit_mime; },        nullptr},
    Extension{"SMTPUTF8",            [](const Profile& p, Transport) { return p.smtputf8; },              nullptr},
    Extension{"ENHANCEDSTATUSCODES", [](const Profile& p, Transport) { return p.enhanced_status_codes; }, nullptr},
    Extension{"DSN",                 [](const Profile& p, Transport) { return p.dsn; },                   nullptr},
    Extension{"AUTH",                offers_auth,                                                         auth_argument},
    Extension{"CHUNKING",            [](const Profile& p, Transport) { return p.chunking; },              nullptr},
    Extension{"BINARYMIME",          [](const Profile& p, Transport) { return p.chunking && p.binary_mime; }, nullptr},
    Extension{"STARTTLS",            offers_starttls,                                                     nullptr},
    Extension{"XCLIENT",             [](const Profile& p, Transport) { return p.xclient; },               xclient_argument},
};
// clang-format on

static_assert(kExtensions.size() <= Offered().size());

}  // namespace

Offered offered_by(const Profile& profile, Transport transport) {
  Offered offered;
  for (std::size_t i = 0; i < kExtensions.size(); ++i) {
    const auto& row = kExtensions[i];
    offered[i] = row.offered != nullptr && row.offered(profile, transport);
  }
  return offered;
}

bool offers(const Offered& offered, std::string_view keyword) {
  for (std::size_t i = 0; i < kExtensions.size(); ++i) {
    if (kExtensions[i].keyword == keyword) return offered[i];
  }
  return false;
}

void withdraw(Offered& offered, std::string_view keyword) {
  for (std::size_t i = 0; i < kExtensions.size(); ++i) {
    if (base::same_text(kExtensions[i].keyword, keyword)) offered[i] = false;
  }
}

std::vector<std::string> ehlo_lines(const Profile& profile, const Offered& offered) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < kExtensions.size(); ++i) {
    if (!offered[i]) continue;
    const auto& row = kExtensions[i];
    auto& line = lines.emplace_back(row.keyword);
    const auto argument = row.argument == nullptr ? std::string() : row.argument(profile);
    if (!argument.empty()) line.append(" ").append(argument);
  }
  return lines;
}

}  // namespace smtp
